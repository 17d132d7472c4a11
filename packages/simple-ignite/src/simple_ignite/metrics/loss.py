"""The mean of a loss over all samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.metric import Metric
from simple_ignite.metrics.state import Sum, widened
from simple_ignite.metrics.transform import Transform, described


class Loss(Metric):
    """The mean of a loss over all samples, with batches of different sizes weighed right.

    Args:
        loss_fn: Takes pred and target, gives the mean over the batch as a tensor of shape `()`, such as
            `torch.nn.functional.cross_entropy`.
        batch_size: Tells from `(pred, target)` how many samples a batch has. Default: the first dimension
            of target.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    total = Sum()
    samples = Sum()

    def __init__(
        self,
        loss_fn: Callable[..., Tensor],
        *,
        batch_size: Callable[[Any, Any], int | Tensor] | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        self.loss_fn = loss_fn
        self.batch_size = batch_size or first_dimension
        super().__init__(output_transform=output_transform)

    @torch.no_grad()
    def accumulate(self, pred: Any, target: Any) -> None:
        """Add the loss of one batch.

        Args:
            pred: What `loss_fn` takes first.
            target: What `loss_fn` takes second.
        """
        loss = self.loss_fn(pred, target)
        if not isinstance(loss, Tensor) or loss.ndim:
            raise MetricInputError(
                "Loss", f"{described(loss)} from loss_fn", "the mean over the batch: a tensor of shape ()"
            )
        size = self.batch_size(pred, target)
        self.total = self.total + widened(loss) * size
        self.samples = self.samples + size

    def result(self) -> Any:
        """Give the mean over all samples."""
        return self.total / self.samples


def first_dimension(pred: Any, target: Any) -> int:
    """Give how many samples a batch has."""
    for part in (target, pred):
        if isinstance(part, Tensor) and part.ndim:
            return part.shape[0]
    return 1
