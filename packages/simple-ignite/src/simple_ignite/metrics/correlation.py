"""How prediction and target vary together."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, Reduced, Sum, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.regression import numbers_of


def joined_moments(a: Tensor, b: Tensor) -> Tensor:
    """Make one of the moments of two sets of pairs, by Chan, Golub and LeVeque (1983).

    No large numbers are subtracted, so that nothing is lost where means are large and spreads small.

    Args:
        a: float64 `(6, *)`: count, mean of x, mean of y, and the sums of squares and products about the
            means, xx, yy and xy, of each output.
        b: The same.

    Returns:
        The same, of both sets together.
    """
    n = a[0] + b[0]
    share = b[0] / n
    apart = b[1:3] - a[1:3]
    products = torch.stack([apart[0] * apart[0], apart[1] * apart[1], apart[0] * apart[1]])
    return torch.cat([n[None], a[1:3] + apart * share, a[3:] + b[3:] + products * a[0] * share])


class Moments(Metric):
    """Count, means, and sums of squares and products about the means, of pred and target."""

    moments = Reduced(joined_moments)
    squared = Sum()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: `(n, *)`, n samples of each of the outputs.
            target: The same shape.
        """
        x, y = numbers_of(self.called(), pred, target)
        if not x.numel():
            return
        x, y = (x, y) if x.ndim else (x[None], y[None])
        mean_x, mean_y = x.mean(0), y.mean(0)
        dx, dy, off = x - mean_x, y - mean_y, y - x
        count = torch.full_like(mean_x, x.shape[0])
        batch = torch.stack([count, mean_x, mean_y, (dx * dx).sum(0), (dy * dy).sum(0), (dx * dy).sum(0)])
        if self.moments is not None and self.moments.shape != batch.shape:
            got, wanted = tuple(batch.shape[1:]), tuple(self.moments.shape[1:])
            raise MetricInputError(
                self.called(), f"outputs of shape {got}", f"shape {wanted}, as in the batches before"
            )
        self.moments = batch if self.moments is None else joined_moments(self.moments, batch)
        self.squared = self.squared + (off * off).sum(0)


class Pearson(Derived[Moments]):
    """The linear correlation of pred and target (Pearson 1895). scipy's `pearsonr`.

    NaN where one of them does not vary.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both `(n,)` or `(n, *)`.
    """

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        super().__init__(Moments(), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give the coefficient, from -1 to 1, of shape `()`, or `(*)` for several outputs."""
        _, _, _, xx, yy, xy = self.counts.moments
        coefficient: Tensor = (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0)
        return coefficient


class R2Score(Derived[Moments]):
    """1 - Σ(target - pred)² / Σ(target - mean)², the share of variance explained. sklearn's `r2_score`.

    Of several outputs it is the mean. Where the target does not vary it is 1 if all is right, else 0. Both
    are as in scikit-learn.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both `(n,)` or `(n, *)`.
    """

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        super().__init__(Moments(), output_transform=output_transform)

    def result(self) -> Tensor:
        """Give R²."""
        spread, squared = self.counts.moments[4], self.counts.squared
        flat = torch.where(squared.isnan(), squared, (squared == 0).to(spread.dtype))
        return torch.where(spread == 0, flat, 1 - squared / torch.where(spread == 0, 1.0, spread)).mean()


class Spearman(Metric):
    """The correlation of the ranks of pred and target, ties sharing the mean rank (Spearman 1904).

    scipy's `spearmanr`. Keeps all elements until the end, since ranks cannot be had from less. NaN where one
    of both does not vary, or a value is NaN.

    Args:
        output_transform: Makes `(pred, target)` of a step's output, both `(n,)` or `(n, 1)`.
    """

    preds = Cat()
    targets = Cat()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Keep one batch.

        Args:
            pred: `(n,)` or `(n, 1)`.
            target: The same shape.
        """
        pred, target = numbers_of("Spearman", pred, target)
        check_one_output("Spearman", pred)
        if target.numel():
            self.preds.append(pred.reshape(-1))
            self.targets.append(target.reshape(-1))

    def result(self) -> Tensor:
        """Return the coefficient, from -1 to 1; NaN if a value is NaN, or one of both does not vary."""
        preds, targets = self.preds.joined(), self.targets.joined()
        if bool(preds.isnan().any() | targets.isnan().any()):
            return torch.full((), math.nan, dtype=preds.dtype, device=preds.device)
        x, y = mean_ranks(preds), mean_ranks(targets)
        x, y = x - x.mean(), y - y.mean()
        return ((x * y).sum() / ((x * x).sum().sqrt() * (y * y).sum().sqrt())).clamp(-1.0, 1.0)


def check_one_output(name: str, pred: Tensor) -> None:
    """Check that a batch has one output.

    Args:
        name: The metric, for the message.
        pred: `(n,)` or `(n, 1)`.

    Raises:
        MetricInputError: It has several.
    """
    if pred.ndim > 1 and pred.shape[1:].numel() != 1:
        raise MetricInputError(name, f"shape {tuple(pred.shape)}", "one output: (n,) or (n, 1)")


def mean_ranks(values: Tensor) -> Tensor:
    """Return the rank of each value, the mean rank to equal ones.

    Args:
        values: `(n,)`, none of them NaN.

    Returns:
        float64 `(n,)`, from 0.
    """
    _, where, counts = torch.unique(values, return_inverse=True, return_counts=True)
    middles: Tensor = counts.cumsum(0) - (counts + 1).to(wide(values.device)) / 2
    return middles[where]
