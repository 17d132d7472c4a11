"""The result of a query."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import attrs

from simple_track.errors import MissingExtraError
from simple_track.html_table import ROWS, html_table


@attrs.frozen
class QueryResult:
    """The rows of a query, one value for each column.

    Args:
        columns: The names of the columns.
        rows: The rows.
        arrow: The same as a pyarrow Table.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    arrow: Any = attrs.field(repr=False, eq=False)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _repr_html_(self) -> str:
        count = f"{len(self)} rows" + (f", the first {ROWS} of them" if len(self) > ROWS else "")
        return html_table(self.columns, self.rows[:ROWS], count)

    def to_arrow(self) -> Any:
        """A pyarrow Table."""
        return self.arrow

    def to_pandas(self) -> Any:
        """A pandas DataFrame; needs pandas."""
        query_library("pandas", None)
        return self.arrow.to_pandas()

    def to_polars(self) -> Any:
        """A polars DataFrame; needs polars."""
        return query_library("polars", None).from_arrow(self.arrow)


def query_library(name: str, extra: str | None) -> ModuleType:
    """Import a library that queries, or conversions of their results, need.

    Args:
        name: The module.
        extra: The extra that brings it, or None.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError("Track.query", name, extra) from error
