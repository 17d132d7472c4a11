"""What is told from the order of all scores: areas under curves."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification.averaging import Average, check_average
from simple_ignite.metrics.classification.inputs import Task, check_task, integral, kind_of, signature


class Scores(Metric):
    """All scores with their targets; grows with the data.

    Args:
        task: "binary", "multiclass" or "multilabel"; default: told from the first batch's shapes.
        ignore_index: A target that counts for nothing.
    """

    scores = Cat()
    targets = Cat()

    def __init__(self, task: Task | None = None, ignore_index: int | None = None) -> None:
        self.task = task
        self.ignore_index = ignore_index
        super().__init__()

    def reset(self) -> None:
        """Forget all."""
        super().reset()
        self._shapes: tuple[object, ...] = ()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: Scores, `(n, *)` binary, `(n, classes, *)` multiclass, `(n, labels, *)` multilabel.
            target: `(n, *)` labels; multilabel: `(n, labels, *)` of 0/1.
        """
        shapes = signature(self, pred, target)
        if shapes != self._shapes:
            self._check(pred, target)
            self._shapes = shapes
        if self._task == "binary":
            self.scores.append(pred.reshape(-1))
            self.targets.append(target.reshape(-1))
        else:
            self.scores.append(pred.movedim(1, -1).reshape(-1, pred.shape[1]))
            target = (
                target.movedim(1, -1).reshape(-1, pred.shape[1]) if self._task == "multilabel" else target
            )
            self.targets.append(target if self._task == "multilabel" else target.reshape(-1))

    def _check(self, pred: Tensor, target: Tensor) -> None:
        """Check a shape that was not seen before."""
        kind = kind_of(self.called(), pred, target, self.task, None)
        if not pred.is_floating_point():
            raise MetricInputError(self.called(), f"{pred.dtype} as pred", "floating scores, to put in order")
        self._task = kind.task

    def columns(self) -> tuple[Tensor, Tensor, Tensor]:
        """Give scores and targets, one column a class or label.

        Returns:
            Scores `(n, k)`, whether the target is of the class `(n, k)`, and whether it counts `(n, k)`; k is
            1 for binary.

        Raises:
            MetricInputError: A score is NaN, or a target is out of range.
        """
        scores, targets = self.scores.joined(), integral(self.targets.joined())
        if bool(scores.isnan().any()):
            raise MetricInputError(self.called(), "NaN among the scores", "numbers, to put in order")
        classes = scores.shape[1] if scores.ndim == 2 and targets.ndim == 1 else 2
        counts = torch.ones_like(targets, dtype=torch.bool)
        if self.ignore_index is not None:
            counts = targets != self.ignore_index
        outside = int((((targets < 0) | (targets >= classes)) & counts).sum())
        if outside:
            got = f"{outside} labels outside 0…{classes - 1}"
            raise MetricInputError(self.called(), got, f"labels of {classes} classes, or an ignore_index")
        if scores.ndim == 1:
            return scores[:, None], (targets == 1)[:, None], counts[:, None]
        if targets.ndim == 2:
            return scores, targets == 1, counts
        of_class = targets[:, None] == torch.arange(classes, device=targets.device)
        return scores, of_class, counts[:, None].expand_as(scores)


class Ranking(Derived[Scores]):
    """A metric of the order of the scores, of each class against the rest.

    Keeps every score until the value is computed, since an order cannot be had from less. A class that
    has no targets, or for ROC only such, has the value NaN, and is left out of averages.

    Args:
        average: "macro", "weighted" (by the targets of each class), "micro" (all classes in one order) or
            "none". Binary data have one value.
        task: "binary", "multiclass" or "multilabel"; default: told from the shapes.
        ignore_index: A target that counts for nothing.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def __init__(
        self,
        *,
        average: Average = "macro",
        task: Task | None = None,
        ignore_index: int | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        self.average = check_average(type(self).__name__, average)
        check_task(type(self).__name__, task)
        super().__init__(Scores(task, ignore_index), output_transform=output_transform)

    def area(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Give the area for one class.

        Args:
            scores: `(n,)`.
            targets: bool `(n,)`.
        """
        raise NotImplementedError

    def result(self) -> Any:
        """Give the average, or one value a class."""
        scores, targets, counts = self.counts.columns()
        if self.average == "micro":
            return self.area(scores[counts], targets[counts])
        areas = torch.stack(
            [self.area(s[c], t[c]) for s, t, c in zip(scores.T, targets.T, counts.T, strict=True)]
        )
        if len(areas) == 1:
            return areas[0]
        if self.average is None:
            return areas
        weights = (
            (targets & counts).sum(0).to(areas.dtype)
            if self.average == "weighted"
            else torch.ones_like(areas)
        )
        defined = ~areas.isnan()
        return (areas[defined] * weights[defined]).sum() / weights[defined].sum()


def steps(scores: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Give how many positives and negatives are at or above each distinct score, from the highest on.

    Args:
        scores: `(n,)`.
        targets: bool `(n,)`.

    Returns:
        Two float64 `(m,)`, m distinct scores.
    """
    scores, order = scores.sort(descending=True)
    last = torch.ones_like(scores, dtype=torch.bool)
    last[:-1] = scores[:-1] != scores[1:]
    where = last.nonzero().squeeze(1)
    positives = targets[order].to(torch.int64).cumsum(0)[where].to(wide(scores.device))
    return positives, where + 1 - positives


class ROCAUC(Ranking):
    """The area under the ROC curve: how often a positive scores above a negative. sklearn's `roc_auc_score`.

    Multiclass data are taken one class against the rest.
    """

    def area(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Give the area for one class, by trapezoids."""
        positives, negatives = steps(scores, targets)
        zero = positives.new_zeros(1)
        area = torch.trapezoid(torch.cat([zero, positives]), torch.cat([zero, negatives]))
        return area / (positives[-1:] * negatives[-1:]).sum()


class AveragePrecision(Ranking):
    """Σ (recall - recall before) precision, over the distinct scores. sklearn's `average_precision_score`."""

    def area(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Give the area for one class, by steps."""
        positives, negatives = steps(scores, targets)
        gained = positives.diff(prepend=positives.new_zeros(1))
        return (gained * positives / (positives + negatives)).sum() / positives[-1:].sum()


class PRAUC(Ranking):
    """The area under the precision-recall curve by trapezoids: sklearn's `precision_recall_curve`, `auc`.

    Straight lines between the points are too hopeful; `AveragePrecision` has none.
    """

    def area(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Give the area for one class, by trapezoids, from recall 0 at precision 1."""
        positives, negatives = steps(scores, targets)
        precision = torch.cat([positives.new_ones(1), positives / (positives + negatives)])
        recall = torch.cat([positives.new_zeros(1), positives]) / positives[-1:].sum()
        return torch.trapezoid(precision, recall)
