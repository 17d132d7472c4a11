"""Metrics that call a function on all the data at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.collection import keep


class EpochMetric(Metric):
    """Any function of all predictions and targets, such as one of scikit-learn's.

    Keeps all the data until the value is computed; over ranks all data travel to all ranks.

    Args:
        function: Takes pred and target, all of them joined along the first dimension, on the device they came
            from; gives the value.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    preds = Cat()
    targets = Cat()

    def __init__(
        self, function: Callable[[Tensor, Tensor], Any], *, output_transform: Transform | None = None
    ) -> None:
        self.function = function
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: `(n, *)`.
            target: `(n, *)`, the same n. The trailing dimensions are those of the batches before.
        """
        tensors = isinstance(pred, Tensor) and isinstance(target, Tensor)
        if not tensors or pred.shape[:1] != target.shape[:1]:
            got = f"pred {described(pred)}, target {described(target)}"
            raise MetricInputError("EpochMetric", got, "two tensors with the same first dimension")
        if target.numel() or pred.numel():
            pred, target = (part.reshape(1) if part.ndim == 0 else part for part in (pred, target))
            keep("EpochMetric", (self.preds, pred), (self.targets, target))

    def result(self) -> Any:
        """Call the function."""
        return self.function(self.preds.joined(), self.targets.joined())
