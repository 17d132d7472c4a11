"""Means of numbers that a step gives."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide, widened
from simple_ignite.metrics.base.transform import Transform, described, single


class Average(Metric):
    """The mean of numbers, or of the rows of tensors.

    A number or a tensor of shape `()` counts once; a tensor of shape `(n, *)` counts n times.

    Args:
        output_transform: Makes the number or tensor of a step's output; default: the output as it is.
    """

    total = Sum()
    samples = Sum()
    output_transform = staticmethod(single)

    def accumulate(self, value: Any, weight: float | Tensor = 1) -> None:
        """Add one number, or one batch of them.

        Args:
            value: A number, or a tensor of shape `()` or `(n, *)`.
            weight: How often a single number counts, such as the size of its batch.
        """
        value = as_tensor("Average", value)
        if value.ndim:
            self.total = self.total + widened(value).sum(0)
            self.samples = self.samples + value.shape[0]
        else:
            self.total = self.total + widened(value) * weight
            self.samples = self.samples + weight

    def result(self) -> Any:
        """Give the mean, of shape `()` or `(*)`."""
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
            value = self.source.result()
        value = widened(as_tensor("RunningAverage", value))
        number = value.to(wide(value.device)).mean()
        if self.weight:
            self.weighted = self.alpha * self.weighted + (1 - self.alpha) * number
        else:
            self.weighted, self.weight = number, 1

    def unpack(self, states: Mapping[str, Any]) -> None:
        """Take saved or merged averages as one's own."""
        weight = states["weight"]
        super().unpack({"weighted": states["weighted"] / weight, "weight": 1} if weight else states)

    def check(self) -> None:
        """Tell what was wrong in the last batch."""
        if self.source is not None:
            self.source.check()

    def result(self) -> Any:
        """Give the average, without a host sync."""
        return self.weighted / self.weight


def as_tensor(name: str, value: Any) -> Tensor:
    """Give a number or an array as a tensor.

    Raises:
        MetricInputError: It is neither.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, numbers.Real):
        return torch.tensor(float(value), dtype=torch.float64)
    wanted = "a number or a tensor; output_transform= can take it from the output"
    raise MetricInputError(name, described(value), wanted)
