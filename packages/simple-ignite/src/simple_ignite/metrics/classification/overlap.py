"""How far predicted and true regions overlap."""

from __future__ import annotations

from typing import ClassVar, Unpack

from simple_ignite.metrics.classification import scores
from simple_ignite.metrics.classification.averaged import Averaged
from simple_ignite.metrics.classification.counts import CountOptions


class Jaccard(Averaged):
    """tp / (tp + fp + fn), intersection over union (IoU). sklearn's `jaccard_score`."""

    score = staticmethod(scores.jaccard)


class MeanIoU(Jaccard):
    """The mean over the classes that occur of their intersection over union, as segmentation reports it.

    Of binary data it is the mean over both classes, background and foreground.

    Args:
        zero_division: See `Averaged`.
        **options: See `CountOptions`.
    """

    positive: ClassVar[bool] = False

    def __init__(self, *, zero_division: float = 0.0, **options: Unpack[CountOptions]) -> None:
        super().__init__(average="macro", zero_division=zero_division, **options)


class Dice(Averaged):
    """2 tp / (2 tp + fp + fn) of Dice (1945) and Sørensen (1948); the same number as F1."""

    score = staticmethod(scores.f1)


IoU = Jaccard
