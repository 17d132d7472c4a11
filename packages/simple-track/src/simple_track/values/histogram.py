"""Histograms: counts between edges, and how many values were NaN or infinite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import integer
from simple_track.values.notebook.chart import bars
from simple_track.values.value import Body, Value, ValueFolder

_LIMIT = 8e307  # beyond it the width of a range overflows a float


@attrs.frozen(init=False)
class Histogram(Value):
    """The distribution of many numbers.

    Args:
        values: Numbers of any shape. NaN and ±inf are counted apart.
        bins: How many bins of equal width between the least and the greatest finite value; or the edges of
            the bins, ascending.

    Attributes:
        counts: How many values fell into each bin, int64, shape (bins,).
        edges: The bins' bounds, float64, shape (bins + 1,), ascending.
        nan: How many values were NaN.
        below: How many lay below the first edge, -inf among them.
        above: How many lay above the last edge, +inf among them.

    Raises:
        ValueShapeError: There is no bin.
        ValueRangeError: The values are no numbers, or the edges do not ascend.
    """

    kind: ClassVar[str] = "histogram"
    counts: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    edges: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    nan: int = 0
    below: int = 0
    above: int = 0

    def __init__(self, values: Any, bins: int | Sequence[float] = 64) -> None:
        flat = as_array(values, "histogram").astype(np.float64, copy=False).ravel()
        if np.ndim(bins) == 0:
            bins = integer("histogram", "bins", bins, "a whole number from 1", low=1, high=2**24)
            finite = flat[np.isfinite(flat)]
            counts, edges = _count(np.clip(finite, -_LIMIT, _LIMIT), bins)
            below, above = np.isneginf(flat).sum(), np.isposinf(flat).sum()
        else:
            edges = _edges(bins)
            counts, _ = np.histogram(flat[~np.isnan(flat)], bins=edges)
            below, above = (flat < edges[0]).sum(), (flat > edges[-1]).sum()
        nan = np.isnan(flat).sum()
        self.__attrs_init__(frozen(counts.astype(np.int64)), frozen(edges), int(nan), int(below), int(above))

    @classmethod
    def from_counts(cls, counts: Any, edges: Any, *, nan: int = 0, below: int = 0, above: int = 0) -> Self:
        """A histogram that was counted elsewhere, on a GPU for instance.

        Args:
            counts: Shape (bins,), whole numbers.
            edges: Shape (bins + 1,), ascending.
            nan: How many values were NaN.
            below: How many were -inf.
            above: How many were +inf.

        Raises:
            ValueShapeError: The shapes do not fit each other.
            ValueRangeError: A count is not a whole number from 0, or the edges do not ascend.
        """
        count_array = _counts(as_array(counts, "histogram counts"))
        if count_array.ndim != 1 or np.shape(edges) != (len(count_array) + 1,):
            expected = "counts of shape (bins,) and edges of shape (bins + 1,)"
            raise ValueShapeError("histogram", (*count_array.shape, *np.shape(edges)), expected)
        apart = {"nan": nan, "below": below, "above": above}
        rest = [integer("histogram", k, n, "a count from 0", low=0, high=2**63 - 1) for k, n in apart.items()]
        made = cls.__new__(cls)
        made.__attrs_init__(frozen(count_array), frozen(_edges(edges)), *rest)
        return made

    @property
    def total(self) -> int:
        """How many finite values were counted."""
        return int(self.counts.sum())

    def _repr_html_(self) -> str:
        apart = {"NaN": self.nan, "below": self.below, "above": self.above}
        rest = ", ".join(f"{count} {name}" for name, count in apart.items() if count)
        return bars(self.counts, self.edges, f"{self.total} values" + (f"; apart: {rest}" if rest else ""))

    def write(self, folder: ValueFolder) -> Body:  # noqa: ARG002 - needs no file
        """Nothing but JSON: bins of equal width are kept as their range."""
        body: Body = {
            "counts": self.counts.tolist(),
            "nan": self.nan,
            "below": self.below,
            "above": self.above,
        }
        low, high = float(self.edges[0]), float(self.edges[-1])
        if np.array_equal(self.edges, np.linspace(low, high, len(self.edges))):
            return body | {"range": [low, high]}
        return body | {"edges": self.edges.tolist()}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:  # noqa: ARG003 - needs no file
        """The histogram from its JSON."""
        edges = body.get("edges")
        if edges is None:
            low, high = body["range"]
            edges = np.linspace(low, high, len(body["counts"]) + 1)
        counts, bounds = np.array(body["counts"], np.int64), np.array(edges, np.float64)
        if counts.ndim != 1 or bounds.shape != (len(counts) + 1,):
            raise ValueShapeError("histogram", (*counts.shape, *bounds.shape), "one edge more than counts")
        made = cls.__new__(cls)
        rest = (int(body[name]) for name in ("nan", "below", "above"))
        made.__attrs_init__(frozen(counts), frozen(bounds), *rest)
        return made


def _counts(array: Array) -> Array:
    good = (array >= 0) & (array < 2.0**63) & (array == np.trunc(array))  # NaN fails too
    if not good.all():
        odd = array[~good].ravel()[0]
        raise ValueRangeError("histogram counts", f"one is {odd}", "whole numbers from 0, not a density")
    return array.astype(np.int64)


def _edges(bins: Any) -> Array:
    edges = as_array(bins, "histogram bins").astype(np.float64)
    if edges.ndim != 1 or len(edges) < 2:
        raise ValueShapeError("histogram bins", edges.shape, "a number of bins, or (bins + 1,) edges")
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise ValueRangeError("histogram bins", f"edges {edges.tolist()!r:.60}", "finite and ascending edges")
    return edges


def _count(finite: Array, bins: int) -> tuple[Array, Array]:
    if not finite.size:
        return np.zeros(bins, np.int64), np.linspace(0.0, 1.0, bins + 1)
    low, high = float(finite.min()), float(finite.max())
    if (high - low) / bins < 4 * np.spacing(max(abs(low), abs(high))):  # too narrow to have bins between
        pad = max(0.5, abs(low) * 1e-3, abs(high) * 1e-3)
        low, high = low - pad, high + pad
    edges = np.linspace(low, high, bins + 1)
    counts, _ = np.histogram(finite, bins=bins, range=(low, high))
    return counts.astype(np.int64), edges
