"""ParamScheduler: sets any value by a piecewise schedule."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal

import torch

from simple_ignite.engine.engine import Engine
from simple_ignite.errors import HandlerError

__all__ = ["ParamScheduler"]

Kind = Literal["linear", "cosine", "step"]
BY = ("iteration", "epoch", "optimizer_step")


class ParamScheduler:
    """Sets a value by the current iteration or epoch, interpolated between given points.

    `trainer.on(Events.ITERATION_STARTED, ParamScheduler((optimizer, "lr"), [(0, 0.0), (500, 0.1), (10_000,
    0.0)]))` warms up for 500 iterations and then decays. The value depends only on the position, so there is
    no state to save.

    Args:
        target: What to set: (optimizer, name) for a value of all its parameter groups, (object, name) for an
            attribute, or a function that takes the value.
        points: Pairs of (position, value), with increasing positions, counted from 0. Before the first and
            after the last point the value is constant.
        kind: How to interpolate between two points: linearly, by half a cosine, or by the value of the
            earlier point ("step").
        by: Whether positions are iterations, epochs, or steps of the optimizer.

    Attributes:
        value: The value set last, or None.

    Raises:
        HandlerError: If there are no points, their positions do not increase, `kind` or `by` is unknown, or
            `target` has no such value.
    """

    def __init__(
        self,
        target: tuple[Any, str] | Callable[[float], Any],
        points: Sequence[tuple[int, float]],
        kind: Kind = "linear",
        by: Literal["iteration", "epoch", "optimizer_step"] = "iteration",
    ) -> None:
        positions = [position for position, _ in points]
        if not points or any(b <= a for a, b in pairwise(positions)):
            message = f"points must be pairs of (position, value) with increasing positions, not {points!r}"
            raise HandlerError(message, handler="ParamScheduler")
        if kind not in ("linear", "cosine", "step") or by not in BY:
            message = f"kind must be linear, cosine or step, and by {' or '.join(BY)}, not {kind!r}, {by!r}"
            raise HandlerError(message, handler="ParamScheduler")
        self._set = target if callable(target) else _setter(*target)
        self._positions = positions
        self._values = [float(value) for _, value in points]
        self._kind = kind
        self._by = by
        self.value: float | None = None

    def at(self, position: float) -> float:
        """Return the value at a position."""
        after = bisect.bisect_right(self._positions, position)
        if after == 0 or after == len(self._positions):
            return self._values[max(after - 1, 0)]
        begin, end = self._positions[after - 1], self._positions[after]
        first, last = self._values[after - 1], self._values[after]
        share = (position - begin) / (end - begin)
        if self._kind == "step":
            return first
        if self._kind == "cosine":
            share = (1 - math.cos(math.pi * share)) / 2
        return first + (last - first) * share

    def __call__(self, engine: Engine) -> None:
        """Set the value for this iteration or epoch."""
        state = engine.state
        positions = {"epoch": state.epoch, "optimizer_step": state.optimizer_steps}
        self.value = self.at(positions.get(self._by, max(state.iteration - 1, 0)))
        self._set(self.value)


def _setter(owner: Any, name: str) -> Callable[[float], Any]:
    groups = owner.param_groups if isinstance(owner, torch.optim.Optimizer) else []
    if not (all(name in group for group in groups) if groups else hasattr(owner, name)):
        raise HandlerError(f"{type(owner).__name__} has no {name!r} to schedule", handler="ParamScheduler")
    if not groups:
        return lambda value: setattr(owner, name, value)

    def set_in_groups(value: float) -> None:
        for group in owner.param_groups:
            if isinstance(group[name], torch.Tensor):
                group[name].fill_(value)
            else:
                group[name] = value

    return set_in_groups
