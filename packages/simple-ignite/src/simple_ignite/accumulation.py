"""Accumulation: the gradients of several batches for one optimizer step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from simple_ignite.engine.state import State
from simple_ignite.errors import RunError

__all__ = ["Accumulation", "parameters_of"]


class Accumulation:
    """Counts the batches whose gradients are accumulated, and averages them for the optimizer step.

    A step is due after `size` batches, and after the last batch of an epoch.

    Args:
        size: Batches per optimizer step.
        parameters: Returns the parameters whose gradients are accumulated.

    Attributes:
        held: Batches whose gradients are accumulated.

    Raises:
        RunError: If `size` is below 1.
    """

    def __init__(self, size: int, parameters: Callable[[], list[torch.Tensor]]) -> None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            message = f"grad_accumulation must be a whole number from 1, not {size!r}"
            raise RunError(message, argument="grad_accumulation")
        self.size = size
        self.held = 0
        self._parameters = parameters

    def due(self, state: State) -> bool:
        """Count a batch whose gradients have been added; return whether an optimizer step is due."""
        self.held += 1
        return self.held >= self.size or last_of_epoch(state)

    def forget(self) -> None:
        """Drop the accumulated gradients."""
        if self.held:
            for parameter in self._parameters():
                parameter.grad = None
        self.held = 0

    def average(self) -> None:
        """Divide the gradients by the number of their batches, and start counting again."""
        if self.held > 1:
            grads = [p.grad for p in self._parameters() if p.grad is not None]
            if grads:
                torch._foreach_mul_(grads, 1 / self.held)
        self.held = 0

    def state_dict(self) -> dict[str, Any]:
        """Return the accumulated gradients and the number of their batches."""
        if not self.held:
            return {"held": 0}
        grads = [None if p.grad is None else p.grad.clone() for p in self._parameters()]
        return {"held": self.held, "grads": grads}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.held = state_dict["held"]
        for parameter, grad in zip(self._parameters(), state_dict.get("grads", ()), strict=False):
            parameter.grad = None if grad is None else grad.to(parameter.device, parameter.dtype)


def last_of_epoch(state: State) -> bool:
    """Return whether the current iteration is the last of the epoch, as far as that is known in advance."""
    return state.epoch_iteration == state.epoch_length or state.iteration == state.max_iterations


def parameters_of(owner: Any) -> list[torch.Tensor]:
    """Return the parameters of an optimizer, a module, or an iterable of parameters."""
    if isinstance(owner, torch.optim.Optimizer):
        return [p for group in owner.param_groups for p in group["params"]]
    if isinstance(owner, torch.nn.Module):
        return list(owner.parameters())
    return list(owner)
