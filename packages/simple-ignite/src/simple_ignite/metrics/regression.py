"""Errors of regression: means and extremes of how far predictions are off."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, Max, Sum, larger, wide
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.collection import keep


def numbers_of(name: str, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """See that prediction and target are alike, and give them as float64 without their graph.

    Args:
        name: The metric, for messages.
        pred: Any shape.
        target: The same shape. `(n, 1)` beside `(n,)` is refused, since it would broadcast to `(n, n)`.

    Returns:
        Both of that shape, in the type that `wide` gives.

    Raises:
        MetricInputError: They are not tensors of one shape on one device.
    """
    if not isinstance(pred, Tensor) or not isinstance(target, Tensor) or pred.shape != target.shape:
        got = f"pred {described(pred)}, target {described(target)}"
        raise MetricInputError(name, got, "two tensors of the same shape")
    if pred.device != target.device:
        raise MetricInputError(
            name, f"pred on {pred.device}, target on {target.device}", "one device for both"
        )
    if pred.is_complex() or target.is_complex():
        raise MetricInputError(name, f"pred {described(pred)}, target {described(target)}", "real numbers")
    return pred.detach().to(wide(pred.device)), target.detach().to(wide(pred.device))


class ErrorSum(Metric):
    """The sum of an error over all elements, and how many they were.

    Args:
        kind: Which error, one of `ERRORS`.
        delta: Where the Huber error turns from square to straight.
    """

    total = Sum()
    elements = Sum()

    def __init__(self, kind: str, delta: float = 1.0) -> None:
        self.kind = kind
        self.delta = delta
        super().__init__()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: Any shape.
            target: The same shape.
        """
        pred, target = numbers_of(self.called(), pred, target)
        if not target.numel():
            return
        self.total = self.total + self._errors(pred, target).sum()
        self.elements = self.elements + target.numel()

    def _errors(self, pred: Tensor, target: Tensor) -> Tensor:
        """Give the error of each element."""
        off = (pred - target).abs()
        if self.kind == "MSE":
            return off * off
        if self.kind == "MAPE":
            return off / target.abs().clamp(min=torch.finfo(torch.float64).eps)
        if self.kind == "Huber":
            return torch.where(off <= self.delta, off * off / 2, self.delta * (off - self.delta / 2))
        return off

    def result(self) -> Tensor:
        """Give the mean error."""
        return self.total / self.elements  # type: ignore[no-any-return]


class MSE(Derived[ErrorSum]):
    """The mean of the squared errors. sklearn's `mean_squared_error`.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        super().__init__(ErrorSum("MSE"), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give the mean."""
        return self.counts.result()


class RMSE(MSE):
    """The root of the mean of the squared errors. sklearn's `root_mean_squared_error`."""

    def result(self) -> Tensor:
        """Give the root."""
        return self.counts.result().sqrt()


class MAE(Derived[ErrorSum]):
    """The mean of the absolute errors. sklearn's `mean_absolute_error`.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        super().__init__(ErrorSum("MAE"), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give the mean."""
        return self.counts.result()


class MAPE(Derived[ErrorSum]):
    """The mean of the absolute errors relative to the targets, 1.0 for 100 %.

    sklearn's `mean_absolute_percentage_error`; like there, a target of 0 is taken as 2.2e-16.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        super().__init__(ErrorSum("MAPE"), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give the mean."""
        return self.counts.result()


class Huber(Derived[ErrorSum]):
    """The mean of Huber's (1964) error: e²/2 up to delta, delta (e - delta/2) beyond. torch's `huber_loss`.

    Args:
        delta: Where square turns to straight, above 0.
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    def __init__(self, delta: float = 1.0, *, output_transform: Transform | None = None) -> None:
        if not delta > 0:
            raise MetricInputError("Huber", f"delta={delta!r}", "a number above 0")
        super().__init__(ErrorSum("Huber", float(delta)), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give the mean."""
        return self.counts.result()


class MaxError(Metric):
    """The largest absolute error. sklearn's `max_error`.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    largest = Max()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: Any shape.
            target: The same shape.
        """
        pred, target = numbers_of("MaxError", pred, target)
        if target.numel():
            self.largest = larger(self.largest, (pred - target).abs().amax())

    def result(self) -> Tensor:
        """Give the largest."""
        return self.largest  # type: ignore[no-any-return]


class MedianAE(Metric):
    """The median of the absolute errors, of several outputs the mean. sklearn's `median_absolute_error`.

    Keeps one number an element until the end, since a median cannot be had from less.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    errors = Cat()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: `(n, *)`, n samples of each of the outputs.
            target: The same shape.
        """
        pred, target = numbers_of("MedianAE", pred, target)
        off = (pred - target).abs()
        if target.numel():
            keep("MedianAE", (self.errors, off.flatten(1) if off.ndim > 1 else off.reshape(-1, 1)))

    def result(self) -> Tensor:
        """Return the median, of an even number of errors the mean of the middle two; NaN if one is NaN."""
        ordered = self.errors.joined().sort(0).values
        middle = len(ordered) // 2
        medians: Tensor = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
        return torch.where(ordered[-1].isnan(), math.nan, medians).mean()  # NaN is sorted last
