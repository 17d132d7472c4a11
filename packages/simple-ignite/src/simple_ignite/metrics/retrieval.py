"""How well scores put relevant items first."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide
from simple_ignite.metrics.base.transform import Transform, described


class Retrieval(Metric):
    """The mean over queries of a value of the order in which scores put a query's items.

    Args:
        k: Only the first k items of each query count; default: all.
        ignore_index: A target that marks an item to be left out, such as the padding of short lists. A query
            without any other is left out.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    total = Sum()
    queries = Sum()
    invalid = Sum()

    def __init__(
        self,
        k: int | None = None,
        *,
        ignore_index: int | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        if k is not None and k < 1:
            raise MetricInputError(type(self).__name__, f"k={k!r}", "one or more, or None")
        self.k = k
        self.ignore_index = ignore_index
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: Scores `(n, items)`, n queries; batches may differ in the number of items.
            target: How relevant each item is, `(n, items)`, from 0 on.
        """
        scores, relevance, counts = self.aligned(pred, target)
        if not scores.numel():
            return
        wrong = (scores.isnan() | ~(relevance >= 0) | relevance.isinf()) & counts
        relevance = torch.where(counts, relevance, 0.0)
        known = counts.any(1)
        values = self.values_of(scores, relevance, counts)
        self.total = self.total + torch.where(known, values, 0.0).sum()
        self.queries = self.queries + torch.count_nonzero(known)
        self.invalid = self.invalid + torch.count_nonzero(wrong)

    def aligned(self, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Check a batch; returns scores and relevance as floats, and which items count, all `(n, items)`."""
        tensors = isinstance(pred, Tensor) and isinstance(target, Tensor)
        if not tensors or pred.ndim != 2 or pred.shape != target.shape:
            raise self.misfit(pred, target, "scores and relevances of the same shape (n, items)")
        if pred.device != target.device or pred.is_complex() or target.is_complex():
            raise self.misfit(pred, target, "real numbers on one device")
        scores = pred.detach() if pred.is_floating_point() else pred.to(wide(pred.device))
        counts = torch.ones_like(target, dtype=torch.bool)
        if self.ignore_index is not None:
            counts = target != self.ignore_index
        return scores, target.detach().to(wide(target.device)), counts

    def misfit(self, pred: object, target: object, wanted: str) -> MetricInputError:
        """Return an error that shows what came."""
        got = f"pred {described(pred)}, target {described(target)}"
        return MetricInputError(type(self).__name__, got, wanted)

    def values_of(self, scores: Tensor, relevance: Tensor, counts: Tensor) -> Tensor:
        """Return the value of each query.

        Args:
            scores: Floats `(n, items)`.
            relevance: float64 `(n, items)`, 0 where nothing counts.
            counts: bool `(n, items)`, whether an item counts.

        Returns:
            float64 `(n,)`.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Report scores and relevances that cannot be taken.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.invalid)
        if number:
            got = f"{number} items with a score of NaN, or a target out of range"
            wanted = "scores that are numbers, and targets that are relevances from 0 on, or indices of items"
            raise MetricInputError(type(self).__name__, got, wanted)

    def result(self) -> Tensor:
        """Return the mean over queries."""
        return self.total / self.queries  # type: ignore[no-any-return]


class NDCG(Retrieval):
    """Normalized discounted cumulative gain (Järvelin and Kekäläinen 2002). sklearn's `ndcg_score`.

    The gains of the items, each divided by log2(1 + rank), over those of the best order. Items of equal score
    share the mean of their gains, so that their order does not matter (McSherry and Najork 2008). A query
    without any relevant item has the value 0. All this is as in scikit-learn.

    Args:
        k: Only the first k items of each query count; default: all.
        gain: "linear": the relevance itself; "exponential": 2 to the power of it, minus 1 (Burges 2005).
        ignore_index: A target that marks an item to be left out.
        output_transform: Makes `(pred, target)` of a step's output, both `(n, items)`.
    """

    def __init__(
        self,
        k: int | None = None,
        *,
        gain: Literal["linear", "exponential"] = "linear",
        ignore_index: int | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        if gain not in ("linear", "exponential"):
            raise MetricInputError("NDCG", f"gain={gain!r}", '"linear" or "exponential"')
        self.gain = gain
        super().__init__(k, ignore_index=ignore_index, output_transform=output_transform)

    def values_of(self, scores: Tensor, relevance: Tensor, counts: Tensor) -> Tensor:
        """Return the NDCG of each query."""
        gains = relevance if self.gain == "linear" else torch.exp2(relevance) - 1
        items = gains.shape[1]
        ranks = torch.arange(1, items + 1, dtype=gains.dtype, device=gains.device)
        discount = 1 / torch.log2(ranks + 1)
        if self.k is not None:
            discount = torch.where(ranks <= self.k, discount, 0.0)
        best = (gains.sort(1, descending=True).values * discount).sum(1)
        order = scores.argsort(1, descending=True)
        last = counts.gather(1, order).to(torch.uint8).argsort(stable=True, dim=1, descending=True)
        order = order.gather(1, last)  # what does not count comes last
        ordered, counted = scores.gather(1, order), counts.gather(1, order)
        begins = torch.ones_like(counted)
        begins[:, 1:] = (ordered[:, 1:] != ordered[:, :-1]) | (counted[:, 1:] != counted[:, :-1])
        group = begins.cumsum(1) - 1
        shares = torch.zeros_like(gains).scatter_add_(1, group, discount.expand_as(gains).contiguous())
        sizes = torch.zeros_like(gains).scatter_add_(1, group, torch.ones_like(gains))
        each = (shares / sizes.clamp(min=1)).gather(1, group)
        value = (gains.gather(1, order) * each).sum(1)
        return torch.where(best > 0, value / best, 0.0)


class MRR(Retrieval):
    """The mean of 1 / rank of the first relevant item (Voorhees 1999).

    Where one item is relevant, sklearn's `label_ranking_average_precision_score`. Items of equal score that
    are not relevant rank before it, so that a constant score is worth no more than it is. A query without any
    relevant item, or none among the first k, counts as 0.

    Args:
        k: Only the first k items of each query count; default: all.
        ignore_index: A target that marks an item to be left out; where target holds an index, a query.
        output_transform: Makes `(pred, target)` of a step's output: scores `(n, items)`, and relevances
            `(n, items)`, relevant if above 0, or integers `(n,)`, the index of the one item that is.
    """

    def aligned(self, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Check a batch; returns scores and relevance as floats, and which items count, all `(n, items)`."""
        tensors = isinstance(pred, Tensor) and isinstance(target, Tensor)
        if not tensors or target.ndim != 1 or pred.ndim != 2 or target.is_floating_point():
            return super().aligned(pred, target)
        if target.shape != pred.shape[:1] or pred.device != target.device:
            raise self.misfit(pred, target, "scores (n, items) and indices (n,), on one device")
        target = target.to(torch.int64)[:, None]
        items = torch.arange(pred.shape[1], device=target.device)
        beyond = (target < 0) | (target >= pred.shape[1])  # reported as an item that cannot be taken
        relevance = torch.where(beyond & (items == 0), -1.0, (target == items).to(wide(target.device)))
        scores = pred.detach() if pred.is_floating_point() else pred.to(wide(pred.device))
        counts = torch.ones_like(relevance, dtype=torch.bool)
        if self.ignore_index is not None:
            counts = (target != self.ignore_index).expand_as(relevance)
        return scores, relevance, counts

    def values_of(self, scores: Tensor, relevance: Tensor, counts: Tensor) -> Tensor:
        """Return the reciprocal rank of each query."""
        relevant = (relevance > 0) & counts
        best = torch.where(relevant, scores, -math.inf).amax(1, keepdim=True)
        before = torch.count_nonzero((scores >= best) & ~relevant & counts, 1)
        rank = before.to(relevance.dtype) + 1
        found = relevant.any(1)
        if self.k is not None:
            found = found & (rank <= self.k)
        return torch.where(found, 1 / rank, 0.0)
