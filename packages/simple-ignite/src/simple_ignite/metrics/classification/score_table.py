"""All scores with their targets, and what can be told from their order."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.chunks import keep
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, wide
from simple_ignite.metrics.classification.inputs import (
    Input,
    Kind,
    Task,
    integral,
    labels_error,
    outside,
    signature,
)


class Columns(NamedTuple):
    """Scores and targets, one column per class or label.

    Attributes:
        scores: `(n, k)`; k is 1 for binary.
        positive: bool `(n, k)`, whether the target is of the class.
        counts: bool `(n, k)`, whether the target counts.
    """

    scores: Tensor
    positive: Tensor
    counts: Tensor

    def flat(self) -> Columns:
        """Return all columns as one, in which only what counts is left."""
        return Columns(*(part[self.counts][:, None] for part in self))

    def rows(self) -> Columns:
        """Return a column for each row."""
        return Columns(*(part.T for part in self))


class Scores(Metric):
    """All scores with their targets; grows with the data.

    Args:
        task: "binary", "multiclass" or "multilabel"; default: told from the first batch's shapes.
        ignore_index: A target that counts for nothing.
        dim: See `Counts`.
    """

    scores = Cat()
    targets = Cat()

    def __init__(self, task: Task | None = None, ignore_index: int | None = None, dim: int = 1) -> None:
        self.task = task
        self.ignore_index = ignore_index
        self.dim = dim
        super().__init__()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"dim": 1, "_kind": None, **state})  # version 0.3 had neither

    def reset(self) -> None:
        """Forget all."""
        super().reset()
        self._shapes: tuple[object, ...] = ()
        self._kind: Kind | None = None

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: Scores, `(n, *)` binary, `(n, classes, *)` multiclass, `(n, labels, *)` multilabel.
            target: `(n, *)` labels; multilabel: `(n, labels, *)` of 0/1.
        """
        shapes = signature(self, pred, target)
        kind = self._kind
        if kind is None or shapes != self._shapes:
            kind = self._prepare(pred, target)
            self._shapes = shapes
        if not target.numel():
            return
        if kind.task == "binary":
            scores, targets = pred.reshape(-1), target.reshape(-1)
        else:
            scores = pred.movedim(self.dim, -1).reshape(-1, pred.shape[self.dim])
            targets = target.movedim(self.dim, -1) if kind.task == "multilabel" else target
            targets = targets.reshape(scores.shape if kind.task == "multilabel" else -1)
        keep(self.called(), (self.scores, scores), (self.targets, targets))

    def _prepare(self, pred: Tensor, target: Tensor) -> Kind:
        """Check a shape that was not seen before, and return the kind of data."""
        kind = Input(self.called(), pred, target, self.task, None, self.dim, ranked=True).kind()
        if self._kind is not None and kind != self._kind:
            before = f"{self._kind.described()}, as in the batches before"
            raise MetricInputError(self.called(), kind.described(), before)
        self._kind = kind
        return kind

    def is_binary(self) -> bool:
        """Tell whether the scores are of a binary task."""
        return bool(self.scores.joined().ndim == 1)

    def columns(self) -> Columns:
        """Return scores and targets, one column per class or label.

        Raises:
            MetricInputError: A score that counts is NaN, or a target is out of range.
        """
        scores, targets = self.scores.joined(), integral(self.targets.joined())
        classes = scores.shape[1] if scores.ndim == 2 and targets.ndim == 1 else 2
        beyond = int(outside(targets, classes, self.ignore_index).sum())
        if beyond:
            raise labels_error(self.called(), beyond, classes)
        counts = torch.ones_like(targets, dtype=torch.bool)
        if self.ignore_index is not None:
            counts = targets != self.ignore_index
        if scores.ndim == 1:
            columns = Columns(scores[:, None], (targets == 1)[:, None], counts[:, None])
        elif targets.ndim == 2:
            columns = Columns(scores, targets == 1, counts)
        else:
            of_class = targets[:, None] == torch.arange(classes, device=targets.device)
            columns = Columns(scores, of_class, counts[:, None].expand_as(scores))
        if bool((columns.scores.isnan() & columns.counts).any()):
            raise MetricInputError(self.called(), "NaN among the scores", "numbers, to put in order")
        return columns


class Ranks(NamedTuple):
    """How many positives and negatives score as high as each element or higher, from the highest on.

    Equal scores have the same numbers, those of their last, so that each step counts once in a sum of
    differences.

    Attributes:
        positives: float64 `(n, k)`.
        negatives: float64 `(n, k)`.
    """

    positives: Tensor
    negatives: Tensor

    @classmethod
    def of(cls, columns: Columns) -> Ranks:
        """Return those of each column, without a host sync.

        Args:
            columns: Where nothing counts, neither number rises.
        """
        scores, order = columns.scores.sort(0, descending=True)
        positive = (columns.positive & columns.counts).gather(0, order).cumsum(0)
        negative = (~columns.positive & columns.counts).gather(0, order).cumsum(0)
        ends = torch.ones_like(scores, dtype=torch.bool)
        ends[:-1] = scores[:-1] != scores[1:]
        places = torch.arange(len(scores), device=scores.device)[:, None].expand_as(scores)
        beyond = torch.where(ends, places, len(scores) - 1).flip(0).cummin(0).values.flip(0)
        real = wide(scores.device)
        return cls(positive.gather(0, beyond).to(real), negative.gather(0, beyond).to(real))
