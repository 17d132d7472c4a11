"""Values that a config holds beside plain ones: tables, missing values, secrets."""

from __future__ import annotations

from collections.abc import Sequence

from simple_conf.generic import Subscriptable, T, overload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Final


class Table(Sequence["Any"]):
    """Rows under named columns, or under types; reads as a sequence of dicts.

    A named table (`users |id, name|`) has columns and yields a dict a row; a typed one
    (`table{i32, f64}`) has types and yields a list a row. A table equals another one, and the
    list of its rows.

    Args:
        columns: the names of the columns, or nothing for a typed table.
        rows: the rows, each with one value a column.
        types: the types of the columns (`i32`, `str`, …), or nothing for a named table.

    Raises:
        ValueError: a row has another width than the header, or a column's name comes twice.
    """

    __slots__ = ("columns", "rows", "types")

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    types: tuple[str, ...]

    def __init__(
        self, columns: Iterable[str] = (), rows: Iterable[Sequence[Any]] = (), types: Iterable[str] = ()
    ) -> None:
        self.columns = tuple(columns)
        self.types = tuple(types)
        self.rows = [tuple(row) for row in rows]
        width = len(self.columns or self.types)
        if len(set(self.columns)) != len(self.columns):
            raise ValueError(f"a column's name comes twice in {self.columns}")
        if not width:
            raise ValueError("a table needs columns or types")
        for number, row in enumerate(self.rows):
            if len(row) != width:
                raise ValueError(f"row {number} has {len(row)} cells, the table has {width} columns")

    @classmethod
    def trusted(cls, columns: tuple[str, ...], rows: list[tuple[Any, ...]], types: tuple[str, ...]) -> Table:
        """Make a table of parts that are known to fit, without looking at each row."""
        table = cls.__new__(cls)
        table.columns, table.rows, table.types = columns, rows, types
        return table

    def to_list(self) -> list[Any]:
        """Give the rows as new plain dicts, or as lists where the columns have no names."""
        if self.columns:
            columns = self.columns
            return [dict(zip(columns, row, strict=True)) for row in self.rows]
        return [list(row) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        """Give the values of one column, from the first row to the last.

        Raises:
            KeyError: there is no such column.
        """
        if name not in self.columns:
            raise KeyError(name)
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._item(row) for row in self.rows[index]]
        return self._item(self.rows[index])

    def __iter__(self) -> Iterator[Any]:
        return map(self._item, self.rows)

    def _item(self, row: tuple[Any, ...]) -> Any:
        return dict(zip(self.columns, row, strict=True)) if self.columns else list(row)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Table):
            return self.columns == other.columns and self.rows == other.rows
        if isinstance(other, list):
            return len(self) == len(other) and all(
                mine == theirs for mine, theirs in zip(self, other, strict=True)
            )
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it compares like a list, so it hashes like one

    def __repr__(self) -> str:
        header = f"columns={self.columns!r}" if self.columns else f"types={self.types!r}"
        return f"Table({header}, rows={self.rows!r})"

    def __copy__(self) -> Table:
        return Table.trusted(self.columns, list(self.rows), self.types)

    def __reduce__(self) -> tuple[Any, ...]:
        return Table.trusted, (self.columns, self.rows, self.types)


class Missing:
    """The type of `MISSING`; there is one instance."""

    __slots__ = ()

    def __new__(cls) -> Missing:  # noqa: D102
        return MISSING if "MISSING" in globals() else super().__new__(cls)

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
"""The value of `???`: it must still be filled in."""

MASK: Final = "••••"
"""The text that is shown for a secret."""


class Secret(Subscriptable[T]):
    """A value that does not show in `repr`, `str` or a format.

    Args:
        value: what to hide.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Give the hidden value."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self._value,)


class _LongInteger:
    """An int that shows itself in hexadecimal.

    Args:
        value: the int.
    """

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __repr__(self) -> str:
        return hex(self.value)


def integer_text(value: int) -> str:
    """Give the decimal digits of an int, or its hexadecimal form where Python refuses to write so many."""
    try:
        return int.__repr__(value)
    except ValueError:
        return hex(value)


def digits_of(value: int) -> str:
    """Give the number of decimal digits of an int in words: `about 5,000 digits`."""
    return f"about {int(value.bit_length() * 0.30103) + 1:,} digits"


def repr_of(value: Any) -> str:
    """Give the `repr` of plain data; ints that are too long for it are in hexadecimal."""
    try:
        return repr(value)
    except ValueError:
        return repr(_without_long_integers(value))


def _without_long_integers(value: Any) -> Any:
    if type(value) is dict:
        return {key: _without_long_integers(inner) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_without_long_integers(inner) for inner in value)
    if type(value) is int:
        return value if not integer_text(value).lstrip("-").startswith("0x") else _LongInteger(value)
    if isinstance(value, Table):
        rows = [_without_long_integers(row) for row in value.rows]
        return Table.trusted(value.columns, rows, value.types)
    return value
