"""The numbers of a run as columns, built from lines."""

from __future__ import annotations

import gc
import itertools
import operator
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import orjson

from simple_track.lazy_module import numpy as np
from simple_track.storage.record import NONFINITE, decode, restore_nonfinite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
else:  # numpy is imported with the first column
    Array = Any
ROW = [("step", "<i8"), ("timestamp", "<f8")]
"""The fields of a row, as `numpy.dtype` takes them."""
ROW_BYTES = 16
EXACT: tuple[tuple[type, str, str], ...] = (
    (float, "f", "<f8"),
    (int, "i", "<i8"),
    (bool, "b", "?"),
    (str, "s", "O"),
)
"""For each type of value: the letter of its kind and the type of its column."""
WIDE = "w"
"""The letter of integers that no 64 bits hold, which are kept as objects."""
NUMERIC = frozenset("fibuw")
LAST = 2**63 - 1
EXACT_TO = 2**53
BLOCK, BLOCKS = 4096, 64
"""Rows are made into records in blocks of this many, and no more blocks than this."""


@attrs.frozen(eq=False)
class Part:
    """The values of one metric that are of one kind.

    Args:
        rows: The rows they belong to, growing; uint32 of shape (n,).
        values: Shape (n,): float64, int64, uint64, bool, or object for text and for integers beyond 64 bits.
    """

    rows: Array
    values: Array


@attrs.frozen(eq=False)
class Columns:
    """Rows of one or more streams, with the metrics that each row has.

    Args:
        rows: Step and timestamp of every row; structured, shape (n,).
        parts: For each metric, for each kind of value, the values.
    """

    rows: Array
    parts: dict[str, dict[str, Part]]


def parse_lines(chunk: bytes) -> list[dict[str, Any]]:
    """The whole records in a piece of a file of lines, with NaN and infinities still marked.

    Args:
        chunk: Lines; torn ones are passed over.
    """
    body = chunk[:-1] if chunk.endswith(b"\n") else chunk
    try:
        records = orjson.loads(b"[" + body.replace(b"\n", b",") + b"]")
        if len(records) == _newlines(body) + 1 and type(records[0]) is dict:
            return records  # type: ignore[no-any-return]
    except (orjson.JSONDecodeError, IndexError):
        pass
    return [record for line in chunk.splitlines() if (record := decode(line)) is not None]


