"""How far predicted and true regions overlap."""

from __future__ import annotations

from typing import Unpack

from torch import Tensor

from simple_ignite.metrics.classification.averaging import ratio
from simple_ignite.metrics.classification.counts import CountOptions, Table
from simple_ignite.metrics.classification.precision import Averaged


class Jaccard(Averaged):
    """tp / (tp + fp + fn), intersection over union (IoU). sklearn's `jaccard_score`."""

    def score(self, table: Table) -> Tensor:
        """Give the IoU of each class."""
        return ratio(table.tp, table.tp + table.fp + table.fn)


class MeanIoU(Jaccard):
    """The mean over the classes that occur of their intersection over union, as segmentation reports it."""

    def __init__(self, **options: Unpack[CountOptions]) -> None:
        super().__init__(average="macro", **options)


class Dice(Averaged):
    """2 tp / (2 tp + fp + fn) of Dice (1945) and Sørensen (1948); the same number as F1."""

    def score(self, table: Table) -> Tensor:
        """Give the Dice coefficient of each class."""
        return ratio(2 * table.tp, 2 * table.tp + table.fp + table.fn)


IoU = Jaccard
