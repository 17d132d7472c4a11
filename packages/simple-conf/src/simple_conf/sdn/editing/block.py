"""Edits of whole lines: entries of mappings, items of lists, and rows of tables."""

from __future__ import annotations

from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Buffer, Splice
from simple_conf.sdn.parsing.position import BLOCKS, Position
from simple_conf.sdn.parsing.tables import TYPED_HEADER
from simple_conf.sdn.quoting import key_text, quote
from simple_conf.sdn.writer import INDENT, write_entry, write_item, write_row

_TEXT_BLOCK_HEADER = Pattern(r"[|>]-?")


def replace(
    buffer: Buffer, position: Position, holder: Position, key: str | None, value: Any
) -> list[Splice]:
    """Replace the value of an entry or item.

    Args:
        buffer: the text.
        position: position of the old value.
        holder: position of the block around it.
        key: its key, or None in a list.
        value: the new value.

    Raises:
        ValueError: the value needs several lines in a list without dashes.
        UnwritableError: SDN cannot represent the value.
    """
    if position.kind == "string" and isinstance(value, str) and "\n" not in value:
        return [Splice(position.start, position.end, quote(value))]
    if holder.kind == "plain_list":
        end = buffer.line_end(position.end) if position.kind == "typed_table" else position.end
        return [Splice(position.start, end, plain_list_item(value))]
    start, end = _first_line(buffer, position)
    if key is None:
        first, *below = write_item(value, buffer.column(position.key_start))
        first = first.lstrip(" ").removeprefix("-")
        if position.kind in BLOCKS:  # its first line may follow the dash
            text = "\n".join([first, *below])
            return [Splice(start, buffer.line_end(position.end), text)]
    else:
        first, *below = write_entry(key, value, buffer.column(position.key_start))
        first = first.lstrip(" ")
        key_end = len(key_text(key))
        if position.kind == "named_table" or first.startswith(" |", key_end):
            start = position.key_start  # `key |` becomes `key:`, or the other way round
        else:
            first = first[key_end:].removeprefix(":")
    line_end = buffer.line_end(end)
    block_end = buffer.line_end(position.end) if position.end > line_end else line_end
    return [Splice(start, end, first), Splice(line_end, block_end, "".join(f"\n{line}" for line in below))]


def plain_list_item(value: Any) -> str:
    """Return an item of a list without dashes.

    Raises:
        ValueError: it needs several lines.
        UnwritableError: SDN cannot represent the value.
    """
    first, *below = write_item(value, 0)
    item = first.removeprefix("- ")
    if below or item.startswith("- ") or (isinstance(value, dict) and not item.startswith("{")):
        raise ValueError("an item of a list without dashes must fit on one line")
    return item


def _first_line(buffer: Buffer, position: Position) -> tuple[int, int]:
    """Return the range that a value takes on its first line, from the separator on; a comment may follow."""
    text = buffer.text
    start, end = position.key_end, position.end
    if position.kind in BLOCKS or position.kind == "null":
        end = start
    elif position.kind == "named_table":
        has_row = position.end > position.key_end and "\n" not in text[position.key_end : position.end]
        start, end = position.key_start, position.end if has_row else position.key_end
    elif position.kind == "typed_table":
        end = _typed_header_end(text, position)
    elif position.kind == "text_block" and (header := _TEXT_BLOCK_HEADER.match(text, position.start)):
        end = header.end()
    return start, end


def _typed_header_end(text: str, table: Position) -> int:
    header = TYPED_HEADER.match(text, table.start)
    assert header is not None  # noqa: S101  # the parser found a typed table here
    return header.end(2)


def insert_lines(buffer: Buffer, block: Position, index: int, lines: list[str]) -> list[Splice]:
    """Insert lines before an item of a block, or after its last item.

    Args:
        buffer: the text.
        block: position of the block.
        index: index of the item, or the number of items.
        lines: the lines, indented to the column of the block.
    """
    items = block.items()
    if index > 0:
        end = buffer.line_end(items[index - 1].end)
        return [Splice(end, end, "".join(f"\n{line}" for line in lines))]
    start = items[0].key_start
    if buffer.starts_line(start):
        line_start = buffer.line_start(start)
        return [Splice(line_start, line_start, "".join(f"{line}\n" for line in lines))]
    column = buffer.column(start)  # the first item follows a dash: it moves to a line of its own
    return [Splice(start, start, "\n".join([*lines, " " * column])[column:])]


def delete(buffer: Buffer, block: Position, index: int) -> list[Splice]:
    """Delete the lines of one of several items."""
    items = block.items()
    item = items[index]
    end = buffer.line_end(item.end)
    if buffer.starts_line(item.key_start):
        return [Splice(buffer.line_start(item.key_start), end + 1, "")]
    following = items[index + 1].key_start
    if buffer.is_blank(end, buffer.line_start(following)):
        return [Splice(item.key_start, following, "")]
    start = item.key_start  # an entry after a dash, and comments below it: the dash stays alone
    while buffer.text[start - 1] in " \t":
        start -= 1
    return [Splice(start, end, "")]


def delete_only(buffer: Buffer, block: Position) -> list[Splice]:
    """Delete the lines of the only item of a block; an empty collection follows its key or dash."""
    (item,) = block.items()
    empty = " {}" if block.kind == "mapping" else " []"
    return [
        Splice(block.key_end, block.key_end, empty),
        Splice(buffer.line_start(item.key_start), buffer.line_end(item.end) + 1, ""),
    ]


def insert_row(buffer: Buffer, table: Position, index: int, row: tuple[Any, ...]) -> list[Splice]:
    """Insert a row into a table with one row per line, or with one row on the line of its header.

    Args:
        buffer: the text.
        table: position of the table.
        index: index of the row before which it is inserted, or the number of rows.
        row: the cells.

    Raises:
        UnwritableError: SDN cannot represent a cell.
    """
    rows = table.items()
    header_end = table.key_end if table.kind == "named_table" else _typed_header_end(buffer.text, table)
    margin = " " * (buffer.column(table.key_start) + INDENT)
    if not rows:
        end = buffer.line_end(header_end)
        return [Splice(end, end, f"\n{margin}{write_row(row)}")]
    first = rows[0]
    if buffer.line_start(first.start) == buffer.line_start(header_end):
        lines = [buffer.text[first.start : first.end]]
        lines.insert(index, write_row(row))
        return [Splice(header_end, first.end, "".join(f"\n{margin}{line}" for line in lines))]
    line = " " * buffer.column(first.start) + write_row(row)
    if index == 0:
        start = buffer.line_start(first.start)
        return [Splice(start, start, f"{line}\n")]
    end = buffer.line_end(rows[index - 1].end)
    return [Splice(end, end, f"\n{line}")]


def delete_row(buffer: Buffer, table: Position, index: int) -> list[Splice]:
    """Delete a row of a table."""
    row = table.items()[index]
    if buffer.starts_line(row.start):
        return [Splice(buffer.line_start(row.start), buffer.line_end(row.end) + 1, "")]
    return [Splice(table.key_end, row.end, "")]
