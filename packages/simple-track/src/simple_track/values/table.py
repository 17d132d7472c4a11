"""Tables: rows under named, typed columns, whose cells may be media; kept as Parquet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any, ClassVar, Self

from simple_track.errors import TrackError
from simple_track.extras import require
from simple_track.html_table import ROWS, Markup, html_table
from simple_track.values import parquet
from simple_track.values.arrays import ValueRangeError, ValueShapeError
from simple_track.values.cells import check, check_column, check_types, infer
from simple_track.values.checks import whole
from simple_track.values.value import Body, Value, ValueFolder

Row = dict[str, Any]
_EXACT = 200  # digits of a sum of Decimals: enough for as many rows as there can be


class UnknownColumnError(TrackError, LookupError):
    """A table has no column of this name."""

    def __init__(self, column: str, columns: Sequence[str]) -> None:
        self.column = column
        self.columns = tuple(columns)
        super().__init__(f"no column {column!r}; the table has: {', '.join(columns) or 'none'}.")


class RowError(TrackError, IndexError):
    """A table has no row of this number."""

    def __init__(self, row: int, rows: int) -> None:
        self.row = row
        self.rows = rows
        super().__init__(f"row {row}: the table has {rows}, numbered from 0.")


class Table(Value):
    """Rows under named columns.

    A column's type is inferred from its first values and held from then on. None is allowed everywhere.

    Args:
        columns: The columns' names; may be left out when the rows are dicts.
        data: Rows, each a sequence in the order of the columns, or a dict; or a frame of pandas or polars, a
            `pyarrow.Table`, or another `Table`; or a dict of whole columns, by name.
        types: Types by column, instead of inferring: "int", "float", "decimal", "bool", "str", "bytes",
            "date", "time", "datetime", "datetime[ns]", "datetime[UTC]", "duration", "duration[ns]", "json"
            (lists and dicts), "media" (images and the like). The cells of the types with [ns] are scalars of
            numpy.

    Raises:
        TableCellError: A cell does not have its column's type; the message names row and column.
        ValueShapeError: A row has too few or too many cells.
        ValueRangeError: Columns or data are of a kind that makes no table.
        MissingExtraError: pyarrow, which a table is kept with, is not installed.
    """

    kind: ClassVar[str] = "table"

    def __init__(
        self,
        columns: Iterable[str] | None = None,
        data: Iterable[Sequence[Any] | Mapping[str, Any]] | Mapping[str, Sequence[Any]] = (),
        types: Mapping[str, str] | None = None,
    ) -> None:
        require("pyarrow", library="pyarrow", extra="tables", purpose="a table")
        if hasattr(data, "iloc"):  # a pandas frame, whose own iteration is over its columns' names
            data = list(parquet.from_pandas(Table, data, None))
        elif hasattr(data, "iter_rows") and hasattr(data, "to_arrow"):  # a polars frame, iterated by columns
            data = list(parquet.from_arrow(Table, data.to_arrow(), None))
        elif hasattr(data, "column_names") and hasattr(data, "to_pylist"):  # a pyarrow table, the same
            data = list(parquet.from_arrow(Table, data, None))
        if isinstance(data, Mapping):
            columns = list(data) if columns is None else columns
            data = list(Table.from_columns(data, types))
        rows = list(data)
        names = _names(columns, rows)
        if len(set(names)) != len(names):
            raise ValueShapeError("table", (len(names),), f"column names that differ, not {names}")
        self._cells: dict[str, list[Any]] = {name: [] for name in names}
        self._types: dict[str, str] = dict(types or {})
        check_types(self._types, names)
        self.add_rows(rows)

    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""
        return list(self._cells)

    @property
    def types(self) -> dict[str, str]:
        """The types of the columns, as far as they are known: a column of None only has none yet."""
        return {name: self._types[name] for name in self._cells if name in self._types}

    def add_row(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Add one row: a sequence in the order of the columns, or a dict, where a missing column is None.

        Raises:
            TableCellError: A cell does not have its column's type.
            ValueShapeError: The row has too few or too many cells.
            UnknownColumnError: The dict names a column that is not there.
        """
        self.add_rows([row])

    def add_rows(self, rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> None:
        """Add many rows; all of them or, when one does not fit, none. Raises as `add_row` does."""
        start = len(self)
        table = [self._as_row(row, start + n) for n, row in enumerate(rows)]
        if table:
            self._extend(dict(zip(self._cells, zip(*table, strict=True), strict=True)))

    def _extend(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add cells to all columns, or to none."""
        start, types = len(self), dict(self._types)
        for name, column in columns.items():
            if name not in types and (found := infer(column)):
                types[name] = found
        checked = {name: check_column(c, types.get(name, "?"), start, name) for name, c in columns.items()}
        self._types = types
        for name, cells in checked.items():
            self._cells[name].extend(cells)

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str] | None = None
    ) -> Self:
        """A table of whole columns, all of one length.

        Args:
            columns: Cells by column.
            types: Types by column, instead of inferring.

        Raises:
            TableCellError: A cell does not have its column's type.
            ValueShapeError: The columns differ in length.
        """
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueShapeError("table", tuple(lengths.values()), f"columns of one length, not {lengths}")
        made = cls(list(columns), types=types)
        made._extend({whole(name): column for name, column in columns.items()})
        return made

    def get_column(self, name: str) -> list[Any]:
        """All cells of a column, from the first row to the last.

        Raises:
            UnknownColumnError: There is no such column.
        """
        return list(self._column(name))

    def filter(self, keep: Callable[[Row], object]) -> Table:
        """A table of the rows for which `keep(row)` is true; a row is a dict by column."""
        return self._like(self.columns, [row for row in self if keep(row)], self._types)

    def map(self, change: Callable[[Row], Mapping[str, Any]]) -> Table:
        """A table of what `change(row)` makes of each row; columns and types are those of its results."""
        return Table(data=[change(row) for row in self])

    def sum(self, column: str) -> Any:
        """The sum of a column's numbers, exact for integers and Decimals; None is left out."""
        with localcontext(prec=_EXACT):
            return sum(self._numbers(column))

    def mean(self, column: str) -> Any:
        """The mean of a column's numbers; None is left out, and NaN comes of an empty column.

        It is a Decimal where the column holds these, else a float.
        """
        numbers = self._numbers(column)
        if not numbers:
            return math.nan
        total = self.sum(column)
        if not isinstance(total, float):
            return total / len(numbers)
        try:
            return math.fsum(numbers) / len(numbers)
        except (OverflowError, ValueError):  # beyond floats on the way, or infinities of both signs
            return total / len(numbers)

    def min(self, column: str) -> Any:
        """The least of a column's cells; None is left out, and NaN where there is a number.

        None comes of an empty column.
        """
        return min(self._ordered(column), default=None)

    def max(self, column: str) -> Any:
        """The greatest of a column's cells; None is left out, and NaN where there is a number.

        None comes of an empty column.
        """
        return max(self._ordered(column), default=None)

    def count(self, column: str | None = None) -> int:
        """How many rows there are, or how many cells of a column are not None."""
        return len(self) if column is None else len(self._present(column))

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`; media cells become their captions' and shapes' text."""
        return parquet.to_arrow(self, lambda cell: repr(cell))

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; media cells stay the objects they are."""
        return parquet.to_pandas(self)

    @classmethod
    def from_pandas(cls, frame: Any, types: Mapping[str, str] | None = None) -> Table:
        """A table of a `pandas.DataFrame`'s columns, without its index.

        What is missing becomes None; a NaN among floats stays.
        """
        return parquet.from_pandas(cls, frame, types)

    @classmethod
    def from_arrow(cls, table: Any, types: Mapping[str, str] | None = None) -> Table:
        """A table of a `pyarrow.Table`'s columns."""
        return parquet.from_arrow(cls, table, types)

    def _repr_html_(self) -> str:
        rows = ([_shown(cell) for cell in self[n].values()] for n in range(min(len(self), ROWS)))
        count = f"{len(self)} rows" + (f", the first {ROWS} of them" if len(self) > ROWS else "")
        return html_table(self.columns, rows, count)

    def write(self, folder: ValueFolder) -> Body:
        """One Parquet file, and the files of the media cells."""
        data, files = parquet.to_bytes(self, folder)
        body = folder.save(data, "tables", ".parquet") | {"rows": len(self), "types": self.types}
        return body | {"files": files} if files else body

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The table from its Parquet file."""
        return parquet.from_bytes(cls, folder.load(body), folder)

    def __len__(self) -> int:
        return len(next(iter(self._cells.values()), ()))

    def __iter__(self) -> Iterator[Row]:
        for cells in zip(*self._cells.values(), strict=True):
            yield dict(zip(self._cells, cells, strict=True))

    def __getitem__(self, row: int) -> Row:
        if isinstance(row, str):
            raise ValueRangeError("table", f"row {row!r}", "a whole number; a column is had by get_column")
        if isinstance(row, slice):
            raise ValueRangeError("table", "a slice of rows", "a whole number; some rows are had by filter")
        if not -len(self) <= row < len(self):
            raise RowError(row, len(self))
        return {name: cells[row] for name, cells in self._cells.items()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        if self.columns != other.columns or self.types != other.types or len(self) != len(other):
            return False
        return all(
            _equal(a, b)
            for name in self._cells
            for a, b in zip(self._cells[name], other._cells[name], strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Table({len(self)} rows, {self.types})"

    def _like(self, columns: Iterable[str], rows: Iterable[Row], types: Mapping[str, str]) -> Table:
        return Table(columns, rows, types)

    def _as_row(self, row: Sequence[Any] | Mapping[str, Any], number: int) -> tuple[Any, ...]:
        if isinstance(row, Mapping):
            for name in row:
                if name not in self._cells:
                    raise UnknownColumnError(name, self.columns)
            return tuple(row.get(name) for name in self._cells)
        if isinstance(row, str | bytes) or not isinstance(row, Iterable):
            raise ValueRangeError(
                f"row {number}", f"got {type(row).__name__} {row!r:.60}", "a list or a dict"
            )
        cells = tuple(row)
        if len(cells) != len(self._cells):
            raise ValueShapeError(f"row {number}", (len(cells),), f"one cell for each of {self.columns}")
        return cells

    def _column(self, name: str) -> list[Any]:
        if name not in self._cells:
            raise UnknownColumnError(name, self.columns)
        return self._cells[name]

    def _present(self, name: str) -> list[Any]:
        return [cell for cell in self._column(name) if cell is not None]

    def _ordered(self, name: str) -> list[Any]:
        """The cells that have an order, or NaN alone where there is nothing else."""
        cells, kind = self._present(name), self._types.get(name)
        if cells and kind in ("json", "media"):
            expected = "a column of numbers, texts, bytes or times"
            raise ValueRangeError("table", f"column {name!r} is of type {kind}, which has no order", expected)
        if kind != "float":
            return cells
        return [cell for cell in cells if not math.isnan(cell)] or cells[:1]

    def _numbers(self, name: str) -> list[Any]:
        cells = self._column(name)
        for number, cell in enumerate(cells):
            if cell is not None and not isinstance(cell, int | float | Decimal):
                check(cell, "float", number, name)  # raises, and names the place
        return [cell for cell in cells if cell is not None]


def _names(columns: Iterable[str] | None, rows: Sequence[Any]) -> list[str]:
    """The names of the columns, from the rows where they are left out."""
    if columns is None:
        if rows and not any(isinstance(row, Mapping) for row in rows):
            raise ValueRangeError("table", "rows without names", "columns=[…], or rows that are dicts")
        columns = list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row))
    if isinstance(columns, str):
        raise ValueRangeError("table", f"columns are the text {columns!r}", "a list of names")
    expected = "a list of names; contents are given by data="
    frame = any(hasattr(columns, name) for name in ("iloc", "iter_rows", "to_pylist", "to_arrow"))
    if frame or isinstance(columns, Mapping | Table):
        raise ValueRangeError("table", f"columns are a {type(columns).__name__}", expected)
    names = list(columns)
    no_name = (list, Mapping) if rows else (list, Mapping, tuple)  # pandas has names that are tuples
    for name in names:
        if isinstance(name, no_name) or getattr(name, "ndim", 0) > 0:
            raise ValueRangeError("table", f"a column is called {name!r:.60}", expected)
    return [whole(name) for name in names]


def _shown(cell: Any) -> Any:
    """A cell as a notebook shows it: pictures as pictures, other media as their text."""
    picture = getattr(cell, "as_html", None)
    return cell if picture is None else Markup(picture())


def _equal(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)
