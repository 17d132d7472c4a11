"""Tables as Arrow, Parquet and pandas."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Self, TypeVar

import orjson

from simple_track.extras import need
from simple_track.storage import exact_json
from simple_track.values.arrays import ValueRangeError, ValueShapeError
from simple_track.values.media import read_media
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
    types = _arrow_types(arrow)
    columns, fields = [], []
    for name in table.columns:
        kind = table.types.get(name)
        cells = [_arrow_cell(cell, kind, show_media) for cell in table.get_column(name)]
        type_ = types[kind] if kind else arrow.null()
        columns.append(arrow.array(cells, type=type_))
        fields.append(arrow.field(name, type_))
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
        name: _table_cells(column.to_pylist(), types.get(name), folder)
        for name, column in zip(stored.column_names, stored.columns, strict=True)
    }
    return cls.from_columns(columns, types)


def to_pandas(table: Columnar) -> Any:
    """The table as a `pandas.DataFrame`."""
    pandas = need("pandas", library="pandas", extra=None, purpose="a data frame")
    series = {}
    for name in table.columns:
        cells, kind = table.get_column(name), table.types.get(name)
        dtype = {"int": "int64", "float": "float64", "bool": "bool"}.get(kind or "")
        if None in cells:
            dtype = {"int": "Int64", "float": "float64", "bool": "boolean"}.get(kind or "")
        series[name] = pandas.Series(cells, dtype=dtype or (None if kind in _TIMES else object), name=name)
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
        columns[str(name)] = [None if gone else _pandas_cell(cell) for cell, gone in pairs]
    return cls.from_columns(columns, types)


_TIMES = ("datetime", "datetime[UTC]")


def _pandas_cell(cell: Any) -> Any:
    return cell.to_pydatetime(warn=False) if hasattr(cell, "to_pydatetime") else cell


def _arrow_types(arrow: Any) -> dict[str, Any]:
    return {
        "int": arrow.int64(),
        "float": arrow.float64(),
        "bool": arrow.bool_(),
        "str": arrow.string(),
        "bytes": arrow.binary(),
        "datetime": arrow.timestamp("us"),
        "datetime[UTC]": arrow.timestamp("us", tz="UTC"),
        "json": arrow.string(),
        "media": arrow.string(),
    }


def _arrow_cell(cell: Any, kind: str | None, show_media: Callable[[Value], str]) -> Any:
    if cell is None:
        return None
    if kind == "media":
        return show_media(cell)
    return orjson.dumps(exact_json.encode(cell)).decode() if kind == "json" else cell


def _table_cells(cells: list[Any], kind: str | None, folder: ValueFolder) -> list[Any]:
    if kind in ("media", "json", "datetime[UTC]"):
        return [_table_cell(cell, kind, folder) for cell in cells]
    return cells


def _table_cell(cell: Any, kind: str | None, folder: ValueFolder) -> Any:
    if cell is None:
        return None
    if kind == "media":
        return read_media(orjson.loads(cell), folder)
    if kind == "json":
        return exact_json.decode(orjson.loads(cell))
    return cell.astimezone(datetime.UTC) if kind == "datetime[UTC]" else cell
