"""A table as HTML, for notebooks: escaped, without script and style sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

ROWS = 20
"""How many rows are shown."""
CUT = 200  # characters of a cell


class Markup(str):
    """HTML that was made by this package, and is not escaped again."""

    __slots__ = ()


def html_table(columns: Sequence[Any], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """A table, of which each cell is escaped unless it is `Markup`.

    Args:
        columns: The columns' names.
        rows: The rows that are shown.
        caption: A line above it, such as how many rows there are.
    """
    head = "".join(f"<th>{html_text(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{html_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    title = f"<caption>{html_text(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_text(value: Any) -> str:
    """A value as escaped text of bounded length; `Markup` as it is, and None as nothing."""
    from html import escape  # only where something is shown

    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return escape(text if len(text) <= CUT else text[: CUT - 1] + "…")
