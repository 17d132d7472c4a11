"""The mean of a loss over all samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, widened
from simple_ignite.metrics.base.transform import Transform, described


class Loss(Metric):
    """The mean of a loss over all samples, with batches of different sizes weighed right.

    Args:
        loss_fn: Takes pred and target, gives the mean over the batch as a tensor of shape `()`, such as
            `torch.nn.functional.cross_entropy`.
        batch_size: Tells from `(pred, target)` how many samples a batch has. Default: the first dimension
            of target.
        ignore_index: The target that `loss_fn` leaves out of its mean; what counts are the others.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    total = Sum()
    samples = Sum()

    def __init__(
        self,
        loss_fn: Callable[..., Tensor],
        *,
        batch_size: Callable[[Any, Any], int | Tensor] | None = None,
        ignore_index: int | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        self.loss_fn = loss_fn
        if batch_size is not None and ignore_index is not None:
            raise MetricInputError("Loss", "batch_size and ignore_index", "one of them")
        self.batch_size = batch_size or first_dimension
        self.ignore_index = ignore_index
        super().__init__(output_transform=output_transform)

    @torch.no_grad()
    def accumulate(self, pred: Any, target: Any) -> None:
        """Add the loss of one batch.

        Args:
            pred: What `loss_fn` takes first.
            target: What `loss_fn` takes second.
        """
        if pred is None:
            raise MetricInputError("Loss", "pred None", "what loss_fn takes first")
        if self.ignore_index is not None:
            if not isinstance(target, Tensor):
                got = f"target {described(target)} with ignore_index={self.ignore_index}"
                raise MetricInputError("Loss", got, "a tensor of targets")
            size: int | Tensor = torch.count_nonzero(target != self.ignore_index)
        else:
            size = self.batch_size(pred, target)
        if not isinstance(size, Tensor) and size == 0:
            return
        loss = self.loss_fn(pred, target)
        if not isinstance(loss, Tensor) or loss.ndim:
            wanted = "the mean over the batch: a tensor of shape ()"
            raise MetricInputError("Loss", f"{described(loss)} from loss_fn", wanted)
        total = widened(loss) * size
        if isinstance(size, Tensor):
            total = torch.where(size == 0, 0.0, total)  # the mean of nothing is NaN
        self.total = self.total + total
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
