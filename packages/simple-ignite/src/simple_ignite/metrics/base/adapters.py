"""Adapters for metrics of other libraries."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import torch
from torch import Tensor

from simple_ignite.errors import IgniteWarning, MetricInputError, MetricStateError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Value, wide, widened
from simple_ignite.metrics.base.transform import Transform, pair, single


def takes_two(update: Callable[..., Any]) -> bool:
    """Return whether `update` takes prediction and target, rather than the output as one argument."""
    parameters = list(inspect.signature(update).parameters.values())
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    needed = [
        p
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) >= 2


class Foreign(Metric):
    """A metric of another library that has `reset`, `update` and `compute`; it keeps what it has seen.

    With several ranks it must reduce its value itself; `DistributedMetric` is for others.

    Args:
        base: The metric. `update` is called with prediction and target if it needs two arguments or more,
            else with the output as one.
        output_transform: As for any metric.
    """

    def __init__(self, base: Any, *, output_transform: Transform | None = None) -> None:
        self.base = base
        self.output_transform = output_transform or (pair if takes_two(base.update) else single)

    def reset(self) -> None:
        """Reset the metric."""
        self.base.reset()

    def accumulate(self, *parts: Any) -> None:
        """Update the metric."""
        self.base.update(*parts)

    def result(self) -> Any:
        """Compute the metric."""
        return self.base.compute()

    def local(self) -> dict[str, Value]:
        """Raise an error, because its states are unknown."""
        wanted = 'DistributedMetric(metric, reduce_op="sum") around it, or "mean", "max", "min"'
        raise MetricStateError(repr(self), "is of a kind that cannot be reduced over ranks", wanted)

    def state_dict(self) -> dict[str, Any]:
        """Return its own state dictionary; an empty one, with a warning, if it has none."""
        if callable(getattr(self.base, "state_dict", None)):
            return dict(self.base.state_dict())
        name = type(self.base).__name__
        text = f"{name} has no state_dict: after resuming within an epoch, it starts from nothing"
        warnings.warn(IgniteWarning(text), stacklevel=2)
        return {}

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Load its own state dictionary."""
        self.base.reset()
        if states:
            self.base.load_state_dict(states)

    def settings(self) -> dict[str, Any]:
        """Return the name of its class."""
        return {"base": type(self.base).__name__}


class DistributedMetric(Foreign):
    """Any metric, whose value is reduced over the ranks by an operation.

    Args:
        base: A metric that does not reduce over ranks, with a number or tensor as value.
        reduce_op: "sum", "mean", "max" or "min" of the values of the ranks.
        device: The device of the reduced value. Default: that of the values.
        output_transform: As for any metric.
    """

    def __init__(
        self,
        base: Any,
        reduce_op: Literal["sum", "mean", "max", "min"] = "mean",
        device: torch.device | str | None = None,
        *,
        output_transform: Transform | None = None,
    ) -> None:
        if reduce_op not in REDUCTIONS:
            raise MetricInputError(
                "DistributedMetric", f"reduce_op={reduce_op!r}", f"one of {', '.join(REDUCTIONS)}"
            )
        self.reduce_op = reduce_op
        self.device = device
        self._reduced: Tensor | None = None
        super().__init__(base, output_transform=output_transform)

    def leaves(self) -> tuple[Metric, ...]:
        """Return itself: its value is what is reduced."""
        return (self,)

    def local(self) -> dict[str, Value]:
        """Return the value of this rank."""
        return {"value": torch.as_tensor(self.base.compute()).detach()}

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Reduce the values of all ranks."""
        values = torch.stack([widened(cast(Tensor, part["value"])) for part in parts])
        return {"value": REDUCTIONS[self.reduce_op](values)}

    def hold(self, states: Mapping[str, Value]) -> None:
        """Use the reduced value."""
        self._reduced = cast(Tensor, states["value"])

    def release(self, held: object) -> None:  # noqa: ARG002 (it has no states)
        """Drop the reduced value."""
        self._reduced = None

    def result(self) -> Any:
        """Return the reduced value; that of the metric itself if there is one process."""
        value = torch.as_tensor(self.base.compute()) if self._reduced is None else self._reduced
        return value if self.device is None else value.to(self.device)

    def settings(self) -> dict[str, Any]:
        """Return the name of its class, and the operation."""
        return {"base": type(self.base).__name__, "reduce_op": self.reduce_op}


REDUCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda values: values.sum(0),
    "mean": lambda values: values.to(wide(values.device)).mean(0),
    "max": lambda values: values.amax(0),
    "min": lambda values: values.amin(0),
}
