"""Means of numbers that a step gives."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide, widened
from simple_ignite.metrics.base.transform import Transform, described, single


@runtime_checkable
class CountsOutside(Protocol):
    """A holder of states that counts labels which are out of range."""

    def out_of_range(self) -> Tensor | int:
        """Return their number, without a host sync."""


def value_and_weight(output: Any) -> tuple[Any, ...]:
    """Take a step's output as a value, or as `(value, weight)`: the default transform of `Average`.

    Args:
        output: A number or tensor; or a tuple of it and a number, or tensor of shape `()`, that weighs it.

    Returns:
        `(value,)` or `(value, weight)`.
    """
    if type(output) is tuple and len(output) == 2 and is_number(output[1]):
        return output
    return (output,)


class Average(Metric):
    """The mean of numbers, or of the rows of tensors, weighted if weights are given.

    A number or a tensor of shape `()` counts once; a tensor of shape `(n, *)` counts n times.

    Args:
        output_transform: Makes of a step's output the number or tensor, or `(value, weight)`. Default: the
            output as it is.
    """

    total = Sum()
    samples = Sum()
    output_transform = staticmethod(value_and_weight)

    def accumulate(self, value: Any, weight: float | Tensor = 1) -> None:
        """Add one number, or one batch of them.

        Args:
            value: A number, or a tensor of shape `()` or `(n, *)`.
            weight: How much the number, or each row, counts, such as the size of its batch: a number or a
                tensor of shape `()`; or a tensor of shape `(n,)`, one weight per row.
        """
        value = as_tensor("Average", value)
        if not value.numel():
            return
        rows = value.ndim > 0 and isinstance(weight, Tensor) and weight.shape == value.shape[:1]
        if not rows and not is_number(weight):
            wanted = f"a number, or a tensor of shape () or {(*value.shape[:1],)}"
            raise MetricInputError("Average", f"a weight {described(weight)}", wanted)
        total, samples = self._weighed(widened(value), weight, rows)
        if isinstance(self.total, Tensor) and self.total.shape != total.shape:
            wanted = f"shape {tuple(self.total.shape)}, as in the batches before"
            raise MetricInputError("Average", f"values of shape {tuple(total.shape)}", wanted)
        self.total, self.samples = self.total + total, self.samples + samples

    @staticmethod
    def _weighed(value: Tensor, weight: float | Tensor, rows: bool) -> tuple[Tensor, float | Tensor]:
        """Return the weighted sum of the rows, and the sum of the weights."""
        if rows and isinstance(weight, Tensor):
            weight = widened(weight)
            return (value * weight.reshape(-1, *[1] * (value.ndim - 1))).sum(0), weight.sum()
        weight = widened(weight) if isinstance(weight, Tensor) else weight
        if value.ndim:
            return value.sum(0) * weight, value.shape[0] * weight
        return value * weight, weight

    def result(self) -> Any:
        """Return the mean, of shape `()` or `(*)`."""
        return self.total / self.samples


class RunningAverage(Metric):
    """An exponential moving average of the numbers that steps give, as progress lines show.

    The first number is the first average; after that it is `alpha * average + (1 - alpha) * number`.
    Over ranks it is the mean of theirs.

    Args:
        source: A metric whose value on each batch alone is averaged; default: the output itself.
        alpha: How much of the average stays at each step, above 0 and below 1.
        output_transform: Makes the number of a step's output; default: the output as it is.
    """

    weighted = Sum()
    weight = Sum()
    outside = Sum()
    output_transform = staticmethod(single)
    replicated = True
    each_iteration = True

    def __init__(
        self, source: Metric | None = None, alpha: float = 0.98, *, output_transform: Transform | None = None
    ) -> None:
        if not 0 < alpha < 1:
            raise MetricInputError("RunningAverage", f"alpha={alpha!r}", "a number above 0 and below 1")
        if source is not None and not isinstance(source, Metric):
            raise MetricInputError("RunningAverage", described(source), "a Metric as source, or None")
        self.source = source
        self.alpha = alpha
        super().__init__(output_transform=output_transform)

    def accumulate(self, value: Any) -> None:
        """Take in one number.

        Args:
            value: A number or a tensor, whose mean is taken; what `source` takes, where there is one.
        """
        if self.source is not None:
            self.source.reset()
            self.source.update(value)
            if self.source.empty():
                return
            for leaf in self.source.leaves():
                if isinstance(leaf, CountsOutside):
                    self.outside = self.outside + leaf.out_of_range()
            value = self.source.result()
        value = widened(as_tensor("RunningAverage", value))
        if not value.numel():
            return
        number = value.to(wide(value.device)).mean()
        if self.weight:
            self.weighted = self.alpha * self.weighted + (1 - self.alpha) * number
        else:
            self.weighted, self.weight = number, 1

    def unpack(self, states: Mapping[str, Any]) -> None:
        """Take saved or merged averages as one's own."""
        weight = states["weight"]
        if weight:
            states = {**states, "weighted": states["weighted"] / weight, "weight": 1}
        super().unpack(states)

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Go on from saved states, also from those of version 0.3, which counted no labels out of range."""
        super().load_state_dict({"outside": None, **states})

    def check(self) -> None:
        """Report labels that were out of range in any batch, and what else was wrong in the last.

        Raises:
            MetricInputError: Something was.
        """
        if self.source is not None:
            self.source.check()
        number = int(self.outside)
        if number:
            wanted = "labels from 0 to below the number of classes, or an ignore_index"
            raise MetricInputError("RunningAverage", f"{number} labels out of range", wanted)

    def result(self) -> Any:
        """Give the average, without a host sync."""
        return self.weighted / self.weight


def is_number(value: object) -> bool:
    """Tell whether a value is one number: a real one, or a tensor of shape `()`."""
    return isinstance(value, numbers.Real) or (isinstance(value, Tensor) and value.ndim == 0)


def as_tensor(name: str, value: Any) -> Tensor:
    """Return a number as a tensor, and a tensor as it is.

    Raises:
        MetricInputError: It is neither.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, numbers.Real):
        return torch.tensor(float(value), dtype=torch.float64)
    wanted = "a number or a tensor; output_transform= can take it from the output"
    raise MetricInputError(name, described(value), wanted)
