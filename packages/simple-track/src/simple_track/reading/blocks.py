"""Blocks of a column: the lowest and highest value of each, and where its odd values are.

They are kept next to the column and grow with it, so that a chart of millions of points is reduced without
reading them. An odd value is NaN, inf or -inf; the lowest and the highest are those of the finite values.
"""

from __future__ import annotations

from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import Array, first_extremes

BLOCK = 256
"""The number of values of a block."""
NONE = 65535
"""The position of what a block does not have."""
TYPE = [("low", "<f8"), ("high", "<f8"), ("low_at", "<u2"), ("high_at", "<u2")] + [
    (name, "<u2") for name in ("nan_at", "inf_at", "neginf_at", "odd")
]
ODD = ("nan_at", "inf_at", "neginf_at")


def summarize(values: Array) -> Array:
    """The blocks of a column.

    Args:
        values: Numbers or bools, shape (n,); n is a multiple of `BLOCK`.

    Returns:
        Structured, shape (n / BLOCK,).
    """
    numbers = np.asarray(values, np.float64).reshape(-1, BLOCK)
    finite = np.isfinite(numbers)
    blocks = np.empty(len(numbers), TYPE)
    each = np.arange(len(numbers))
    empty = ~finite.any(axis=1)
    for name, fill, find in (("low", np.inf, np.argmin), ("high", -np.inf, np.argmax)):
        place = find(np.where(finite, numbers, fill), axis=1)
        blocks[name] = np.where(empty, np.nan, numbers[each, place])
        blocks[f"{name}_at"] = np.where(empty, NONE, place)
    for name, mask in _odd_masks(numbers):
        blocks[name] = np.where(mask.any(axis=1), mask.argmax(axis=1), NONE)
    blocks["odd"] = (~finite).sum(axis=1)
    return blocks


def reduce_values(values: Array, blocks: Array, first: int, last: int, points: int) -> tuple[Array, int]:
    """Choose the points that show a stretch of a column: all extremes, and the first odd values.

    Args:
        values: The column, shape (n,).
        blocks: The blocks of its beginning, as many as there are.
        first: The first value of the stretch.
        last: The value after the last.
        points: The maximum number of finite values to choose; at least 2.

    Returns:
        The chosen positions, growing; and the number of odd values in the stretch.
    """
    if last - first <= points:
        part = np.asarray(values[first:last], np.float64)
        return np.arange(first, last), int((~np.isfinite(part)).sum())
    parts = max(1, points // 2)
    start, end = -(-first // BLOCK), min(last // BLOCK, len(blocks))
    if end - start < 2 * parts:
        return _of_values(values, first, last, parts)
    inner, odd = _of_blocks(blocks[start:end], max(1, parts - 2))
    head, head_odd = _of_values(values, first, start * BLOCK, 1)
    tail, tail_odd = _of_values(values, end * BLOCK, last, 1)
    chosen = np.concatenate([head, inner + start * BLOCK, tail])
    return chosen, odd + head_odd + tail_odd


def _of_values(values: Array, first: int, last: int, parts: int) -> tuple[Array, int]:
    numbers = np.asarray(values[first:last], np.float64)
    if not len(numbers):
        return np.zeros(0, np.int64), 0
    finite = np.isfinite(numbers)
    edges = np.unique(np.linspace(0, len(numbers), parts + 1).astype(np.int64))
    low = first_extremes(np.where(finite, numbers, np.inf), edges, np.minimum)
    high = first_extremes(np.where(finite, numbers, -np.inf), edges, np.maximum)
    found = [place[finite[place]] for place in (low, high)]
    found += [_firsts(np.flatnonzero(mask), edges) for _, mask in _odd_masks(numbers)]
    return np.unique(np.concatenate(found)) + first, int((~finite).sum())


def _of_blocks(blocks: Array, parts: int) -> tuple[Array, int]:
    edges = np.unique(np.linspace(0, len(blocks), parts + 1).astype(np.int64))
    found = []
    for name, fill, pick in (("low", np.inf, np.minimum), ("high", -np.inf, np.maximum)):
        extremes = np.where(np.isnan(blocks[name]), fill, blocks[name])
        place = first_extremes(extremes, edges, pick)
        place = place[blocks[f"{name}_at"][place] != NONE]
        found.append(place * BLOCK + blocks[f"{name}_at"][place])
    for name in ODD:
        place = _firsts(np.flatnonzero(blocks[name] != NONE), edges)
        found.append(place * BLOCK + blocks[name][place])
    return np.unique(np.concatenate(found)), int(blocks["odd"].sum())


def _firsts(places: Array, edges: Array) -> Array:
    """The first place in each stretch between edges."""
    _, first = np.unique(np.searchsorted(edges, places, side="right"), return_index=True)
    chosen: Array = places[first]
    return chosen


def _odd_masks(numbers: Array) -> list[tuple[str, Array]]:
    return list(zip(ODD, (np.isnan(numbers), numbers == np.inf, numbers == -np.inf), strict=True))
