"""The SQL table `metrics`: one row for each value of each metric of the runs."""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from simple_track.catalog.catalog import readable_runs
from simple_track.catalog.metrics_cache import Entry, MetricsCache, log_stamps
from simple_track.errors import TrackWarning
from simple_track.lazy_module import numpy as np
from simple_track.reading.column_cache import load_columns
from simple_track.reading.columns import NUMERIC, WIDE, Columns, Part, is_beyond_floats
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout

INTEGERS = ("i", "u", WIDE)


def metrics_table(arrow: Any, layout: Layout, views: list[RunView], sql: str) -> Any:
    """All values in long form, with the columns that `run_query` describes; repeated texts are kept once.

    Args:
        arrow: The module pyarrow.
        layout: The store.
        views: The runs.
        sql: The query, which decides what is warned about.
    """
    cache = MetricsCache.load(arrow, layout)
    cached = {view.id: entry for view in views if (entry := cache.entry(view)) is not None}
    runs: list[tuple[RunView, Columns]] = []
    fresh: dict[str, tuple[Any, Columns]] = {}

    def load(view: RunView) -> None:
        if view.id not in cached:
            stamps = log_stamps(view.layout.dir)  # before the logs are read
            runs.append((view, load_columns(view.layout, system=True)))
            if view.metadata.state != "running":
                fresh[view.id] = (stamps, runs[-1][1])

    views = readable_runs(views, load)
    cache.renew(arrow, layout, views, fresh)
    whole = _integer_type_of(arrow, [columns for _, columns in runs], cache.table if cached else None)
    rounded = {key for _, columns in runs for key, kinds in columns.parts.items() if is_beyond_floats(kinds)}
    has_floats = any(entry.has_floats for entry in cached.values())
    has_floats = has_floats or any("f" in kinds for _, columns in runs for kinds in columns.parts.values())
    if rounded and has_floats:
        _warn(sql, rounded, {*cache.keys, *(key for _, columns in runs for key in columns.parts)})
    value = whole if rounded and not has_floats else arrow.float64()
    schema = arrow.schema(
        [
            ("run", arrow.dictionary(arrow.int32(), arrow.string())),
            ("project", arrow.dictionary(arrow.int32(), arrow.string())),
            ("step", arrow.int64()),
            ("timestamp", arrow.float64()),
            ("key", arrow.dictionary(arrow.int32(), arrow.string())),
            ("value", value),
            ("whole", whole),
            ("text", arrow.string()),
        ]
    )
    parsed = {view.id: columns for view, columns in runs}
    pieces: list[Any] = []
    waiting: list[tuple[RunView, Entry]] = []  # cached runs that follow one another in the table
    for view in views:
        if view.id in cached:
            waiting.append((view, cached[view.id]))
            continue
        pieces += _cached_metrics(arrow, schema, cache, waiting)
        waiting = []
        pieces += _run_metrics(arrow, schema, view, parsed[view.id])
    pieces += _cached_metrics(arrow, schema, cache, waiting)
    return arrow.concat_tables(pieces) if pieces else schema.empty_table()


def integer_type(arrow: Any, low: int, high: int) -> Any:
    """The narrowest type for integers of up to 38 digits: of 64 bits, with a sign or without, or a decimal.

    Args:
        arrow: The module pyarrow.
        low: The least integer.
        high: The greatest.
    """
    if low >= -(2**63) and high < 2**63:
        return arrow.int64()
    return arrow.uint64() if low >= 0 and high < 2**64 else arrow.decimal128(38, 0)


def _integer_type_of(arrow: Any, runs: list[Columns], cached: Any) -> Any:
    parts = [
        kinds[letter].values
        for columns in runs
        for kinds in columns.parts.values()
        for letter in INTEGERS
        if letter in kinds and len(kinds[letter].values)
    ]
    ends = [(int(values.min()), int(values.max())) for values in parts]
    if cached is not None and len(cached):
        found = importlib.import_module("pyarrow.compute").min_max(cached["whole"]).as_py()
        ends += [(found["min"], found["max"])] if found["min"] is not None else []
    return integer_type(arrow, min((a for a, _ in ends), default=0), max((b for _, b in ends), default=0))


