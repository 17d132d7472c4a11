"""How far predicted distributions are from the true ones."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.regression import numbers_of

Form = Literal["probabilities", "log_probabilities", "logits"]
TOLERANCE = 0.02
"""How far from 1 a sum of probabilities may be; half precision rounds so much."""


class Divergence(Metric):
    """The mean over samples of a divergence of the distributions in target and pred, in nats.

    Each distribution is divided by its sum, as in scipy; one that is no distribution (a negative or NaN
    probability, a sum that is not 1) is reported when the value is computed.

    Args:
        form: What pred and target hold: "probabilities", "log_probabilities", or "logits".
        dim: The dimension that holds the classes.
        output_transform: Makes `(pred, target)` of a step's output, both `(n, classes, *)`.
    """

    total = Sum()
    samples = Sum()
    invalid = Sum()

    def __init__(
        self, *, form: Form = "probabilities", dim: int = 1, output_transform: Transform | None = None
    ) -> None:
        if form not in ("probabilities", "log_probabilities", "logits"):
            wanted = '"probabilities", "log_probabilities" or "logits"'
            raise MetricInputError(type(self).__name__, f"form={form!r}", wanted)
        self.form = form
        self.dim = dim
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: `(n, classes, *)`; each position of `*` is a sample of its own.
            target: The same shape.
        """
        name = type(self).__name__
        whole = isinstance(pred, Tensor) and not (pred.is_floating_point() or self.form == "probabilities")
        p, q = numbers_of(name, target, pred)
        if whole or p.ndim < 2 or not -p.ndim <= self.dim < p.ndim:
            wanted = f"two tensors of floats, with the classes in dimension {self.dim}"
            raise MetricInputError(name, f"pred {described(pred)}, target {described(target)}", wanted)
        if not p.numel():
            return
        p, q = (values.movedim(self.dim, -1).reshape(-1, values.shape[self.dim]) for values in (p, q))
        self.invalid = self.invalid + torch.count_nonzero(self._invalid(p) | self._invalid(q))
        log_p, log_q = self._log(p), self._log(q)
        self.total = self.total + self.divergences(log_p, log_q).sum()
        self.samples = self.samples + p.shape[0]

    def _invalid(self, values: Tensor) -> Tensor:
        """Tell which rows are no distributions."""
        if self.form == "logits":
            return values.isnan().any(1)
        values = values.exp() if self.form == "log_probabilities" else values
        return ~((values >= 0).all(1) & ((values.sum(1) - 1).abs() <= TOLERANCE))

    def _log(self, values: Tensor) -> Tensor:
        """Return logarithms of probabilities that add up to 1."""
        values = values.log() if self.form == "probabilities" else values
        return values.log_softmax(1)

    def divergences(self, log_p: Tensor, log_q: Tensor) -> Tensor:
        """Return the divergence of each row.

        Args:
            log_p: float64 `(n, classes)`, logarithms of the true probabilities.
            log_q: The same of the predicted ones.

        Returns:
            float64 `(n,)`.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Report what were no distributions.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.invalid)
        if number:
            got = f"{number} samples whose {self.form} are no distribution"
            wanted = 'numbers from 0 on that add up to 1 over the classes; form="logits" takes the raw scores'
            if self.form != "probabilities":
                wanted = "numbers without NaN" + (", whose exp adds up to 1" if self.form != "logits" else "")
            raise MetricInputError(type(self).__name__, got, wanted)

    def result(self) -> Tensor:
        """Return the mean."""
        return self.total / self.samples  # type: ignore[no-any-return]


class KLDivergence(Divergence):
    """Σ target log(target / pred), what is lost by taking pred for target (Kullback and Leibler 1951).

    scipy's `entropy(target, pred)`, torch's `kl_div(pred.log(), target)`. Infinite where pred excludes what
    target does not.

    Args:
        form: See `Divergence`.
        dim: See `Divergence`.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def divergences(self, log_p: Tensor, log_q: Tensor) -> Tensor:
        """Return the divergence of each row."""
        return relative_entropy(log_p, log_q)


class JSDivergence(Divergence):
    """The mean of the divergences of pred and target from their mean (Lin 1991): from 0 to log 2.

    scipy's `jensenshannon(target, pred)` is its root.

    Args:
        form: See `Divergence`.
        dim: See `Divergence`.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def divergences(self, log_p: Tensor, log_q: Tensor) -> Tensor:
        """Return the divergence of each row."""
        middle = torch.logaddexp(log_p, log_q) - torch.log(log_p.new_full((), 2.0))
        return (relative_entropy(log_p, middle) + relative_entropy(log_q, middle)) / 2


def relative_entropy(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Return Σ p log(p / q) of each row; what has no probability in p counts for nothing.

    Args:
        log_p: `(n, classes)`.
        log_q: The same shape.
    """
    p = log_p.exp()
    return torch.where(p == 0, 0.0, p * (log_p - log_q)).sum(1)
