"""Edits of whole lines: entries of a mapping, items of a list, rows of a table."""

from __future__ import annotations

from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Page, Splice
from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.parsing.tables import TYPED
from simple_conf.sdn.quoting import quoted
from simple_conf.sdn.writer import INDENT, WIDTH, entry_lines, item_lines, row_text

BLOCKS = ("mapping", "dashes", "lines")
"""The kinds of places whose items stand on lines of their own."""

TABLES = ("named", "typed")
"""The kinds of tables with a row a line."""

_MARK = Pattern(r"[|>]-?")
_COMMENT = Pattern(r"[ \t]+#[^\n]*")


def replace(page: Page, place: Place, holder: Place, key: str | None, value: Any) -> list[Splice]:
    """Write another value after a key or a dash.

    Args:
        page: the text.
        place: the place of the old value.
        holder: the mapping or list that it stands in.
        key: its key, or None in a list.
        value: the new value.

    Raises:
        ValueError: the value needs several lines where there is room for one.
    """
    if place.kind == "string" and isinstance(value, str) and "\n" not in value:
        return [Splice(place.at, place.end, quoted(value))]
    if holder.kind == "lines":
        return [
            Splice(
                place.at, page.line_end(place.end) if place.kind == "typed" else place.end, line_item(value)
            )
        ]
    if key is None:
        head, *below = item_lines(value, page.column(place.key_at))
        new_head = head.lstrip(" ")[1:]
        if place.kind in BLOCKS:
            return [Splice(place.key_end, page.line_end(place.end), "\n".join([new_head, *below]))]
    else:
        head, *below = entry_lines(key, value, page.column(place.key_at))
        if place.kind == "named" or _is_table_header(head):
            return _whole_entry(page, place, head.lstrip(" "), below)
        new_head = head[head.index(":", len(head) - len(head.lstrip(" ")) + _key_width(head)) + 1 :]
    start, end = _head(page, place)
    line_end = page.line_end(end)
    splices = [Splice(start, end, new_head)]
    block_end = page.line_end(place.end) if place.end > line_end else line_end
    splices.append(Splice(line_end, block_end, "".join(f"\n{line}" for line in below)))
    return splices


def line_item(value: Any) -> str:
    """Write an item of a list without dashes.

    Raises:
        ValueError: it needs several lines.
    """
    lines = item_lines(value, 0)
    if (
        len(lines) > 1
        or lines[0].startswith("- - ")
        or (isinstance(value, dict) and value and "{" not in lines[0])
    ):
        raise ValueError("an item of a list without dashes stands on one line")
    return lines[0][2:]


def _is_table_header(head: str) -> bool:
    body = head.lstrip(" ")
    return body[_key_width(head) :].startswith(" |")


def _key_width(head: str) -> int:
    """Give the width of the key that a written line begins with, after its indentation."""
    body = head.lstrip(" ")
    if not body.startswith('"'):
        return min(at for at in (body.find(":"), body.find(" |")) if at >= 0)
    at = 1
    while body[at] != '"':
        at += 2 if body[at] == "\\" else 1
    return at + 1


def _whole_entry(page: Page, place: Place, head: str, below: list[str]) -> list[Splice]:
    """Write an entry anew where the old or the new value is a named table."""
    _, end = _head(page, place)
    line_end = page.line_end(end)
    block_end = page.line_end(place.end) if place.end > line_end else line_end
    return [
        Splice(place.key_at, end, head),
        Splice(line_end, block_end, "".join(f"\n{line}" for line in below)),
    ]


def _head(page: Page, place: Place) -> tuple[int, int]:
    """Give what the first line says of a value, from behind the separator: a comment stays after it."""
    text = page.text
    if place.kind in (*BLOCKS, "null"):
        return place.key_end, place.key_end
    if place.kind == "named":
        inline_row = place.end > place.key_end and "\n" not in text[place.key_end : place.end]
        return place.key_at, place.end if inline_row else place.key_end
    if place.kind == "typed":
        match = TYPED.match(text, place.at)
        return place.key_end, match.end(2) if match else place.at
    if place.kind == "text" and (mark := _MARK.match(text, place.at)):
        return place.key_end, mark.end()
    return place.key_end, place.end


def insert_lines(page: Page, holder: Place, at: int, lines: list[str]) -> list[Splice]:
    """Insert lines before an item of a block, or behind its last.

    Args:
        page: the text.
        holder: the block.
        at: the number of the item that they stand before, or the count of the items.
        lines: the lines, indented to the block's column.
    """
    items = holder.inside()
    if at == 0:
        start = items[0].key_at
        if page.is_first(start):
            return [Splice(page.line_start(start), page.line_start(start), "\n".join([*lines, ""]))]
        column = page.column(start)
        return [Splice(start, start, "\n".join([*lines, " " * column])[column:])]
    end = page.line_end(items[at - 1].end)
    return [Splice(end, end, "".join(f"\n{line}" for line in lines))]


def delete(page: Page, holder: Place, at: int) -> list[Splice]:
    """Take the lines of one item away; there are others."""
    items = holder.inside()
    item = items[at]
    end = page.line_end(item.end)
    if page.is_first(item.key_at):
        return [Splice(page.line_start(item.key_at), end + 1, "")]
    following = items[at + 1].key_at
    if page.is_blank(end, page.line_start(following)):
        return [Splice(item.key_at, following, "")]
    start = item.key_at  # the first entry behind a dash, and comments below it: the dash stays alone
    while page.text[start - 1] in " \t":
        start -= 1
    return [Splice(start, end, "")]


def delete_only(page: Page, holder: Place) -> list[Splice]:
    """Take the lines of the only item of a block away; the key or dash above gets an empty collection."""
    (item,) = holder.inside()
    return [
        Splice(holder.key_end, holder.key_end, " {}" if holder.kind == "mapping" else " []"),
        Splice(page.line_start(item.key_at), page.line_end(item.end) + 1, ""),
    ]


def insert_row(page: Page, table: Place, at: int, row: tuple[Any, ...]) -> list[Splice]:
    """Insert a row into a table with a row a line, or all on its header's line."""
    rows = table.inside()
    header_end = _head(page, table)[1] if table.kind == "typed" else table.key_end
    column = page.column(table.key_at)
    if rows and page.line_start(rows[0].at) == page.line_start(header_end):
        written = [page.text[rows[0].at : rows[0].end]]
        written.insert(at, row_text(row))
        margin = " " * (column + INDENT)
        return [Splice(header_end, rows[0].end, "".join(f"\n{margin}{line}" for line in written))]
    if not rows:
        end = page.line_end(header_end)
        return [Splice(end, end, f"\n{' ' * (column + INDENT)}{row_text(row)}")]
    line = " " * page.column(rows[0].at) + row_text(row)
    if at == 0:
        start = page.line_start(rows[0].at)
        return [Splice(start, start, f"{line}\n")]
    end = page.line_end(rows[at - 1].end)
    return [Splice(end, end, f"\n{line}")]


def delete_row(page: Page, table: Place, at: int) -> list[Splice]:
    """Take a row away."""
    row = table.inside()[at]
    if page.is_first(row.at):
        return [Splice(page.line_start(row.at), page.line_end(row.end) + 1, "")]
    return [Splice(table.key_end, row.end, "")]


__all__ = [
    "BLOCKS",
    "TABLES",
    "WIDTH",
    "delete",
    "delete_row",
    "insert_lines",
    "insert_row",
    "line_item",
    "replace",
]
