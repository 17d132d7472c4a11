"""Trial: training steps on one batch, with a replica of the set-up."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from simple_ignite.checks.call import Call, cloned_call
from simple_ignite.checks.isolation.generators import GeneratorStates, generators_of
from simple_ignite.checks.isolation.replica import Replica
from simple_ignite.checks.nested import all_tensors
from simple_ignite.checks.setup import Setup

__all__ = ["SharedGraphError", "Trial"]

SCALE = 256.0  # stands for the scale of a gradient scaler


class SharedGraphError(Exception):
    """The loss of the copy depends on the parameters of the original."""


class Trial:
    """Calls, and trains, a replica with one batch.

    Every forward begins with the same random state, so that the loss depends on the weights alone.

    Args:
        setup: The set-up.
        replica: What is trained.
        call: How model and loss are called with the batch.
    """

    def __init__(self, setup: Setup, replica: Replica, call: Call) -> None:
        self.setup = setup
        self.replica = replica
        self.model = replica.model
        self.call = cloned_call(call)
        self._given = call
        self._versions = _versions(self.call)
        self._randomness = GeneratorStates(generators_of(self.model, replica.loss_fn))

    def forward(self) -> Any:
        """Return the model's output in training mode."""
        self._randomness.restore()
        if self._versions != _versions(self.call):  # the model changes its input in place
            self.call = cloned_call(self._given)
            self._versions = _versions(self.call)
        if not self.model.training:
            self.model.train()
        with self.setup.autocast():
            return self.call.output(self.model)

    def loss(self, pred: Any) -> Any:
        """Return the loss of an output."""
        with self.setup.autocast():
            return self.call.loss(self.replica.loss_fn, pred)

    def backward(self, loss: Tensor) -> None:
        """Compute the gradients of the replica's parameters.

        Raises:
            SharedGraphError: If the loss also depends on parameters of the original.
        """
        if not self.replica.in_place and not self.replica.originals.isdisjoint(_leaves(loss)):
            raise SharedGraphError
        for optimizer in self.replica.optimizers:
            optimizer.zero_grad(set_to_none=True)
        self.model.zero_grad(set_to_none=True)
        scale = SCALE if self.setup.scaled else 1.0
        torch.autograd.backward(loss if scale == 1.0 else loss * scale)
        if scale != 1.0:
            for parameter in self.parameters:
                if parameter.grad is not None:
                    parameter.grad.div_(scale)

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters that get gradients: the model's, and others of the optimizers."""
        own = [*self.model.parameters(), *self.in_optimizers]
        return [p for p in dict.fromkeys(own) if p.requires_grad and p.is_leaf]

    @property
    def in_optimizers(self) -> list[Tensor]:
        """The parameters of the replica's optimizers."""
        return [p for one in self.replica.optimizers for group in one.param_groups for p in group["params"]]

    def step(self) -> None:
        """Let the optimizers step with the gradients."""
        if self.setup.clip_grad_norm is not None:
            nn.utils.clip_grad_norm_(self.in_optimizers, self.setup.clip_grad_norm)
        for optimizer in self.replica.optimizers:
            if _needs_closure(optimizer):
                optimizer.step(self._closure)  # type: ignore[arg-type]
            else:
                optimizer.step()

    def value(self, *, counted: Any = None) -> tuple[Tensor, Any]:
        """Return a loss, and the output that it is of.

        Args:
            counted: A context in which the forward is run.
        """
        with counted or nullcontext():
            pred = self.forward()
            return self.loss(pred), pred

    def backward_of(self, call: Call) -> None:
        """Compute the gradients for another batch, with random numbers of its own.

        Args:
            call: How model and loss are called with that batch.
        """
        own = cloned_call(call)
        with self.setup.autocast():
            loss = own.loss(self.replica.loss_fn, own.output(self.model))
        self.backward(loss)

    def _closure(self) -> Tensor:
        with torch.enable_grad():
            loss, _ = self.value()
            self.backward(loss)
        return loss


def _versions(call: Call) -> list[tuple[int, bool]]:
    tensors = all_tensors([call.args, dict(call.kwargs), call.target])
    return [(one._version, one.requires_grad) for _, one in tensors]


def _needs_closure(optimizer: torch.optim.Optimizer) -> bool:
    step: Callable[..., Any] = inspect.unwrap(type(optimizer).step)
    try:
        closure = inspect.signature(step).parameters.get("closure")
    except (TypeError, ValueError):
        return False
    return closure is not None and closure.default is closure.empty


def _leaves(loss: Tensor) -> set[int]:
    """Return the ids of the leaf tensors that a loss is computed from."""
    found: set[int] = set()
    seen: set[Any] = set()
    waiting = [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.add(id(variable))
        waiting += [one for one, _ in node.next_functions]
    return found
