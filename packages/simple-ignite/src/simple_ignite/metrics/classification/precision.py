"""Precision, recall and their mean: how the errors are spread over the classes."""

from __future__ import annotations

import functools
from typing import ClassVar, Unpack

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.classification import scores
from simple_ignite.metrics.classification.averaged import Averaged
from simple_ignite.metrics.classification.averaging import Average, Score
from simple_ignite.metrics.classification.counts import CountOptions


class Precision(Averaged):
    """tp / (tp + fp): how much of what was predicted as a class is of it. sklearn's `precision_score`."""

    score = staticmethod(scores.precision)


class Recall(Averaged):
    """tp / (tp + fn): the share of a class that was found. sklearn's `recall_score`."""

    score = staticmethod(scores.recall)


class Specificity(Averaged):
    """tn / (tn + fp): the share of what is not of a class that was not taken for it."""

    score = staticmethod(scores.specificity)


class FBeta(Averaged):
    """(1 + β²) tp / ((1 + β²) tp + β² fn + fp), sklearn's `fbeta_score`.

    Args:
        beta: How many times recall matters as much as precision.
        average: See `Averaged`.
        zero_division: See `Averaged`.
        **options: See `CountOptions`.
    """

    def __init__(
        self,
        beta: float = 1.0,
        *,
        average: Average = "auto",
        zero_division: float = 0.0,
        **options: Unpack[CountOptions],
    ) -> None:
        if not beta > 0:
            raise MetricInputError(type(self).__name__, f"beta={beta!r}", "a number above 0")
        self.beta = float(beta)
        super().__init__(average=average, zero_division=zero_division, **options)

    def score_of(self, task: str) -> Score:  # noqa: ARG002 (it is the same for all)
        """Return the F-beta of each class."""
        return functools.partial(scores.f_beta, beta=self.beta)


class F1Score(Averaged):
    """2 tp / (2 tp + fp + fn): the harmonic mean of precision and recall. sklearn's `f1_score`."""

    score = staticmethod(scores.f1)


class HammingDistance(Averaged):
    """The share of labels that are wrong. sklearn's `hamming_loss`.

    Args:
        average: "micro" over all labels; "macro", "weighted", "none" of the share of wrong answers of each
            label (multilabel) or of one minus the recall of each class, over those that targets have; or
            "samples" (multilabel).
        **options: See `CountOptions`.
    """

    positive: ClassVar[bool] = False
    of_targets: ClassVar[bool] = True
    score = staticmethod(scores.miss_rate)

    def __init__(self, *, average: Average = "micro", **options: Unpack[CountOptions]) -> None:
        if average in ("auto", "binary"):
            wanted = 'one of "micro", "macro", "weighted", "samples", "none"'
            raise MetricInputError("HammingDistance", f"average={average!r}", wanted)
        super().__init__(average=average, **options)

    def score_of(self, task: str) -> Score:
        """Return the share of wrong answers of a label, or the misses of a class."""
        return scores.error_rate if task == "multilabel" else self.score
