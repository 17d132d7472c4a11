"""Edits between brackets and commas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Buffer, Splice
from simple_conf.sdn.parsing.position import Position
from simple_conf.sdn.quoting import key_text, quote
from simple_conf.sdn.writer import write_inline, write_row

_REST_OF_LINE = Pattern(r"[ \t]*(?:(,)[ \t]*)?(?:(?<=[ \t,])#[^\n]*)?(\n)")
_COMMA = Pattern(r"[ \t]*,[ \t]*")


def replace(position: Position, holder: Position, value: Any) -> list[Splice]:
    """Replace a value between commas, a cell, or a row of a table.

    Args:
        position: position of the old value.
        holder: position of the collection, row or table around it.
        value: the new value.

    Raises:
        ValueError: the value is not a row of the table.
        UnwritableError: SDN cannot represent the value.
    """
    if position.kind in ("row", "short_row"):
        row = write_row(row_cells(value, holder.columns))
        return [Splice(position.start, position.end, f"({row})" if position.kind == "short_row" else row)]
    text = quote(value) if position.kind == "string" and isinstance(value, str) else write_inline(value)
    return [Splice(position.start, position.end, text)]


def row_cells(value: Any, columns: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the cells of a row, in the order of the columns.

    Args:
        value: the row.
        columns: column names of a named table; none for a typed table.

    Raises:
        ValueError: the value is not a row of the table.
    """
    if columns:
        if isinstance(value, Mapping) and set(value) == set(columns):
            return tuple(value[column] for column in columns)
        raise ValueError(f"a row of this table is a dict with the columns {', '.join(columns)}")
    if isinstance(value, list | tuple):
        return tuple(value)
    raise ValueError("a row of this table is a list of cells")


def item_text(holder: Position, key: str | None, value: Any) -> str:
    """Return an item as it is written in an inline list, an inline dict or a short table.

    Args:
        holder: position of the collection.
        key: the key of an entry, or None.
        value: the item.

    Raises:
        ValueError: the value is not a row of the table.
        UnwritableError: SDN cannot represent the value.
    """
    if holder.kind == "short_table":
        return f"({write_row(row_cells(value, ()))})"
    return write_inline(value) if key is None else f"{key_text(key)}: {write_inline(value)}"


def insert(buffer: Buffer, holder: Position, index: int, text: str) -> list[Splice]:
    """Insert an item between brackets.

    Args:
        buffer: the text.
        holder: position of the collection.
        index: index of the item before which it is inserted, or the number of items.
        text: the item as it is written.
    """
    items = holder.items()
    if not items:
        is_table = holder.kind == "short_table"
        opener = buffer.text.index("[", holder.start) if is_table else holder.start
        return [Splice(opener + 1, opener + 1, text)]
    if index < len(items):
        start = items[index].key_start
        separator = ",\n" + " " * buffer.column(start) if buffer.starts_line(start) else ", "
        return [Splice(start, start, text + separator)]
    last = items[-1]
    rest = _REST_OF_LINE.match(buffer.text, last.end)
    if rest is None:
        return [Splice(last.end, last.end, f", {text}")]
    margin = " " * _indentation(buffer, last.key_start)
    return [Splice(rest.start(2), rest.start(2), f"\n{margin}{text}{rest[1] or ''}")]


def _indentation(buffer: Buffer, offset: int) -> int:
    """Return the indentation of the line of an offset."""
    line = buffer.text[buffer.line_start(offset) : offset]
    return len(line) - len(line.lstrip(" "))


def delete(buffer: Buffer, holder: Position, index: int) -> list[Splice]:
    """Delete an item between brackets, with its comma."""
    text, items = buffer.text, holder.items()
    start, end = items[index].key_start, items[index].end
    rest = _REST_OF_LINE.match(text, end)
    if rest is not None and buffer.starts_line(start) and buffer.line_start(start) > holder.start:
        return [Splice(buffer.line_start(start), rest.end(), "")]
    comma = _COMMA.match(text, end)
    after_comma = comma.end() if comma else end
    if len(items) == 1:
        return [Splice(start, after_comma, "")]
    if index + 1 < len(items):
        following = items[index + 1].key_start
        return [Splice(start, following if "\n" not in text[end:following] else after_comma, "")]
    before = items[index - 1].end
    return [Splice(start if "\n" in text[before:start] else before, end, "")]
