"""Cells: the types a table's column can have, how they are inferred, and how they are enforced."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from simple_track.errors import SettingError, TrackError
from simple_track.storage import exact_json
from simple_track.values.arrays import is_tensor
from simple_track.values.checks import whole
from simple_track.values.tables.arrow_column import DIGITS, digits
from simple_track.values.tables.times import (
    NANOSECONDS,
    is_missing,
    kind_of_time,
    plain_time,
    with_nanoseconds,
)
from simple_track.values.value import Value

TYPES = (
    *("int", "float", "decimal", "bool", "str", "bytes", "date", "time", "datetime", "datetime[ns]"),
    *("datetime[UTC]", "duration", "duration[ns]", "json", "media"),
)
WIDER = {
    ("int", "float"): "float",
    ("int", "decimal"): "decimal",
    ("datetime", "datetime[ns]"): "datetime[ns]",
    ("duration", "duration[ns]"): "duration[ns]",
}
"""Pairs of types whose cells one column can have, and its type."""
_CAN_WIDEN = {name for pair in WIDER for name in pair}


class TableCellError(TrackError, TypeError):
    """A cell does not have the type of its column."""

    def __init__(self, row: int, column: str, expected: str, value: object) -> None:
        self.row = row
        self.column = column
        self.expected = expected
        self.value = value
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "…"
        super().__init__(
            f"row {row}, column {column!r}: expected {expected}, got {type(value).__name__} {shown}. "
            f"{_advice(expected, column, value)}"
        )


def _advice(expected: str, column: str, value: object) -> str:
    if expected == "int" and isinstance(value, float):
        return f"Make the table with types={{{column!r}: 'float'}}, or convert the value."
    if isinstance(value, float) and math.isnan(value):
        return "Where there is no value, give None."
    if isinstance(value, int) and kind_of(value) == "int":
        return "Convert the value to a float or a text, or give all of the column as Decimal."
    if getattr(value, "nanosecond", 0):
        return "Convert the value: a time with a zone is kept to the microsecond; floor('us') cuts it there."
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return "Convert the value: a date is a datetime at midnight, or its text."
    return "Convert the value."


def infer(values: Iterable[Any]) -> str | None:
    """The type of a column that has these values; None when they are all None.

    Integers and floats together are floats, and so on by `WIDER`. Everything else keeps the type of its first
    value, so that the first value that differs is found and named when the cells are checked.
    """
    found, last = None, type(None)
    for value in values:
        if type(value) is last and last in (int, float, type(None)):
            continue
        last, kind = type(value), kind_of(value)
        if kind is None or kind == found:
            continue
        if found is not None:
            wider = WIDER.get((found, kind)) or WIDER.get((kind, found))
            if wider is None:
                break
            kind = wider
        found = kind
        if found not in _CAN_WIDEN:
            break
    return found


def kind_of(value: Any) -> str | None:
    """The type of one value; None for what is missing, "?" for what no column can hold."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, Value):
        return "?" if value.kind == "table" else "media"  # no tables in tables
    if isinstance(value, Decimal):
        return "decimal" if value.is_finite() and max(digits(value)) <= DIGITS else "?"
    for type_, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (bytes, "bytes")):
        if isinstance(value, type_):
            return name
    if isinstance(value, list | tuple | dict | np.ndarray):
        return "json"
    return kind_of_time(value) or "?"


_SIMPLE = {"int": int, "float": float, "bool": bool}


def check_column(cells: Sequence[Any], expected: str, start: int, column: str) -> list[Any]:
    """All cells of a column as they are kept; raises as `check` does, for the first one that does not fit.

    Args:
        cells: The cells.
        expected: The column's type.
        start: The number of the first cell's row.
        column: The column's name.
    """
    kinds = set(map(type, cells)) - {type(None)}
    if kinds and kinds == {_SIMPLE.get(expected)} and (expected != "int" or _fits(cells)):
        return list(cells)
    return [check(cell, expected, start + number, column) for number, cell in enumerate(cells)]


def _fits(cells: Sequence[Any]) -> bool:
    numbers = [cell for cell in cells if cell is not None]
    return bool(min(numbers) >= -(2**63) and max(numbers) < 2**64)


def check(value: Any, expected: str, row: int, column: str) -> Any:
    """The cell as it is kept.

    Scalars of numpy and torch become plain ones, aware times are in UTC, and an integer is a float or a
    Decimal where the column holds these.

    Raises:
        TableCellError: It is not of the expected type, or cannot be kept exactly; the message names row and
            column.
    """
    value = plain(value)
    kind = kind_of(value)
    if kind is None:
        return None
    if kind == "?":
        wanted = f"a Decimal of up to {DIGITS} digits before and behind the point"
        wanted = wanted if isinstance(value, Decimal) else f"one of {', '.join(TYPES)}"
        raise TableCellError(row, column, wanted, value)
    if expected == "json":
        try:
            return exact_json.decode(exact_json.encode(value))
        except exact_json.NotJsonError as error:
            raise TableCellError(row, column, expected, value) from error
    kept = _widened(value, kind, expected) if kind != expected else _kept(value, kind)
    if kept is None:
        of_64_bits = kind == "int" and expected in ("int", "float")
        wanted = (
            {"int": "an int of 64 bits", "float": "a float that equals it"}[expected]
            if of_64_bits
            else expected
        )
        raise TableCellError(row, column, wanted, value)
    return kept


def _kept(value: Any, kind: str) -> Any:
    """A cell of its column's own type, without subclasses; None where it is out of range."""
    if kind == "int":
        return int(value) if -(2**63) <= value < 2**64 else None
    if kind == "str":
        return whole(value)
    if kind == "datetime[UTC]":
        try:
            return value.astimezone(datetime.UTC)
        except OverflowError:  # the first and the last hours that there are
            return None
    simple = {"float": float, "bytes": bytes, "decimal": Decimal}
    return simple[kind](value) if kind in simple else value


def _widened(value: Any, kind: str, expected: str) -> Any:
    """A cell of a narrower type as one of its column's; None where that would change it."""
    if WIDER.get((kind, expected)) != expected:
        return None
    if expected in NANOSECONDS:
        return with_nanoseconds(value, expected)
    if expected == "decimal":
        return Decimal(int(value)) if abs(value) < 10**DIGITS else None
    try:
        return float(value) if float(value) == value else None
    except OverflowError:
        return None


def plain(value: Any) -> Any:
    """A scalar of numpy, torch or pandas as the Python one it stands for; everything else as it is."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        if value.dtype.kind in "mM":
            return plain_time(value)
        return value.item() if value.dtype.kind != "f" or value.dtype.itemsize <= 8 else value
    if is_tensor(value):
        return value.item() if value.ndim == 0 else value.tolist()
    if isinstance(value, datetime.date | datetime.timedelta):
        return plain_time(value)
    return value


def check_types(types: dict[str, str], columns: Iterable[str]) -> None:
    """Refuse types that do not exist, and types for columns that do not exist.

    Raises:
        SettingError: One of these.
    """
    names = tuple(columns)
    for column, type_ in types.items():
        if type_ not in TYPES:
            raise SettingError(f"types[{column!r}]", type_, TYPES)
        if column not in names:
            raise SettingError("types", column, names)
