"""How far two sets of feature vectors are apart as normal distributions."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Reduced, wide
from simple_ignite.metrics.base.transform import described


def joined_covariances(a: Tensor, b: Tensor) -> Tensor:
    """Make one of the moments of two sets of vectors, by Chan, Golub and LeVeque (1983).

    Args:
        a: float64 `(2 + d, d)`: the number of vectors (in each place), their mean, and the sums of products
            about it.
        b: The same.

    Returns:
        The same, of both sets together.
    """
    n = a[0] + b[0]
    apart = b[1] - a[1]
    share = b[0] / n
    products = torch.outer(apart, apart) * (a[0] * share)
    return torch.cat([n[None], (a[1] + apart * share)[None], a[2:] + b[2:] + products])


class FrechetDistance(Metric):
    """The squared distance of Fréchet (1957) of two normal distributions, as FID has it (Heusel et al. 2017).

    |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½), μ and Σ being means and covariances (divided by n - 1) of the
    feature vectors of generated and real data. Which features is up to the caller: FID takes those of the
    last pooling layer of Inception v3, of size 2048. Holds two matrices of d × d. NaN where there are fewer
    than two vectors of either. Agrees with torchmetrics' `FrechetInceptionDistance` on the same features.

    Args:
        output_transform: Makes `(pred, target)` of a step's output: features of generated data `(n, d)` and
            of real data `(m, d)`; n and m may differ, and be 0.
    """

    generated = Reduced(joined_covariances)
    real = Reduced(joined_covariances)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: Features of generated data, `(n, d)`.
            target: Features of real data, `(m, d)`.
        """
        tensors = isinstance(pred, Tensor) and isinstance(target, Tensor)
        if not tensors or pred.ndim != 2 or target.ndim != 2 or pred.shape[1] != target.shape[1]:
            got = f"pred {described(pred)}, target {described(target)}"
            raise MetricInputError("FrechetDistance", got, "features (n, d) and (m, d)")
        if pred.is_complex() or target.is_complex():
            raise MetricInputError("FrechetDistance", "complex features", "real numbers")
        for name, features in (("generated", pred), ("real", target)):
            if len(features):
                setattr(self, name, self._added(getattr(self, name), features.detach()))

    def _added(self, held: Tensor | None, features: Tensor) -> Tensor:
        """Return the moments with those of a batch added."""
        features = features.to(wide(features.device))
        mean = features.mean(0)
        apart = features - mean
        batch = torch.cat([torch.full_like(mean, len(features))[None], mean[None], apart.T @ apart])
        if held is None:
            return batch
        if held.shape != batch.shape:
            got = f"features of size {batch.shape[1]}"
            raise MetricInputError("FrechetDistance", got, f"size {held.shape[1]}, as in the batches before")
        return joined_covariances(held, batch)

    def result(self) -> Tensor:
        """Return the distance, from 0 on."""
        if self.generated is None or self.real is None:
            held = self.real if self.generated is None else self.generated
            return held.new_full((), math.nan)  # type: ignore[no-any-return]
        (n, mean, *_), (m, other, *_) = self.generated, self.real
        a, b = self.generated[2:] / (n[0] - 1), self.real[2:] / (m[0] - 1)
        distance = (mean - other).square().sum() + a.trace() + b.trace() - 2 * root_trace(a, b)
        few = (n[0] < 2) | (m[0] < 2)
        value: Tensor = torch.where(few, math.nan, distance.clamp(min=0))
        return value


def root_trace(a: Tensor, b: Tensor) -> Tensor:
    """Return the trace of the root of the product of two covariance matrices.

    (A B)^½ has the eigenvalues of (A^½ B A^½)^½, a symmetric matrix, whose eigenvalues are real and exact.

    Args:
        a: `(d, d)`, symmetric, without negative eigenvalues.
        b: The same.

    Returns:
        A number of shape `()`; NaN where one of both is not finite.
    """
    if not bool(a.isfinite().all() & b.isfinite().all()):
        return a.new_full((), math.nan)
    values, vectors = torch.linalg.eigh(a)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    inner = root @ b @ root
    squares: Tensor = torch.linalg.eigvalsh((inner + inner.T) / 2)
    return squares.clamp(min=0).sqrt().sum()
