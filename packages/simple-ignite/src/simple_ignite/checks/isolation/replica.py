"""Replica: the model, optimizers and loss that the checks train."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from simple_ignite.checks.isolation.snapshot import Snapshot
from simple_ignite.checks.setup import Setup
from simple_ignite.engine.engine import Engine
from simple_ignite.protocols import Tracker

__all__ = ["Replica", "copied", "in_place"]


class Replica:
    """The model, optimizers and loss that the checks train: copies, or the originals.

    Args:
        setup: The set-up.
        model: The model.
        optimizers: The optimizers of the model's parameters.
        loss_fn: The loss.
        snapshot: What puts the originals back.
        in_place: Whether these are the originals.

    Attributes:
        before: The values of the parameters before the first step, by name.
    """

    def __init__(
        self,
        setup: Setup,
        model: nn.Module,
        optimizers: tuple[torch.optim.Optimizer, ...],
        loss_fn: Callable[..., Any] | None,
        snapshot: Snapshot,
        *,
        in_place: bool,
    ) -> None:
        self.model = model
        self.optimizers = optimizers
        self.loss_fn = loss_fn
        self.in_place = in_place
        self._snapshot = snapshot
        named = {name: p for name, p in setup.model.named_parameters() if not nn.parameter.is_lazy(p)}
        self.before = {name: p.detach().clone() if in_place else p.detach() for name, p in named.items()}
        self.originals = {id(p) for p in (*named.values(), *setup.in_optimizers)}
        for module in model.modules():
            if type(module) is nn.SyncBatchNorm:  # its collectives would wait for other ranks
                module.__class__ = LocalBatchNorm  # type: ignore[assignment]

    def close(self) -> None:
        """Put back what was changed."""
        for module in self.model.modules():
            if type(module) is LocalBatchNorm:
                module.__class__ = nn.SyncBatchNorm  # type: ignore[assignment]
        self._snapshot.restore()


class LocalBatchNorm(nn.modules.batchnorm._BatchNorm):
    """A SyncBatchNorm that uses the statistics of this rank alone."""

    def _check_input_dim(self, input: Tensor) -> None:
        pass


def copied(setup: Setup) -> Replica:
    """Return a replica that is a copy.

    Args:
        setup: The set-up.

    Raises:
        Exception: If model, optimizer or loss cannot be copied.
    """
    memo: dict[int, Any] = {}
    for shared in _shared(setup.model):
        memo[id(shared)] = shared
    model = copy.deepcopy(setup.model, memo)
    optimizers = tuple(_copied_optimizer(one, memo) for one in setup.optimizers)
    loss_fn, others = setup.loss_fn, []
    if _has_state(loss_fn):
        try:
            loss_fn = copy.deepcopy(loss_fn, memo)
        except Exception:
            if isinstance(loss_fn, nn.Module):
                raise
            others.append(loss_fn)
    originals = {id(p) for p in setup.model.parameters()}
    if any(id(p) in originals for p in model.parameters()):
        raise TypeError("the copy shares parameters with the model")
    trained, copies = {id(p) for p in setup.in_optimizers}, {id(p) for p in model.parameters()}
    held = {id(p) for one in optimizers for group in one.param_groups for p in group["params"]}
    if len(copies) != len(originals) or len(copies & held) != len(originals & trained):
        raise TypeError("the copy of the optimizer is not of the copy of the model")
    modules = [setup.model, *([setup.loss_fn] if isinstance(setup.loss_fn, nn.Module) else [])]
    snapshot = Snapshot(modules, others, weights=False)
    return Replica(setup, model, optimizers, loss_fn, snapshot, in_place=False)


def in_place(setup: Setup) -> Replica:
    """Return a replica of the originals, which `close` puts back as they were.

    Args:
        setup: The set-up.
    """
    modules = [setup.model, *([setup.loss_fn] if isinstance(setup.loss_fn, nn.Module) else [])]
    stateful = _has_state(setup.loss_fn) and not isinstance(setup.loss_fn, nn.Module)
    others = [setup.loss_fn] if stateful and hasattr(setup.loss_fn, "__dict__") else []
    snapshot = Snapshot(modules, others, setup.optimizers, weights=True)
    return Replica(setup, setup.model, setup.optimizers, setup.loss_fn, snapshot, in_place=True)


def _has_state(loss_fn: Any) -> bool:
    return not isinstance(loss_fn, types.FunctionType | types.BuiltinFunctionType | type | None)


def _shared(model: nn.Module) -> Iterator[Any]:
    """Yield what the model refers to but does not own: trackers, engines, and the owners of hooks."""
    for module in model.modules():
        for name, value in vars(module).items():
            if isinstance(value, Engine | Tracker) and not isinstance(value, Tensor | nn.Module):
                yield value
            elif name.endswith("_hooks") and value:
                owners = (getattr(hook, "__self__", None) for hook in value.values())
                yield from (one for one in owners if one is not None and not isinstance(one, nn.Module))


def _copied_optimizer(optimizer: torch.optim.Optimizer, memo: dict[int, Any]) -> torch.optim.Optimizer:
    """Copy an optimizer without its hooks; attributes of its own are copied, which torch leaves out."""
    made = copy.deepcopy(optimizer, memo)
    for name, value in vars(optimizer).items():
        if name not in vars(made) and not callable(value) and not name.endswith("_hooks"):
            setattr(made, name, copy.deepcopy(value, memo))
    return made
