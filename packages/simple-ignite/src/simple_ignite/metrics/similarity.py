"""How far predicted and true vectors point in the same direction."""

from __future__ import annotations

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.regression import numbers_of

SMALLEST = 1e-8
"""What a length counts at least, as in torch's `cosine_similarity`."""


class CosineSimilarity(Metric):
    """The mean over samples of the cosine of the angle between pred and target, from -1 to 1.

    torch's `cosine_similarity`; one minus scipy's `cosine` distance. 0 where one of both is 0.

    Args:
        dim: The dimension that holds the vectors.
        output_transform: Makes `(pred, target)` of a step's output, both `(n, size, *)`.
    """

    total = Sum()
    samples = Sum()

    def __init__(self, *, dim: int = 1, output_transform: Transform | None = None) -> None:
        self.dim = dim
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: `(n, size, *)`; each position of `*` is a vector of its own.
            target: The same shape.
        """
        x, y = numbers_of("CosineSimilarity", pred, target)
        if x.ndim < 2 or not -x.ndim <= self.dim < x.ndim:
            got = f"pred {described(pred)}, target {described(target)}"
            raise MetricInputError("CosineSimilarity", got, f"vectors (n, size, *) in dimension {self.dim}")
        if not x.numel():
            return
        x, y = (values / values.norm(dim=self.dim, keepdim=True).clamp(min=SMALLEST) for values in (x, y))
        cosines = (x * y).sum(self.dim)
        self.total = self.total + cosines.sum()
        self.samples = self.samples + cosines.numel()

    def result(self) -> Tensor:
        """Return the mean."""
        return self.total / self.samples  # type: ignore[no-any-return]