def _newlines(body: bytes) -> int:
    """How many there are; numpy counts five times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == ord("\n")))


class ColumnBuilder:
    """Collects records into columns.

    Args:
        first_row: The number of the first row.
    """

    def __init__(self, first_row: int = 0) -> None:
        self._next = first_row
        self._rows: list[Array] = []
        self._parts: dict[tuple[str, str], tuple[list[Array], list[Array]]] = {}

    def add_lines(self, chunk: bytes) -> None:
        """Add the whole records in a piece of a file of lines."""
        collecting = gc.isenabled()
        gc.disable()  # many small dicts, none in a circle: looking for circles would double the time
        try:
            self.add(parse_lines(chunk))
        finally:
            if collecting:
                gc.enable()

    def add(self, records: list[dict[str, Any]]) -> None:
        """Add records as rows; one without a whole step and timestamp is foreign and passed over."""
        groups = _by_shape(records)
        if any("step" not in keys or "timestamp" not in keys for keys, _, _ in groups):
            self.add([record for record in records if _is_row(record)])
            return
        rows = np.empty(len(records), ROW)
        for keys, members, columns in groups:
            steps, timestamps = columns[keys.index("step")], columns[keys.index("timestamp")]
            try:
                if set(map(type, steps)) != {int} or not set(map(type, timestamps)) <= {int, float}:
                    raise TypeError  # `array` would take a bool for a number
                rows["step"][members] = array("q", steps)
                rows["timestamp"][members] = array("d", timestamps)
            except (TypeError, OverflowError):
                self.add([record for record in records if _is_row(record)])
                return
        pieces: dict[tuple[str, str], list[Part]] = {}
        for keys, members, columns in groups:
            numbers = np.arange(self._next, self._next + len(records), dtype=np.uint32)[members]
            for key, values in zip(keys, columns, strict=True):
                if key not in ("step", "timestamp"):
                    for letter, part in _typed_parts(numbers, values):
                        pieces.setdefault((key, letter), []).append(part)
        for place, parts in pieces.items():
            part = parts[0] if len(parts) == 1 else _sorted_part(parts)
            lists = self._parts.setdefault(place, ([], []))
            lists[0].append(part.rows)
            lists[1].append(part.values)
        self._rows.append(rows)
        self._next += len(records)

    def columns(self) -> Columns:
        """All that was added."""
        parts: dict[str, dict[str, Part]] = {}
        for (key, letter), (rows, values) in self._parts.items():
            parts.setdefault(key, {})[letter] = Part(_join(rows), _join(values))
        return Columns(_join(self._rows) if self._rows else np.zeros(0, ROW), parts)


def _join(arrays: list[Array]) -> Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _typed_parts(numbers: Array, values: tuple[Any, ...]) -> Iterator[tuple[str, Part]]:
    """The values of a column by kind, each with the rows they belong to.

    The kinds are asked for first, as `array` would make floats of whole numbers and numbers of bools.
    """
    first = type(values[0])
    alike = list(map(type, values)).count(first) == len(values)
    if alike and first is float:
        yield "f", Part(numbers, np.frombuffer(array("d", values)))
        return
    if alike and first is int:
        try:
            yield "i", Part(numbers, np.frombuffer(array("q", values), np.int64))
            return
        except OverflowError:  # beyond 64 bits with a sign
            pass
    for kind, letter, dtype in EXACT:
        where = [i for i, value in enumerate(values) if type(value) is kind]
        if kind is int and not all(-LAST - 1 <= values[i] <= LAST for i in where):
            unsigned = [i for i in where if LAST < values[i] <= 2 * LAST + 1]
            wide = [i for i in where if values[i] < -LAST - 1 or values[i] > 2 * LAST + 1]
            where = [i for i in where if -LAST - 1 <= values[i] <= LAST]
            if unsigned:
                yield "u", _picked(numbers, values, unsigned, np.uint64)
            if wide:
                yield WIDE, _picked(numbers, values, wide, object)
        if where:
            yield letter, _picked(numbers, values, where, dtype)


def _picked(numbers: Array, values: tuple[Any, ...], where: list[int], dtype: Any) -> Part:
    column = np.empty(len(where), dtype)
    column[:] = [values[i] for i in where]
    return Part(numbers[where], column)


def _is_row(record: dict[str, Any]) -> bool:
    step, timestamp = record.get("step"), record.get("timestamp")
    return type(step) is int and type(timestamp) in (int, float) and -(2**63) <= step < 2**63


Group = tuple[tuple[str, ...], Any, list[tuple[Any, ...]]]


def _by_shape(records: list[dict[str, Any]]) -> list[Group]:
    """Group records by the keys they have: (keys, which records, one tuple of values for each key)."""
    if not records:
        return []
    keys = tuple(records[0]) if isinstance(records[0], dict) else ()
    if NONFINITE not in keys and len(keys) > 1:
        try:
            if len(set(map(len, records))) > 1:
                raise KeyError
            columns = list(zip(*map(operator.itemgetter(*keys), records), strict=True))
        except (KeyError, TypeError):
            pass
        else:
            return [(keys, slice(None), columns)]
    records[:] = [record for record in records if isinstance(record, dict)]
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, record in enumerate(records):
        if NONFINITE in record:
            restore_nonfinite(record)
        shape = tuple(record)
        if shape in groups:
            groups[shape].append(number)
        else:
            groups[shape] = [number]
    return [
        (shape, members, list(zip(*[records[i].values() for i in members], strict=True)))
        for shape, members in groups.items()
    ]


def merge_by_time(streams: list[Columns]) -> Columns:
    """Put the rows of several writers into one order: by time, and each writer's own order is kept.

    Args:
        streams: The columns of each writer.
    """
    if len(streams) == 1:
        return streams[0]
    if not streams:
        return Columns(np.zeros(0, ROW), {})
    rows = np.concatenate([stream.rows for stream in streams])
    forward = [np.maximum.accumulate(stream.rows["timestamp"]) for stream in streams]  # clocks may go back
    order = np.argsort(np.concatenate(forward), kind="stable")
    place = np.empty(len(order), np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    starts = itertools.accumulate([0, *(len(stream.rows) for stream in streams[:-1])])
    found: dict[str, dict[str, list[Part]]] = {}
    for start, stream in zip(starts, streams, strict=True):
        for key, kinds in stream.parts.items():
            for letter, part in kinds.items():
                moved = Part(place[part.rows + np.uint32(start)], part.values)
                found.setdefault(key, {}).setdefault(letter, []).append(moved)
    parts = {key: {k: _sorted_part(list_) for k, list_ in kinds.items()} for key, kinds in found.items()}
    return Columns(rows[order], parts)


def _sorted_part(parts: list[Part]) -> Part:
    rows = _join([part.rows for part in parts])
    values = _join([part.values for part in parts])
    order = np.argsort(rows, kind="stable")
    return Part(rows[order], values[order])


def dense(kinds: dict[str, Part], count: int) -> Array:
    """One value for each row.

    Args:
        kinds: The parts of one metric.
        count: How many rows there are.

    Returns:
        Shape (count,): int64 or bool when every row has one, float64 with NaN in the gaps when all are
        numbers that floats hold exactly, else object with None in the gaps.
    """
    if len(kinds) == 1:
        part = next(iter(kinds.values()))
        if len(part.rows) == count:
            return part.values
    if set(kinds) == {"i", "b"} and sum(len(part.rows) for part in kinds.values()) == count:
        column = np.empty(count, np.int64)
        for part in kinds.values():
            column[part.rows] = part.values
        return column
    numeric = set(kinds) <= NUMERIC and set(kinds) != {"b"} and not is_beyond_floats(kinds)
    column = np.full(count, np.nan) if numeric else np.full(count, None, dtype=object)
    for part in kinds.values():
        column[part.rows] = part.values
    return column


def is_beyond_floats(kinds: dict[str, Part]) -> bool:
    """Whether there are integers that a float would change."""
    return any(letter in kinds and _is_changed(kinds[letter].values) for letter in ("i", "u", WIDE))


def _is_changed(integers: Array) -> bool:
    """Whether a conversion to float changes one of these integers."""
    if integers.dtype == object:
        return any(float(value) != value for value in integers)
    large = integers[(integers > EXACT_TO) | (integers < -EXACT_TO)]
    floats = large.astype(np.float64)
    inside = floats < 2.0 ** (63 if large.dtype.kind == "i" else 64)  # else it was rounded up beyond the type
    return not inside.all() or bool((floats.astype(large.dtype) != large).any())


def min_max_rows(part_rows: Array, values: Array, samples: int) -> Array:
    """The rows that show a curve of many points with few: first, last, lowest and highest of each stretch.

    Args:
        part_rows: The rows of the points, shape (n,).
        values: Numbers, shape (n,); NaN is passed over unless a stretch has nothing else.
        samples: How many rows to choose at most; at least 2.

    Returns:
        The chosen rows, growing; all of them when n <= samples.
    """
    count = len(values)
    if count <= samples:
        return part_rows
    buckets = max(1, samples // 2)
    edges = np.linspace(0, count, buckets + 1).astype(np.int64)
    numbers = values.astype(np.float64)
    low = first_extremes(np.where(np.isnan(numbers), np.inf, numbers), edges, np.minimum)
    high = first_extremes(np.where(np.isnan(numbers), -np.inf, numbers), edges, np.maximum)
    chosen: Array = part_rows[np.unique(np.concatenate([low, high]))]
    return chosen


def first_extremes(numbers: Array, edges: Array, ufunc: np.ufunc) -> Array:
    """The first position of each stretch's extreme."""
    best: Array = ufunc.reduceat(numbers, edges[:-1])
    hits = np.flatnonzero(numbers == np.repeat(best, np.diff(edges)))
    stretch = np.searchsorted(edges, hits, side="right") - 1
    _, first = np.unique(stretch, return_index=True)
    positions: Array = hits[first]
    return positions


def iterate_rows(columns: Columns) -> Iterator[dict[str, Any]]:
    """Yield every row as a record of the metrics it has, with plain Python values.

    Some rows are made at a time, so that it costs as much as there are values, and not rows times metrics.
    """
    parts = [(key, part) for key, kinds in columns.parts.items() for part in kinds.values()]
    size = max(BLOCK, -(-len(columns.rows) // BLOCKS))
    for start in range(0, len(columns.rows), size):
        rows = columns.rows[start : start + size].tolist()
        records: list[dict[str, Any]] = [{"step": step, "timestamp": timestamp} for step, timestamp in rows]
        for key, part in parts:
            first, last = np.searchsorted(part.rows, [start, start + size])
            if first < last:
                numbers, values = part.rows[first:last].tolist(), part.values[first:last].tolist()
                for row, value in zip(numbers, values, strict=True):
                    records[row - start][key] = value
        yield from records
