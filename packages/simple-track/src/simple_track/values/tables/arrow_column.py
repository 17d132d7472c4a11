"""A table's column as an Arrow array, and back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import orjson

from simple_track.extras import need
from simple_track.storage import exact_json
from simple_track.values.arrays import ValueRangeError
from simple_track.values.tables.times import NANOSECONDS
from simple_track.values.value import Value

DIGITS = 38
"""How many digits a Decimal may have before the point, and how many behind it."""


def arrow_array(cells: Sequence[Any], kind: str | None, show_media: Callable[[Value], str]) -> Any:
    """Cells as a `pyarrow.Array`; lists, dicts and media become text.

    Args:
        cells: As a table holds them.
        kind: Their type; None where all are None.
        show_media: Makes the text of a media cell.
    """
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="a table")
    if kind is None:
        return arrow.nulls(len(cells))
    if kind in NANOSECONDS:
        return arrow.array(np.array(cells, NANOSECONDS[kind]), _type_of(arrow, kind, cells))
    if kind == "media":
        cells = [None if cell is None else show_media(cell) for cell in cells]
    elif kind == "json":
        cells = [None if cell is None else orjson.dumps(exact_json.encode(cell)).decode() for cell in cells]
    type_ = _type_of(arrow, kind, cells)
    if kind == "int" and arrow.types.is_decimal(type_):
        cells = [None if cell is None else Decimal(cell) for cell in cells]
    return arrow.array(cells, type_)


def cells_of(column: Any, kind: str | None, read_media: Callable[[Any], Any]) -> list[Any]:
    """The cells that `arrow_array` was given.

    Args:
        column: An array of pyarrow.
        kind: Their type, or None where it is not known.
        read_media: Makes a media value of the text of one.
    """
    if kind in NANOSECONDS:
        return [None if np.isnat(cell) else cell for cell in column.to_numpy(zero_copy_only=False)]
    cells: list[Any] = column.to_pylist()
    convert: dict[str | None, Callable[[Any], Any]] = {
        "int": int,
        "media": lambda text: read_media(orjson.loads(text)),
        "json": lambda text: exact_json.decode(orjson.loads(text)),
        "datetime[UTC]": lambda time: time.astimezone(datetime.UTC),
    }
    change = convert.get(kind)
    return cells if change is None else [None if cell is None else change(cell) for cell in cells]


def foreign_cells(column: Any) -> list[Any]:
    """The cells of a column of anybody's Arrow table; times of nanoseconds are scalars of numpy.

    Args:
        column: An array of pyarrow.

    Raises:
        ValueRangeError: It has zoned times with nanoseconds, which no type of cell holds.
    """
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="a table")
    type_ = column.type
    if (arrow.types.is_timestamp(type_) and type_.tz is None) or arrow.types.is_duration(type_):
        return list(column.to_numpy(zero_copy_only=False))
    if arrow.types.is_timestamp(type_) and type_.unit == "ns":
        try:
            column = column.cast(arrow.timestamp("us", type_.tz))
        except arrow.ArrowInvalid as error:
            found, expected = f"a column of {type_} has nanoseconds", "zoned times to the microsecond"
            raise ValueRangeError("table", found, expected) from error
    cells: list[Any] = column.to_pylist()
    return cells


def _type_of(arrow: Any, kind: str, cells: Sequence[Any]) -> Any:
    """The type of Arrow that holds all cells."""
    if kind == "int":
        return _integers(arrow, [cell for cell in cells if cell is not None])
    if kind == "decimal":
        return _decimals(arrow, [cell for cell in cells if cell is not None])
    return {
        "float": arrow.float64(),
        "bool": arrow.bool_(),
        "str": arrow.string(),
        "bytes": arrow.binary(),
        "date": arrow.date32(),
        "time": arrow.time64("us"),
        "datetime": arrow.timestamp("us"),
        "datetime[ns]": arrow.timestamp("ns"),
        "datetime[UTC]": arrow.timestamp("us", tz="UTC"),
        "duration": arrow.duration("us"),
        "duration[ns]": arrow.duration("ns"),
        "json": arrow.string(),
        "media": arrow.string(),
    }[kind]


def _integers(arrow: Any, integers: list[int]) -> Any:
    low, high = min(integers, default=0), max(integers, default=0)
    if high < 2**63:
        return arrow.int64()
    return arrow.uint64() if low >= 0 else arrow.decimal128(20, 0)


def _decimals(arrow: Any, decimals: list[Decimal]) -> Any:
    before = max((digits(number)[0] for number in decimals), default=0)
    behind = max((digits(number)[1] for number in decimals), default=0)
    precision = max(before + behind, 1)
    return arrow.decimal128(precision, behind) if precision <= DIGITS else arrow.decimal256(precision, behind)


def digits(number: Decimal) -> tuple[int, int]:
    """How many digits a finite number has before the point, and how many behind it."""
    _, figures, exponent = number.as_tuple()
    place = int(exponent)
    return max(len(figures) + place, 0), max(-place, 0)
