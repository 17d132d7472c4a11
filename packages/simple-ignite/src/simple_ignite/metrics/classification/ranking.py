"""Areas under curves: what is told from the order of all scores."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification.averaging import Average, check_average
from simple_ignite.metrics.classification.inputs import Task, check_task
from simple_ignite.metrics.classification.score_table import Columns, Ranks, Scores


class Ranking(Derived[Scores]):
    """A metric of the order of the scores, of each class against the rest.

    Keeps every score until the value is computed, since an order cannot be had from less. Scores are
    floats or integers.

    Args:
        average: "macro", "weighted" (by the targets of each class), "micro" (all classes in one order),
            "samples" (multilabel: the mean over samples) or "none". Binary data have one value. As in
            scikit-learn, a mean with a class whose value is NaN is NaN too.
        task: "binary", "multiclass" or "multilabel"; default: told from the shapes.
        ignore_index: A target that counts for nothing. A label with no other targets is left out of means.
        dim: The dimension of the classes in pred (multilabel: of the labels in both).
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def __init__(
        self,
        *,
        average: Average = "macro",
        task: Task | None = None,
        ignore_index: int | None = None,
        dim: int = 1,
        output_transform: Transform | None = None,
    ) -> None:
        check_task(type(self).__name__, task)
        self.average = check_average(type(self).__name__, average, task)
        super().__init__(Scores(task, ignore_index, dim), output_transform=output_transform)

    def areas(self, ranks: Ranks) -> Tensor:
        """Return the area of each column.

        Args:
            ranks: Of the columns, `(n, k)`.

        Returns:
            float64 `(k,)`.
        """
        raise NotImplementedError

    def result(self) -> Any:
        """Return the average, or one value per class."""
        columns = self.counts.columns()
        if self.average == "micro":
            return self._valued(columns.flat())[0]
        each = self._valued(columns.rows() if self.average == "samples" else columns)
        if self.counts.is_binary():
            return each[0]
        if self.average is None:
            return each
        known = columns.counts.any(1 if self.average == "samples" else 0)
        weights = known.to(each.dtype)
        if self.average == "weighted":
            targets = (columns.positive & columns.counts).sum(0).to(each.dtype)
            weights = torch.where(targets.sum() == 0, weights, targets)
        each = torch.where(weights == 0, 0.0, each)
        return (each * weights).sum() / weights.sum()

    def _valued(self, columns: Columns) -> Tensor:
        """Return the area of each column; NaN where nothing counts."""
        if not len(columns.scores):
            return torch.full((columns.scores.shape[1],), math.nan, dtype=torch.float64)
        return torch.where(columns.counts.any(0), self.areas(Ranks.of(columns)), math.nan)


def stepped(values: Tensor) -> Tensor:
    """Put a row of zeros before the values: where a curve begins."""
    return torch.cat([torch.zeros_like(values[:1]), values])


def precisions(ranks: Ranks) -> Tensor:
    """Return positives / all at each score; 1 where there are none yet."""
    every = ranks.positives + ranks.negatives
    return torch.where(every == 0, 1.0, ranks.positives / every)


class ROCAUC(Ranking):
    """The area under the ROC curve: how often a positive scores above a negative. sklearn's `roc_auc_score`.

    Multiclass data are taken one class against the rest. The value of a class that all targets are of, or
    none, is NaN.
    """

    def areas(self, ranks: Ranks) -> Tensor:
        """Return the area of each column, by trapezoids."""
        area = torch.trapezoid(stepped(ranks.positives), stepped(ranks.negatives), dim=0)
        return area / (ranks.positives[-1] * ranks.negatives[-1])


class AveragePrecision(Ranking):
    """Σ (recall - recall before) precision, over the distinct scores. sklearn's `average_precision_score`.

    The value of a class that no target is of is 0, as in scikit-learn.
    """

    def areas(self, ranks: Ranks) -> Tensor:
        """Return the area of each column, by steps."""
        gained = stepped(ranks.positives).diff(dim=0)
        return (gained * precisions(ranks)).sum(0) / ranks.positives[-1].clamp(min=1)


class PRAUC(Ranking):
    """The area under the precision-recall curve by trapezoids: sklearn's `precision_recall_curve`, `auc`.

    Straight lines between the points are too hopeful; `AveragePrecision` has none. The value of a class that
    no target is of is NaN.
    """

    def areas(self, ranks: Ranks) -> Tensor:
        """Return the area of each column, by trapezoids, from recall 0 at precision 1."""
        precision = torch.cat([torch.ones_like(ranks.positives[:1]), precisions(ranks)])
        recall = stepped(ranks.positives) / ranks.positives[-1]
        return torch.trapezoid(precision, recall, dim=0)
