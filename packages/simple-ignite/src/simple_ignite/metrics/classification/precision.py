"""Precision, recall and their mean: how the errors are spread over the classes."""

from __future__ import annotations

from typing import Any, Unpack

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.classification.averaging import Average, averaged, check_average, ratio
from simple_ignite.metrics.classification.counts import Counted, CountOptions, Table


class Averaged(Counted):
    """A metric with a value a class, and an average over the classes.

    A class that nothing was predicted as, or that no target has, gets 0 where its value would be 0/0.

    Args:
        average: "macro" (the mean over the classes that occur in target or prediction), "micro" (over all
            predictions), "weighted" (by the targets of each class) or "none" (one value a class).
            Binary data have one value, that of class 1.
        **options: See `CountOptions`.
    """

    def __init__(self, *, average: Average = "macro", **options: Unpack[CountOptions]) -> None:
        self.average = check_average(type(self).__name__, average)
        super().__init__(**options)

    def score(self, table: Table) -> Tensor:
        """Give the value of each class.

        Args:
            table: Counts of shape `(k,)`.

        Returns:
            float64 of shape `(k,)`.
        """
        raise NotImplementedError

    def result(self) -> Any:
        """Give the average of the values, or one a class."""
        return averaged(self.score, self.counts.table(), self.average)


class Precision(Averaged):
    """tp / (tp + fp): how much of what was predicted as a class is of it. sklearn's `precision_score`."""

    def score(self, table: Table) -> Tensor:
        """Give the precision of each class."""
        return ratio(table.tp, table.tp + table.fp)


class Recall(Averaged):
    """tp / (tp + fn): how much of a class was found. sklearn's `recall_score`."""

    def score(self, table: Table) -> Tensor:
        """Give the recall of each class."""
        return ratio(table.tp, table.tp + table.fn)


class Specificity(Averaged):
    """tn / (tn + fp): how much of what is not of a class was not taken for it."""

    def score(self, table: Table) -> Tensor:
        """Give the specificity of each class."""
        return ratio(table.tn, table.tn + table.fp)


class FBeta(Averaged):
    """(1 + β²) tp / ((1 + β²) tp + β² fn + fp), sklearn's `fbeta_score`.

    Args:
        beta: How many times recall matters as much as precision.
        average: See `Averaged`.
        **options: See `CountOptions`.
    """

    def __init__(
        self, beta: float = 1.0, *, average: Average = "macro", **options: Unpack[CountOptions]
    ) -> None:
        if not beta > 0:
            raise MetricInputError(type(self).__name__, f"beta={beta!r}", "a number above 0")
        self.beta = float(beta)
        super().__init__(average=average, **options)

    def score(self, table: Table) -> Tensor:
        """Give the F-beta of each class."""
        square = self.beta**2
        return ratio((1 + square) * table.tp, (1 + square) * table.tp + square * table.fn + table.fp)


class F1Score(Averaged):
    """2 tp / (2 tp + fp + fn): the harmonic mean of precision and recall. sklearn's `f1_score`."""

    def score(self, table: Table) -> Tensor:
        """Give the F1 of each class."""
        return ratio(2 * table.tp, 2 * table.tp + table.fp + table.fn)


class HammingDistance(Averaged):
    """The share of labels that are wrong. sklearn's `hamming_loss`.

    Args:
        average: "micro" over all labels; of each label (multilabel), or one minus recall of each class
            (multiclass): "macro", "weighted" or "none".
        **options: See `CountOptions`.
    """

    def __init__(self, *, average: Average = "micro", **options: Unpack[CountOptions]) -> None:
        super().__init__(average=average, **options)

    def score(self, table: Table) -> Tensor:
        """Give the share of wrong ones of each class or label."""
        if self.counts.is_binary() or self.counts.is_multilabel():
            return ratio(table.fp + table.fn, table.tp + table.fp + table.fn + table.tn)
        return ratio(table.fn, table.tp + table.fn)
