"""Typed columns: metrics as libraries with one type a column take them, with gaps apart from NaN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import WIDE, Array, Part, is_beyond_floats

TEXT = "s"
DIGITS = 38
"""As many as a decimal of 128 bits has, and an integer that is logged."""


@attrs.frozen(eq=False)
class TypedColumn:
    """A metric, or the texts of one, as values of one type.

    Args:
        name: The name of the column.
        key: The name of the metric.
        kind: "bool", "int64", "uint64", "decimal", "float64" or "text".
        values: Shape (rows,); whatever stands in a gap means nothing.
        present: Which rows have a value: bool, shape (rows,).
    """

    name: str
    key: str
    kind: str
    values: Array
    present: Array

    def listed(self) -> list[Any]:
        """Plain Python values, with None in the gaps."""
        pairs = zip(self.values.tolist(), self.present.tolist(), strict=True)
        return [value if there else None for value, there in pairs]


def typed_columns(parts: Mapping[str, Mapping[str, Part]], count: int) -> Iterator[TypedColumn]:
    """The columns that hold metrics exactly.

    Integers and floats together are floats where no integer would be rounded, else the text of each number.
    A metric that was numbers and texts in turn becomes two columns: the texts are in `{name}~text`.

    Args:
        parts: The values of each metric by kind, as in `Columns`.
        count: How many rows there are.
    """
    names = set(parts)
    for key, kinds in parts.items():
        numbers = {letter: part for letter, part in kinds.items() if letter != TEXT}
        if numbers:
            yield _filled(key, key, *_numbers(numbers), count)
        if TEXT in kinds:
            name = _free(f"{key}~text", names) if numbers else key
            yield _filled(name, key, "text", {TEXT: kinds[TEXT]}, object, count)


def to_arrow(column: TypedColumn, arrow: Any) -> Any:
    """A column as an array of pyarrow, with nulls in the gaps.

    Args:
        column: The column.
        arrow: The module pyarrow.
    """
    if column.kind == "decimal":
        cells = [None if value is None else Decimal(value) for value in column.listed()]
        return arrow.array(cells, arrow.decimal128(DIGITS, 0))
    types = {"bool": arrow.bool_(), "text": arrow.string()}
    type_ = types.get(column.kind) or getattr(arrow, column.kind)()
    return arrow.array(column.values, type_, mask=~column.present)


def to_polars(column: TypedColumn, polars: Any) -> Any:
    """A column as a series of polars, with nulls in the gaps.

    Args:
        column: The column.
        polars: The module polars.
    """
    types = {"bool": polars.Boolean, "text": polars.String, "float64": polars.Float64}
    types |= {"int64": polars.Int64, "uint64": polars.UInt64, "decimal": polars.Decimal(DIGITS, 0)}
    if column.kind in ("decimal", "text"):
        make = Decimal if column.kind == "decimal" else str
        cells = [None if value is None else make(value) for value in column.listed()]
        return polars.Series(column.name, cells, types[column.kind])
    series = polars.Series(column.name, column.values, types[column.kind])
    if column.present.all():
        return series
    gaps = polars.Series(column.present)
    return polars.select(polars.when(gaps).then(series)).to_series().alias(column.name)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "~"
    taken.add(name)
    return name


def _numbers(kinds: dict[str, Part]) -> tuple[str, dict[str, Part], Any]:
    """The type that holds all numbers of a metric, its parts, and the type of their array."""
    if set(kinds) == {"b"}:
        return "bool", kinds, bool
    if "f" in kinds:
        if not is_beyond_floats(kinds):
            return "float64", kinds, np.float64
        texts = {letter: Part(part.rows, _as_texts(part.values)) for letter, part in kinds.items()}
        return "text", texts, object
    if set(kinds) <= {"i", "b"}:
        return "int64", kinds, np.int64
    if WIDE not in kinds and not ("i" in kinds and (kinds["i"].values < 0).any()):
        return "uint64", kinds, np.uint64
    return "decimal", {letter: Part(p.rows, p.values.astype(object)) for letter, p in kinds.items()}, object


def _as_texts(values: Array) -> Array:
    texts = np.empty(len(values), object)
    texts[:] = [repr(value) for value in values.tolist()]
    return texts


def _filled(name: str, key: str, kind: str, parts: Mapping[str, Part], dtype: Any, count: int) -> TypedColumn:
    values, present = np.zeros(count, dtype), np.zeros(count, bool)
    for part in parts.values():
        values[part.rows] = part.values
        present[part.rows] = True
    if dtype is object and kind == "text":
        values[~present] = ""
    return TypedColumn(name, key, kind, values, present)
