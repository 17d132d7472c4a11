"""Curves over all thresholds: ROC, and precision against recall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Literal, TypedDict, TypeVar, cast

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.classification.averaging import check_average
from simple_ignite.metrics.classification.inputs import Task, check_task
from simple_ignite.metrics.classification.ranking import precisions, stepped
from simple_ignite.metrics.classification.score_table import Columns, Ranks, Scores


class ROCPoints(TypedDict):
    """The points of a ROC curve, from the highest threshold to the lowest.

    Attributes:
        fpr: float64 `(m,)`, the share of negatives that score at least the threshold; NaN if there are none.
        tpr: float64 `(m,)`, the share of positives that do; NaN if there are none.
        thresholds: float64 `(m,)`; the first is infinity, where nothing is positive.
    """

    fpr: Tensor
    tpr: Tensor
    thresholds: Tensor


class PRPoints(TypedDict):
    """The points of a precision-recall curve, from the lowest threshold to the highest.

    Attributes:
        precision: float64 `(m,)`; the last is 1.
        recall: float64 `(m,)`; the last is 0. NaN if there are no positives.
        thresholds: float64 `(m,)`; the last is infinity, where nothing is positive.
    """

    precision: Tensor
    recall: Tensor
    thresholds: Tensor


P = TypeVar("P", ROCPoints, PRPoints)


class Curve(Derived[Scores], Generic[P]):
    """A curve over the distinct scores, of each class against the rest.

    The value is a dictionary of tensors, see `ROCPoints` and `PRPoints`: one for binary data or
    `average="micro"`, else a list of one per class or label. `curve_table` makes a table of it for a tracker.
    Keeps every score until the value is computed.

    Args:
        average: "none": a curve for each class; "micro": one curve of all classes together.
        points: Keep at most this many points, spread evenly over the curve with both ends, so that it can be
            logged; default: one for each distinct score.
        task: "binary", "multiclass" or "multilabel"; default: told from the shapes.
        ignore_index: A target that counts for nothing.
        dim: The dimension of the classes in pred (multilabel: of the labels in both).
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def __init__(
        self,
        *,
        average: Literal["none", "micro"] | None = None,
        points: int | None = None,
        task: Task | None = None,
        ignore_index: int | None = None,
        dim: int = 1,
        output_transform: Transform | None = None,
    ) -> None:
        name = type(self).__name__
        check_task(name, task)
        if average not in ("none", "micro", None):
            raise MetricInputError(name, f"average={average!r}", '"none" or "micro"')
        if points is not None and points < 2:
            raise MetricInputError(name, f"points={points!r}", "2 or more, or None")
        self.average = check_average(name, average, task)
        self.points = points
        super().__init__(Scores(task, ignore_index, dim), output_transform=output_transform)

    def curve(self, ranks: Ranks, thresholds: Tensor) -> P:
        """Return the points of one class.

        Args:
            ranks: `(m, 1)`, one row per distinct score.
            thresholds: float64 `(m,)`, the scores.
        """
        raise NotImplementedError

    def result(self) -> P | list[P]:
        """Return the points, of each class if there are several."""
        columns = self.counts.columns()
        if self.average == "micro" or self.counts.is_binary():
            return self._curve(columns.flat())
        each = range(columns.scores.shape[1])
        return [self._curve(Columns(*(part[:, k : k + 1] for part in columns)).flat()) for k in each]

    def _curve(self, column: Columns) -> P:
        """Return the points of one column, in which all counts."""
        scores = column.scores.sort(0, descending=True).values.squeeze(1)
        ends = torch.ones_like(scores, dtype=torch.bool)
        ends[:-1] = scores[:-1] != scores[1:]
        ranks = Ranks(*(part[ends] for part in Ranks.of(column)))
        points = self.curve(ranks, scores[ends].to(ranks.positives.dtype))
        return self._thinned(points)

    def _thinned(self, points: P) -> P:
        """Keep as many points as wanted, both ends among them."""
        size = len(points["thresholds"])
        if self.points is None or size <= self.points:
            return points
        where = torch.linspace(0, size - 1, self.points, dtype=torch.float64).round().long()
        parts: Mapping[str, Any] = points
        return cast(P, {name: part[where.to(part.device)] for name, part in parts.items()})


class ROCCurve(Curve[ROCPoints]):
    """The share of positives found against that of false alarms, for each threshold. sklearn's `roc_curve`.

    As with `drop_intermediate=False` there: points on straight lines are kept.
    """

    def curve(self, ranks: Ranks, thresholds: Tensor) -> ROCPoints:
        """Return the points of one class."""
        return ROCPoints(
            fpr=share(ranks.negatives),
            tpr=share(ranks.positives),
            thresholds=torch.cat([thresholds.new_full((1,), math.inf), thresholds]),
        )


class PRCurve(Curve[PRPoints]):
    """Precision against recall, for each threshold. sklearn's `precision_recall_curve`.

    Unlike there, recall is NaN where no target is of the class.
    """

    def curve(self, ranks: Ranks, thresholds: Tensor) -> PRPoints:
        """Return the points of one class."""
        precision = precisions(ranks)[:, 0]
        return PRPoints(
            precision=torch.cat([precision.flip(0), precision.new_ones(1)]),
            recall=share(ranks.positives).flip(0),
            thresholds=torch.cat([thresholds.flip(0), thresholds.new_full((1,), math.inf)]),
        )


def share(counts: Tensor) -> Tensor:
    """Return counts as shares of the last, led by a 0.

    Args:
        counts: float64 `(m, 1)`.

    Returns:
        float64 `(m + 1,)`.
    """
    whole = counts[-1:, 0] if len(counts) else counts.new_zeros(1)
    return stepped_or_zero(counts)[:, 0] / whole


def stepped_or_zero(counts: Tensor) -> Tensor:
    """Put a row of zeros before the values, also where there are none."""
    return stepped(counts) if len(counts) else counts.new_zeros((1, counts.shape[1]))


def curve_table(
    curve: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]], names: Sequence[str] | None = None
) -> dict[str, list[Any]]:
    """Make a table of one curve or of several: lists of numbers by column, as trackers and pandas take them.

    Args:
        curve: The value of `ROCCurve` or `PRCurve`.
        names: Names of the classes, where there are several; default: their numbers.

    Returns:
        A column for each part of the curve. Of several curves one below the other, led by a column "class".
        Infinite thresholds, which many formats cannot hold, are None.

    Raises:
        MetricInputError: It is not the value of a curve, or there are not as many names as curves.
    """
    if isinstance(curve, Mapping):
        return {name: column(part) for name, part in curve.items()}
    if not isinstance(curve, Sequence) or not all(isinstance(one, Mapping) for one in curve):
        raise MetricInputError("curve_table", described(curve), "the value of ROCCurve or PRCurve")
    labels: Sequence[Any] = range(len(curve)) if names is None else names
    if len(labels) != len(curve):
        raise MetricInputError("curve_table", f"{len(labels)} names", f"one for each of {len(curve)} classes")
    table: dict[str, list[Any]] = {"class": []}
    for label, one in zip(labels, curve, strict=True):
        for name, part in one.items():
            table.setdefault(name, []).extend(column(part))
            size = len(part)
        table["class"].extend([label] * size)
    return table


def column(part: Tensor) -> list[float | None]:
    """Return numbers as a list, None for infinity."""
    return [None if math.isinf(number) else number for number in part.tolist()]
