"""Curves for charts: any window of a metric, reduced to some points, without reading the whole column."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

import attrs

from simple_track.lazy_module import numpy as np
from simple_track.reading.blocks import reduce_values
from simple_track.reading.column_cache import ColumnCache, Index, load_columns
from simple_track.reading.column_file import TYPES, ColumnFile
from simple_track.reading.columns import ROW, Array, Columns, dense, is_beyond_floats
from simple_track.storage.layout import RunLayout
from simple_track.storage.record import REWIND

MOST_KEPT = 256
"""The maximum number of metrics whose files stay mapped."""


@attrs.frozen(eq=False)
class Window:
    """Some points of a curve, with the extremes of each stretch and its first odd values.

    Args:
        x: The positions, shape (n,).
        y: The values, shape (n,), float64.
        logged: The number of values of the metric.
        inside: The number of values in the window.
        odd: The number of NaN and infinities in the window.
    """

    x: Array
    y: Array
    logged: int
    inside: int
    odd: int


@attrs.frozen(eq=False)
class _Piece:
    """Values that follow one another: those of the cache, mapped, or those after it, in memory."""

    rows: Array
    first_row: int
    numbers: Array | int  # the row of each value, or of the first one if there are no gaps
    values: Array
    blocks: Array

    def row_of(self, place: Array) -> Array:
        if isinstance(self.numbers, int):
            return place + self.numbers
        found: Array = np.asarray(self.numbers[place], np.int64)
        return found

    def place_of(self, row: int) -> int:
        """The position of the first value in this row or after it."""
        if isinstance(self.numbers, int):
            return min(max(row - self.numbers, 0), len(self.values))
        return int(np.searchsorted(self.numbers, np.uint32(min(max(row, 0), 2**32 - 1))))

    def axis(self, name: str, place: Array) -> Array:
        found: Array = self.rows[self.row_of(place) - self.first_row][name]
        return found


class SeriesReader:
    """The curves of one run; the reader stays small whatever the length of the run.

    Args:
        layout: The run's folder.
    """

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout
        self._size: list[Any] | None = None
        self._index: Index | None = None
        self._cache: ColumnCache | None = None
        self._fresh = Columns(np.zeros(0, ROW), {})
        self._whole: Columns | None = None
        self._mapped_pieces: dict[str, list[_Piece]] = {}

    def refresh(self) -> None:
        """Take in what was logged since the last call."""
        paths = self.layout.metric_files(system=False)
        sizes = [[str(path), path.stat().st_size if path.exists() else -1] for path in paths]
        if sizes == self._size:
            return
        self._index, self._whole, self._cache = None, None, None
        self._mapped_pieces.clear()
        if len(paths) == 1:
            folder = self.layout.root.column_cache(self.layout) / paths[0].name
            self._cache = ColumnCache(folder, paths[0])
            self._index, self._fresh = self._cache.recent()
        keys = {column.key for column in self._index.columns} if self._index else set()
        if self._index is None or REWIND in keys or REWIND in self._fresh.parts or not self._is_sorted():
            self._whole = load_columns(self.layout, system=False)
        self._size = sizes

    def window(
        self,
        key: str,
        first: float | None = None,
        last: float | None = None,
        *,
        points: int = 1000,
        x: str = "step",
    ) -> Window | None:
        """Read a window of a curve.

        Args:
            key: The metric.
            first: The lowest x; default from the beginning.
            last: The highest x; default to the end.
            points: The maximum number of finite points inside; the neighbors outside come with them.
            x: "step" or "timestamp".

        Returns:
            The points in the order in which they were logged; None if the run has no numbers of that name.
        """
        self.refresh()
        pieces = self._mapped_pieces.get(key)
        if pieces is None:
            pieces = self._pieces(key)
            if self._whole is None and self._is_mapped(key):
                self._keep(key, pieces)
        if not pieces:
            return None
        if self._whole is not None or x != "step":
            return _unsorted_window(pieces, first, last, points, x)
        found = [_cut(piece, first, last, points) for piece in pieces]
        inside = sum(part[3] for part in found)
        return Window(
            np.concatenate([part[0] for part in found]),
            np.concatenate([part[1] for part in found]),
            sum(len(piece.values) for piece in pieces),
            inside,
            sum(part[2] for part in found),
        )

    def _is_mapped(self, key: str) -> bool:
        """Whether the cache has all but the newest values of a metric, in one column of numbers."""
        columns = [column for column in self._index.columns if column.key == key] if self._index else []
        kinds = {column.letter for column in columns} | set(self._fresh.parts.get(key, {}))
        return len(kinds) == 1 and kinds <= set(TYPES)

    def _keep(self, key: str, pieces: list[_Piece]) -> None:
        """Keep what is mapped until the log grows: to map a file again costs more than to read a window."""
        if len(self._mapped_pieces) >= MOST_KEPT:
            self._mapped_pieces.clear()
        self._mapped_pieces[key] = pieces

    def _is_sorted(self) -> bool:
        steps = self._fresh.rows["step"]
        index = self._index
        if index is None or not index.sorted or (len(steps) and (np.diff(steps) < 0).any()):
            return False
        return not (len(steps) and index.last_step is not None and steps[0] < index.last_step)

    def _pieces(self, key: str) -> list[_Piece]:
        if self._whole is not None:
            return _whole_pieces(self._whole, key)
        assert self._index is not None  # noqa: S101 - else `_whole` is there
        assert self._cache is not None  # noqa: S101
        columns = [column for column in self._index.columns if column.key == key]
        if not self._is_mapped(key):
            return _whole_pieces(load_columns(self.layout, system=False, keys=frozenset([key])), key)
        pieces = [self._mapped(column) for column in columns if column.count]
        for part in self._fresh.parts.get(key, {}).values():
            start = self._index.rows
            pieces.append(_Piece(self._fresh.rows, start, part.rows, part.values, part.values[:0]))
        return pieces

    def _mapped(self, column: ColumnFile) -> _Piece:
        assert self._index is not None  # noqa: S101
        assert self._cache is not None  # noqa: S101
        folder = self._cache.folder / self._index.folder
        rows = np.memmap(folder / "rows", np.dtype(ROW), "r", shape=(self._index.rows,))
        values, numbers, blocks = column.mapped(folder)
        return _Piece(rows, 0, numbers, values, blocks)


def _whole_pieces(columns: Columns, key: str) -> list[_Piece]:
    kinds = {letter: part for letter, part in columns.parts.get(key, {}).items() if letter != "s"}
    if not kinds:
        return []
    if len(kinds) == 1:
        (part,) = kinds.values()
        numbers, values = part.rows, part.values
    else:
        count = len(columns.rows)
        present = np.zeros(count, bool)
        for part in kinds.values():
            present[part.rows] = True
        numbers = np.flatnonzero(present).astype(np.uint32)
        values = dense(kinds, count)[present]
    if values.dtype == object or is_beyond_floats(kinds):
        values = values.astype(np.float64)
    return [_Piece(columns.rows, 0, numbers, values, values[:0])]


def _cut(
    piece: _Piece, first: float | None, last: float | None, points: int
) -> tuple[Array, Array, int, int]:
    """The points of a piece in a window, in which steps only grow: x, y, odd values, values inside."""
    steps = piece.rows
    count = len(steps)
    begin = 0 if first is None else bisect_left(range(count), first, key=lambda n: steps[n]["step"])
    end = count if last is None else bisect_right(range(count), last, key=lambda n: steps[n]["step"])
    start = piece.place_of(begin + piece.first_row)
    stop = piece.place_of(end + piece.first_row)
    chosen, odd = reduce_values(piece.values, piece.blocks, start, stop, points)
    beside = [n for n in (start - 1,) if n >= 0], [n for n in (stop,) if n < len(piece.values)]
    places = np.concatenate([np.array(beside[0], np.int64), chosen, np.array(beside[1], np.int64)])
    y = np.asarray(piece.values[places], np.float64)
    return np.asarray(piece.axis("step", places)), y, odd, stop - start


def _unsorted_window(
    pieces: list[_Piece], first: float | None, last: float | None, points: int, axis: str
) -> Window:
    """A window of values whose positions do not only grow, from all values."""
    x = np.concatenate([np.asarray(p.axis(axis, np.arange(len(p.values)))) for p in pieces])
    y = np.concatenate([np.asarray(piece.values, np.float64) for piece in pieces])
    kept = np.ones(len(x), bool)
    if first is not None:
        kept &= x >= first
    if last is not None:
        kept &= x <= last
    places = np.flatnonzero(kept)
    chosen, odd = reduce_values(y[places], y[:0], 0, len(places), points)
    return Window(x[places][chosen], y[places][chosen], len(x), len(places), odd)
