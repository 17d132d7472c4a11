"""The mean of a multilabel value over samples, each sample's labels taken alone."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor

from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide
from simple_ignite.metrics.classification.averaging import Score, scored
from simple_ignite.metrics.classification.counts import Table
from simple_ignite.metrics.classification.inputs import Input, integral, labels_error, outside, signature


class Samples(Metric):
    """Adds up values of single samples, without a host sync; scikit-learn's `average="samples"`.

    Labels that are ignored count for nothing, nor does a sample that has no others, nor one whose value is
    NaN.

    Args:
        scores: Make the values of a sample from the counts of its labels.
        threshold: See `Counts`.
        ignore_index: See `Counts`.
        dim: See `Counts`.
        zero: Stands for 0/0.
    """

    totals = Sum()
    seen = Sum()
    outside = Sum()

    def __init__(
        self,
        scores: tuple[Score, ...],
        threshold: float = 0.5,
        ignore_index: int | None = None,
        dim: int = 1,
        zero: float = 0.0,
    ) -> None:
        self._scores = scores
        self.names = tuple(map(named, scores))
        self.threshold = threshold
        self.ignore_index = ignore_index
        self.dim = dim
        self.zero = "nan" if zero != zero else zero
        super().__init__()

    def reset(self) -> None:
        """Forget all samples."""
        super().reset()
        self._shapes: tuple[object, ...] = ()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: `(n, labels, *)` of scores or 0/1; each position of `*` is a sample of its own.
            target: `(n, labels, *)` of 0/1.
        """
        shapes = signature(self, pred, target)
        if shapes != self._shapes:
            Input(self.called(), pred, target, "multilabel", None, self.dim).kind()
            self._shapes = shapes
        if not target.numel():
            return
        target = integral(target)
        beyond = outside(target, 2, self.ignore_index)
        if not pred.is_floating_point():
            pred = pred.to(torch.int64)
            wrong = outside(pred, 2)
            beyond = beyond | (wrong if self.ignore_index is None else wrong & (target != self.ignore_index))
        counts = torch.ones_like(target, dtype=torch.bool)
        if self.ignore_index is not None:
            counts = target != self.ignore_index
        guess = pred > self.threshold if pred.is_floating_point() else pred == 1
        values = self._valued(guess, target, counts)
        self.outside = self.outside + torch.count_nonzero(beyond)
        self.totals = self.totals + values.nansum(1)
        self.seen = self.seen + torch.count_nonzero(~values.isnan(), 1)

    def _valued(self, guess: Tensor, target: Tensor, counts: Tensor) -> Tensor:
        """Return the values of each sample, `(scores, samples)`."""
        right, positive = guess == (target == 1), target == 1
        parts = (guess & right, guess & ~right, positive & ~right, ~guess & right)
        sums = [(part & counts).sum(self.dim).reshape(-1).to(wide(target.device)) for part in parts]
        return torch.stack([scored(score, Table(*sums), float(self.zero)) for score in self._scores])

    def out_of_range(self) -> Tensor | int:
        """Return the number of labels that were out of range."""
        return self.outside  # type: ignore[no-any-return]

    def check(self) -> None:
        """Report labels that were out of range.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.outside)
        if number:
            raise labels_error(self.called(), number, 2)

    def result(self) -> Any:
        """Return the mean of each value, float64 `(scores,)`; NaN where no sample counts."""
        return self.totals / self.seen


def named(score: Score) -> str:
    """Return a name that is the same for equal scores."""
    if isinstance(score, functools.partial):
        return f"{score.func.__name__} {score.keywords}"
    return score.__name__
