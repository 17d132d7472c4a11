"""Cells: the types a table's column can have, how they are inferred, and how they are enforced."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from simple_track.errors import SettingError, TrackError
from simple_track.storage import exact_json
from simple_track.values.arrays import is_tensor
from simple_track.values.checks import whole
from simple_track.values.value import Value

TYPES = ("int", "float", "bool", "str", "bytes", "datetime", "datetime[UTC]", "json", "media")


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
    if isinstance(value, datetime.date):
        return "Convert the value: a date is a datetime at midnight, or its text."
    return "Convert the value."


def infer(values: Iterable[Any]) -> str | None:
    """The type of a column that has these values; None when they are all None.

    Integers and floats together are floats. Everything else keeps the type of its first value, so that the
    first value that differs is found and named when the cells are checked.
    """
    found = None
    for value in values:
        if found is None:
            found = kind_of(value)
        elif found != "int":
            break
        elif type(value) is not int and kind_of(value) == "float":
            return "float"
    return found


def kind_of(value: Any) -> str | None:
    """The type of one value; None for None, "?" for what no column can hold."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, Value):
        return "?" if value.kind == "table" else "media"  # no tables in tables
    if isinstance(value, datetime.datetime):
        return "datetime" if value.tzinfo is None else "datetime[UTC]"
    for type_, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (bytes, "bytes")):
        if isinstance(value, type_):
            return name
    return "json" if isinstance(value, list | tuple | dict | np.ndarray) else "?"


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
    return bool(min(numbers) >= -(2**63) and max(numbers) < 2**63)


def check(value: Any, expected: str, row: int, column: str) -> Any:
    """The cell as it is kept.

    Scalars of numpy and torch become plain ones, aware times are in UTC, and an integer is a float where the
    column holds floats.

    Raises:
        TableCellError: It is not of the expected type; the message names row and column.
    """
    value = plain(value)
    kind = kind_of(value)
    if kind is None:
        return None
    if kind == "?":
        raise TableCellError(row, column, f"one of {', '.join(TYPES)}", value)
    if expected == "json":
        try:
            return exact_json.decode(exact_json.encode(value))
        except exact_json.NotJsonError as error:
            raise TableCellError(row, column, expected, value) from error
    if expected == "float" and kind == "int" and abs(value) <= 2**53:  # beyond it a float is another number
        return float(value)
    if kind != expected or (kind == "int" and not -(2**63) <= value < 2**63):
        raise TableCellError(row, column, expected, value)
    if kind == "str":
        return whole(value)
    return value.astimezone(datetime.UTC) if kind == "datetime[UTC]" else value


def plain(value: Any) -> Any:
    """A numpy or torch scalar as the Python one it stands for; everything else as it is."""
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]").item()
    if isinstance(value, np.generic):
        return value.item()
    if is_tensor(value):
        return value.item() if value.ndim == 0 else value.tolist()
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
