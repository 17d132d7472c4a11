"""The SQL table `metrics`: one row for each value of each metric of the runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from simple_track.errors import TrackWarning
from simple_track.lazy_module import numpy as np
from simple_track.reading.column_cache import load_columns
from simple_track.reading.columns import NUMERIC, WIDE, Columns, Part, is_beyond_floats
from simple_track.reading.view import RunView

INTEGERS = ("i", "u", WIDE)


def metrics_table(arrow: Any, views: list[RunView], sql: str) -> Any:
    """All values in long form, with the columns that `run_query` describes; repeated texts are kept once.

    Args:
        arrow: The module pyarrow.
        views: The runs.
        sql: The query, which decides what is warned about.
    """
    runs = [(view, load_columns(view.layout, system=True)) for view in views]
    whole = _integer_type_of(arrow, [columns for _, columns in runs])
    rounded = {key for _, columns in runs for key, kinds in columns.parts.items() if is_beyond_floats(kinds)}
    has_floats = any("f" in kinds for _, columns in runs for kinds in columns.parts.values())
    if rounded and has_floats:
        _warn(sql, rounded, {key for _, columns in runs for key in columns.parts})
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
    pieces = [piece for view, columns in runs for piece in _run_metrics(arrow, schema, view, columns)]
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


def _integer_type_of(arrow: Any, runs: list[Columns]) -> Any:
    parts = [
        kinds[letter].values
        for columns in runs
        for kinds in columns.parts.values()
        for letter in INTEGERS
        if letter in kinds and len(kinds[letter].values)
    ]
    low = min((int(values.min()) for values in parts), default=0)
    return integer_type(arrow, low, max((int(values.max()) for values in parts), default=0))


def _warn(sql: str, rounded: set[str], keys: set[str]) -> None:
    """Warn where a query reads `value` of metrics whose integers a DOUBLE rounds."""
    if not re.search(r"(?i)\bvalue\b|\*", sql) or re.search(r"(?i)\bwhole\b", sql):
        return
    named = {text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", sql)} & keys
    found = sorted(rounded & named if named else rounded)
    if found:
        message = f"metrics.value is a DOUBLE, which rounds integers of {', '.join(map(repr, found))}"
        warnings.warn(TrackWarning(f"{message}; read them from metrics.whole"), stacklevel=5)


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