def _warn(sql: str, rounded: set[str], keys: set[str]) -> None:
    """Warn where a query reads `value` of metrics whose integers a DOUBLE rounds."""
    if not re.search(r"(?i)\bvalue\b|\*", sql) or re.search(r"(?i)\bwhole\b", sql):
        return
    named = {text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", sql)} & keys
    found = sorted(rounded & named if named else rounded)
    if found:
        message = f"metrics.value is a DOUBLE, which rounds integers of {', '.join(map(repr, found))}"
        warnings.warn(TrackWarning(f"{message}; read them from metrics.whole"), stacklevel=5)


def _cached_metrics(
    arrow: Any, schema: Any, cache: MetricsCache, runs: list[tuple[RunView, Entry]]
) -> Iterator[Any]:
    """The metrics of cached runs, in one table for all that follow one another in the cache."""
    group: list[tuple[RunView, Entry]] = []
    for view, entry in runs:
        if group and group[-1][1].start + group[-1][1].count != entry.start:
            yield _cached_group(arrow, schema, cache, group)
            group = []
        group.append((view, entry))
    if group:
        yield _cached_group(arrow, schema, cache, group)


def _cached_group(arrow: Any, schema: Any, cache: MetricsCache, runs: list[tuple[RunView, Entry]]) -> Any:
    counts = [entry.count for _, entry in runs]
    rows = cache.table.slice(runs[0][1].start, sum(counts)).combine_chunks()
    number = arrow.array(np.repeat(np.arange(len(runs), dtype=np.int32), counts))
    names = [
        arrow.DictionaryArray.from_arrays(
            number, arrow.array([getattr(view, field) for view, _ in runs], arrow.string())
        )
        for field in ("id", "project")
    ]
    key = arrow.DictionaryArray.from_arrays(
        _flat(arrow, rows["key"]), arrow.array(cache.keys, arrow.string())
    )
    value_type, whole_type = schema.field("value").type, schema.field("whole").type
    value = rows["number"]
    if not arrow.types.is_floating(value_type):  # there are no floats: what is not an integer is a bool
        bools = value.cast(arrow.int64(), safe=False)
        value = importlib.import_module("pyarrow.compute").coalesce(rows["whole"], bools).cast(value_type)
    arrays = [
        *names,
        rows["step"],
        rows["timestamp"],
        key,
        value,
        rows["whole"].cast(whole_type),
        rows["text"],
    ]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _flat(arrow: Any, column: Any) -> Any:
    return column.chunk(0) if column.num_chunks else arrow.array([], column.type)


def _run_metrics(arrow: Any, schema: Any, view: RunView, columns: Columns) -> Iterator[Any]:
    for key, kinds in columns.parts.items():
        for letter, part in kinds.items():
            rows = columns.rows[part.rows]
            names = [_repeated(arrow, name, len(rows)) for name in (view.id, view.project, key)]
            step, timestamp = (
                arrow.array(np.ascontiguousarray(rows[name])) for name in ("step", "timestamp")
            )
            value = _numbers(arrow, schema.field("value").type, letter, part)
            whole = _numbers(arrow, schema.field("whole").type, letter if letter in INTEGERS else "", part)
            text = arrow.nulls(len(rows), arrow.string())
            if letter not in NUMERIC:
                text = arrow.array(part.values.tolist(), arrow.string())
            arrays = [names[0], names[1], step, timestamp, names[2], value, whole, text]
            yield arrow.Table.from_arrays(arrays, schema=schema)


def _numbers(arrow: Any, type_: Any, letter: str, part: Part) -> Any:
    """The numbers of a part as a type, or nulls where it has none."""
    if letter not in NUMERIC:
        return arrow.nulls(len(part.rows), type_)
    if arrow.types.is_floating(type_):
        return arrow.array(part.values.astype(np.float64))
    if letter == WIDE:
        return arrow.array([Decimal(value) for value in part.values], type_)
    return arrow.array(part.values.astype(np.int64) if letter == "b" else part.values).cast(type_)


def _repeated(arrow: Any, text: str, count: int) -> Any:
    return arrow.DictionaryArray.from_arrays(arrow.array(np.zeros(count, np.int32)), arrow.array([text]))
