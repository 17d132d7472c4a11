"""The confusion matrix, and what is told from all of it at once."""

from __future__ import annotations

import math
from typing import Literal, Unpack

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.classification.averaging import ratio
from simple_ignite.metrics.classification.counts import Counted, CountOptions, InputOptions

Normalize = Literal["true", "pred", "all"] | None
Weights = Literal["linear", "quadratic"] | None


class ConfusionMatrix(Counted):
    """How often each class was taken for each: rows are targets, columns predictions.

    sklearn's `confusion_matrix`; for multilabel data its `multilabel_confusion_matrix`.

    Args:
        num_classes: How many classes; default: as many as pred has scores.
        normalize: "true" divides each row by its sum, "pred" each column, "all" everything by the total.
            A row or column without any sample is 0, as in scikit-learn; all is NaN where nothing counts.
        **options: See `InputOptions`.
    """

    def __init__(
        self,
        num_classes: int | None = None,
        *,
        normalize: Normalize = None,
        **options: Unpack[InputOptions],
    ) -> None:
        if normalize not in ("true", "pred", "all", None):
            got = f"normalize={normalize!r}"
            raise MetricInputError("ConfusionMatrix", got, '"true", "pred", "all" or None')
        self.normalize = normalize
        super().__init__(num_classes=num_classes, **options)

    def result(self) -> Tensor:
        """Give the matrix.

        Returns:
            int64, or float64 when normalized, of shape `(classes, classes)`; `(labels, 2, 2)` for multilabel.
        """
        matrix = self.counts.confusion()
        if self.normalize == "true":
            matrix = ratio(matrix, matrix.sum(2, keepdim=True))
        elif self.normalize == "pred":
            matrix = ratio(matrix, matrix.sum(1, keepdim=True))
        elif self.normalize == "all":
            matrix = ratio(matrix, matrix.sum((1, 2), keepdim=True))
        if self.normalize is None:
            matrix = matrix.to(torch.int64)
        else:
            matrix = torch.where(self.counts.confusion().sum((1, 2), keepdim=True) == 0, math.nan, matrix)
        return matrix if self.counts.is_multilabel() else matrix[0]


class CohenKappa(Counted):
    """(p_o - p_e) / (1 - p_e), agreement beyond chance (Cohen 1960). sklearn's `cohen_kappa_score`.

    Args:
        weights: "linear" or "quadratic" make an error count by its distance; default: all count alike.
        **options: See `CountOptions`.
    """

    def __init__(
        self,
        *,
        weights: Weights = None,
        **options: Unpack[CountOptions],
    ) -> None:
        if weights not in ("linear", "quadratic", None):
            raise MetricInputError("CohenKappa", f"weights={weights!r}", '"linear", "quadratic" or None')
        refuse_multilabel("CohenKappa", options)
        self.weights = weights
        super().__init__(**options)

    def result(self) -> Tensor:
        """Give kappa, NaN where chance alone would agree wholly."""
        matrix = self.counts.confusion()[0]
        expected = matrix.sum(1, keepdim=True) * matrix.sum(0, keepdim=True) / matrix.sum()
        steps = torch.arange(len(matrix), dtype=matrix.dtype, device=matrix.device)
        distance = (steps[:, None] - steps[None, :]).abs()
        cost = (distance > 0).to(matrix.dtype) if self.weights is None else distance
        cost = cost**2 if self.weights == "quadratic" else cost
        return 1 - (cost * matrix).sum() / (cost * expected).sum()


class MCC(Counted):
    """The correlation of target and prediction, R_K of Gorodkin (2004). sklearn's `matthews_corrcoef`.

    0 where all targets, or all predictions, are of one class.

    Args:
        **options: See `CountOptions`.
    """

    def __init__(self, **options: Unpack[CountOptions]) -> None:
        refuse_multilabel("MCC", options)
        super().__init__(**options)

    def result(self) -> Tensor:
        """Give the coefficient."""
        matrix = self.counts.confusion()[0]
        total = matrix.sum()
        matrix = matrix / total  # shares, so that products of large counts stay exact enough
        true, guessed = matrix.sum(1), matrix.sum(0)
        together = matrix.diagonal().sum() - true @ guessed
        spread = (1 - guessed @ guessed) * (1 - true @ true)
        return ratio(together, spread.clamp(min=0).sqrt())


def refuse_multilabel(name: str, options: CountOptions) -> None:
    """Say that a metric makes no sense of multilabel data."""
    if options.get("task") == "multilabel":
        raise MetricInputError(name, 'task="multilabel"', '"binary" or "multiclass"')
