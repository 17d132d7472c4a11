"""Kendall's rank correlation."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.correlation import check_one_output
from simple_ignite.metrics.regression import numbers_of


class Kendall(Metric):
    """How many more pairs are in the same order in pred and target than in opposite order (Kendall 1938).

    scipy's `kendalltau`. Keeps all elements until the end, since pairs cannot be counted from less. NaN where
    one of both does not vary, or a value is NaN.

    Args:
        variant: "b" divides by the geometric mean of the pairs that are not tied (Kendall 1945); "c" is for
            pred and target of different scales (Stuart 1953).
        output_transform: Makes `(pred, target)` of a step's output, both `(n,)` or `(n, 1)`.
    """

    preds = Cat()
    targets = Cat()

    def __init__(
        self, variant: Literal["b", "c"] = "b", *, output_transform: Transform | None = None
    ) -> None:
        if variant not in ("b", "c"):
            raise MetricInputError("Kendall", f"variant={variant!r}", '"b" or "c"')
        self.variant = variant
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: `(n,)` or `(n, 1)`.
            target: The same shape.
        """
        pred, target = numbers_of("Kendall", pred, target)
        check_one_output("Kendall", pred)
        if target.numel():
            self.preds.append(pred.reshape(-1))
            self.targets.append(target.reshape(-1))

    def result(self) -> Tensor:
        """Return the coefficient, from -1 to 1."""
        x, y = self.preds.joined(), self.targets.joined()
        n = len(x)
        if bool(x.isnan().any() | y.isnan().any()):
            return torch.full((), math.nan, dtype=x.dtype, device=x.device)  # as scipy
        # ranks of whole numbers from 0 on, so that equal pairs are equal numbers
        x, y = (torch.unique(values, return_inverse=True)[1] for values in (x, y))
        classes_y = int(y.max()) + 1
        both = x * classes_y + y
        order = both.argsort()
        pairs, real = n * (n - 1) // 2, wide(x.device)
        tied_x, tied_y, tied = ties(x), ties(y), ties(both)
        excess = float(pairs - tied_x - tied_y + tied - 2 * inversions(y[order]))
        if self.variant == "c":
            smaller = min(int(x.max()) + 1, classes_y)
            value = 2 * excess / (n**2 * (smaller - 1) / smaller) if smaller > 1 else math.nan
        else:
            free = math.sqrt(pairs - tied_x) * math.sqrt(pairs - tied_y)
            value = excess / free if free else math.nan
        return torch.tensor(value, dtype=real, device=x.device).clamp(-1.0, 1.0)


def ties(values: Tensor) -> int:
    """Return the number of pairs of equal values.

    Args:
        values: `(n,)`.
    """
    counts = torch.unique(values, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def inversions(values: Tensor) -> int:
    """Return the number of pairs in which the first is larger than the second.

    By merging sorted blocks, twice as long each time, in O(n log² n) operations on whole tensors.

    Args:
        values: int64 `(n,)`, each below n.
    """
    size = 1 << (len(values) - 1).bit_length()
    padded = torch.cat([values, values.new_full((size - len(values),), len(values))])
    found, width = 0, 1
    while width < size:
        left, right = padded.reshape(-1, 2, width).unbind(1)
        # of the sorted left block, those after the place of a right element are larger than it
        places = torch.searchsorted(left.contiguous(), right.contiguous(), right=True)
        found += int((width - places).sum())
        padded = padded.reshape(-1, 2 * width).sort(1).values.reshape(-1)
        width *= 2
    return found
