"""Tables as Arrow, Parquet and pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Self, TypeVar

import orjson

from simple_track.extras import need
from simple_track.values.arrays import ValueRangeError, ValueShapeError
from simple_track.values.media import read_media
from simple_track.values.tables.arrow_column import arrow_array, cells_of, foreign_cells
from simple_track.values.tables.times import NANOSECONDS
from simple_track.values.value import Value, ValueFolder, files_of


class Columnar(Protocol):
    """Named columns with types: what a `Table` is to this module."""

    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""

    @property
    def types(self) -> dict[str, str]:
        """The columns' types, by name."""

    def get_column(self, name: str) -> list[Any]:
        """All cells of a column."""

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str] | None = None
    ) -> Self:
        """Make a table of whole columns."""


T = TypeVar("T", bound=Columnar)
_NOTE = b"simple_track"  # where the schema's metadata keep the columns' types


def to_arrow(table: Columnar, show_media: Callable[[Value], str]) -> Any:
    """The table as a `pyarrow.Table`; lists, dicts and media cells become text."""
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="a table")
    columns = [arrow_array(table.get_column(n), table.types.get(n), show_media) for n in table.columns]
    fields = [arrow.field(name, column.type) for name, column in zip(table.columns, columns, strict=True)]
    note = orjson.dumps({"format": 1, "types": table.types})
    return arrow.Table.from_arrays(columns, schema=arrow.schema(fields, metadata={_NOTE: note}))


def to_bytes(table: Columnar, folder: ValueFolder) -> tuple[bytes, list[str]]:
    """The table as a Parquet file, and the files that its media cells wrote."""
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="a table")
    need("pyarrow.parquet", library="pyarrow", extra="tables", purpose="a table")
    files: list[str] = []

    def write_media(cell: Value) -> str:
        body = {"kind": cell.kind, **cell.write(folder)}
        files.extend(files_of(body))
        return orjson.dumps(body).decode()

    data = to_arrow(table, write_media)
    sink = arrow.BufferOutputStream()
    arrow.parquet.write_table(data, sink, compression="zstd")
    return bytes(sink.getvalue()), files


def from_bytes(cls: type[T], data: bytes, folder: ValueFolder) -> T:
    """The table of a file that `to_bytes` made."""
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="a table")
    parquet = need("pyarrow.parquet", library="pyarrow", extra="tables", purpose="a table")
    stored = parquet.read_table(arrow.BufferReader(data))
    types = orjson.loads((stored.schema.metadata or {}).get(_NOTE, b'{"types":{}}'))["types"]
    columns = {
        name: cells_of(column, types.get(name), lambda body: read_media(body, folder))
        for name, column in zip(stored.column_names, stored.columns, strict=True)
    }
    return cls.from_columns(columns, types)


def to_pandas(table: Columnar) -> Any:
    """The table as a `pandas.DataFrame`."""
    pandas = need("pandas", library="pandas", extra=None, purpose="a data frame")
    series = {}
    for name in table.columns:
        cells, kind = table.get_column(name), table.types.get(name)
        series[name] = pandas.Series(cells, dtype=_pandas_type(cells, kind or ""), name=name)
    return pandas.DataFrame(series, columns=table.columns)


def from_pandas(cls: type[T], frame: Any, types: Mapping[str, str] | None) -> T:
    """The table of a `pandas.DataFrame`'s columns."""
    if not hasattr(frame, "iloc"):
        raise ValueRangeError("table", f"got {type(frame).__name__}", "a pandas.DataFrame")
    columns: dict[str, list[Any]] = {}
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        keep_nan = str(series.dtype).startswith("float")
        missing = [False] * len(series) if keep_nan else series.isna().tolist()
        pairs = zip(series.tolist(), missing, strict=True)
        if str(name) in columns:
            raise ValueShapeError(
                "table", (frame.shape[1],), f"column names that differ; {name!r} is there twice"
            )
        columns[str(name)] = [None if gone else cell for cell, gone in pairs]
    return cls.from_columns(columns, types)


def from_arrow(cls: type[T], arrow_table: Any, types: Mapping[str, str] | None) -> T:
    """The table of a `pyarrow.Table`'s columns."""
    names = arrow_table.column_names
    if len(set(names)) < len(names):
        raise ValueShapeError("table", (len(names),), f"column names that differ, not {names}")
    cells = map(foreign_cells, arrow_table.columns)
    return cls.from_columns(dict(zip(names, cells, strict=True)), types)


def _pandas_type(cells: list[Any], kind: str) -> Any:
    """The type of a series; None where pandas finds it."""
    if kind == "int":
        numbers = [cell for cell in cells if cell is not None]
        if max(numbers, default=0) >= 2**63:
            unsigned = "UInt64" if None in cells else "uint64"
            return object if min(numbers) < 0 else unsigned
    if kind in NANOSECONDS:
        return NANOSECONDS[kind]
    if None in cells:
        plain = {"int": "Int64", "float": "float64", "bool": "boolean"}.get(kind)
    else:
        plain = {"int": "int64", "float": "float64", "bool": "bool"}.get(kind)
    return plain or (None if kind in ("datetime", "datetime[UTC]", "duration") else object)
