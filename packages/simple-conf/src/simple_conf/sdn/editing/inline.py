"""Edits between brackets and commas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Page, Splice
from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.quoting import key_text, quoted
from simple_conf.sdn.writer import one_line, row_text

KINDS = ("list", "dict", "short")
"""The kinds of places whose items stand between brackets."""

_REST = Pattern(r"[ \t]*(?:(,)[ \t]*)?(?:(?<=[ \t,])#[^\n]*)?(\n)")
_COMMA = Pattern(r"[ \t]*,[ \t]*")


def replace(place: Place, holder: Place, value: Any, columns: tuple[str, ...] = ()) -> list[Splice]:
    """Write another value in the place of one between commas, of a cell, or of a row.

    Args:
        place: the place of the old value.
        holder: what it stands in.
        value: the new value.
        columns: the columns of the table, if it is a row of a named one.
    """
    if holder.kind == "short":
        return [Splice(place.at, place.end, f"({row_text(cells(value, columns))})")]
    if place.kind == "row":
        return [Splice(place.at, place.end, row_text(cells(value, columns)))]
    if place.kind == "string" and isinstance(value, str):
        return [Splice(place.at, place.end, quoted(value))]
    return [Splice(place.at, place.end, one_line(value))]


def cells(value: Any, columns: tuple[str, ...]) -> tuple[Any, ...]:
    """Give the cells of a row, in the order of the columns.

    Raises:
        ValueError: the value is not a row of the table.
    """
    if isinstance(value, Mapping):
        if set(value) != set(columns):
            raise ValueError(
                f"a row of this table has the columns {', '.join(columns) or 'of its types, as a list'}"
            )
        return tuple(value[column] for column in columns)
    if columns or not isinstance(value, list | tuple):
        kind = f"a dict with the columns {', '.join(columns)}" if columns else "a list of cells"
        raise ValueError(f"a row of this table is {kind}")
    return tuple(value)


def item_text(holder: Place, key: str | None, value: Any) -> str:
    """Write an item as it stands in a list, a dict or a short table."""
    if holder.kind == "short":
        return f"({row_text(cells(value, ()))})"
    return one_line(value) if key is None else f"{key_text(key)}: {one_line(value)}"


def insert(page: Page, holder: Place, at: int, text: str) -> list[Splice]:
    """Insert an item between brackets.

    Args:
        page: the text.
        holder: the collection.
        at: the number of the item that it stands before, or their count.
        text: the item.
    """
    items = holder.inside()
    if not items:
        opened = page.text.index("[", holder.at) + 1 if holder.kind == "short" else holder.at + 1
        return [Splice(opened, opened, text)]
    if at < len(items):
        start = items[at].key_at
        alone = page.is_first(start)
        separator = ",\n" + " " * page.column(start) if alone else ", "
        return [Splice(start, start, text + separator)]
    last = items[-1]
    rest = _REST.match(page.text, last.end)
    if rest is None:
        return [Splice(last.end, last.end, f", {text}")]
    start = last.key_at
    margin = page.column(start) if page.is_first(start) else _margin(page, start)
    return [Splice(rest.start(2), rest.start(2), "\n" + " " * margin + text + (rest[1] or ""))]


def _margin(page: Page, at: int) -> int:
    start = page.line_start(at)
    line = page.text[start:at]
    return len(line) - len(line.lstrip(" "))


def delete(page: Page, holder: Place, at: int) -> list[Splice]:
    """Take an item between brackets away, with its comma."""
    text, items = page.text, holder.inside()
    start, end = items[at].key_at, items[at].end
    rest = _REST.match(text, end)
    if rest is not None and page.is_first(start) and page.line_start(start) > holder.at:
        return [Splice(page.line_start(start), rest.end(), "")]
    comma = _COMMA.match(text, end)
    after = comma.end() if comma else end
    if len(items) == 1:
        return [Splice(start, after, "")]
    if at + 1 < len(items):
        following = items[at + 1].key_at
        return [Splice(start, following if "\n" not in text[end:following] else after, "")]
    before = items[at - 1].end
    if "\n" in text[before:start]:
        return [Splice(start, end, "")]
    return [Splice(before, end, "")]
