"""Fast path for runs of plain lines, `key: scalar` and `- scalar`: one regular expression per line.

Only unambiguous lines match; the first line that does not match ends the run, and the lexer reads it on the
slow path.
"""

from __future__ import annotations

from sys import intern
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.fault import SlowPathRequired
from simple_conf.sdn.parsing.flat import CONTENT, read_flat_dict, read_flat_list
from simple_conf.sdn.parsing.literals import CONSTANTS, NUMBER_STARTS, Scalar, parse_number
from simple_conf.sdn.parsing.patterns import BARE_TEXT, BLANK_LINES, KEY

_LINE_END = rf"[ \t]*(?:(?<=[ \t])#[^\n]*)?\n{BLANK_LINES}( *)(?![ #\n])"
_SCALAR = rf'(?:"([^"\\\n]*)"|({BARE_TEXT})(?<!,)'
_FLAT = rf"|\[({CONTENT})\]|\{{({CONTENT})\}})"
_ENTRY = Pattern(
    rf"(?!-[ \t])({KEY})[ \t]*(?:(?::[ \t]+|=[ \t]*){_SCALAR}{_FLAT}"
    rf"|(?::(?=[ \t\n])|=)[ \t]*(?:(?<=[ \t])#(?=[ \t\n#])[^\n]*)?(?=\n)){_LINE_END}"
)
_ITEM = Pattern(rf'- +(?!-[ \t\n]|{KEY}[ \t]*(?::[ \t\n]|=|\|)|"[^"\n]*"[ \t]*[:=|]){_SCALAR}){_LINE_END}')

Piece = dict[str, Any] | list[Scalar] | tuple[str, int]
"""Entries of a mapping; items of a list; or the key of a block and the column of the block."""

_Block = tuple[dict[str, Any], str, int]
"""A block around the innermost one: its entries, the key of the block inside it, and its column."""


def read_entries(text: str, start: int, column: int, budget: Budget) -> tuple[list[Piece], int, int]:
    """Read a run of plain `key: value` lines, with the plain blocks below them.

    Args:
        text: the document; it ends in a newline.
        start: offset of the first key.
        column: column of the keys, from 0.
        budget: what is left of the limits.

    Returns:
        The pieces that were read, and the offset and the column of the next statement. Usually there is one
        piece, a dict. If the run ends inside a block, the key and the column of the block follow, and then
        the entries or items of the block so far.

    Raises:
        SlowPathRequired: a key is duplicate, or the indentation is wrong.
        Fault: a value looks like a number but is none, or a limit is exceeded.
    """
    match, constant, number_starts, end = _ENTRY.match, CONSTANTS.get, NUMBER_STARTS, len(text)
    outer: list[_Block] = []
    entries: dict[str, Any] = {}
    offset, next_column, top_column = start, column, column
    while found := match(text, offset):
        key, quoted, bare, flat_list, flat_dict, margin = found.groups()
        key = intern(key)  # so that reading it as an attribute is fast
        if key in entries:
            raise SlowPathRequired
        line, offset, next_column = offset, found.end(), len(margin)
        if bare is not None:
            if bare[0] not in number_starts:
                entries[key] = constant(bare, bare)
            elif bare.isdecimal() and len(bare) < 19 and bare[0] != "0" and bare.isascii():
                entries[key] = int(bare)
            else:
                entries[key] = parse_number(bare, line)
        elif quoted is not None:
            entries[key] = quoted
        elif flat_list is not None or flat_dict is not None:
            flat: list[Scalar] | dict[str, Scalar] | None = (
                read_flat_list(flat_list) if flat_list is not None else read_flat_dict(flat_dict)
            )
            if flat is None:
                offset, next_column = line, column
                break
            _check_depth(outer, budget)
            budget.spend(len(flat), line)
            entries[key] = flat
        elif next_column <= column or offset == end:  # nothing after or below the key
            entries[key] = None
        elif text.startswith("- ", offset):
            items, offset, after = read_items(text, offset, next_column)
            budget.spend(len(items), offset)
            if offset < end and after >= next_column:  # the list goes on with an item that is not plain
                pieces = [*_open_pieces(outer, entries, column, budget), (key, next_column)]
                return [*pieces, items] if items else pieces, offset, after
            entries[key], next_column = items, after
        else:
            _check_depth(outer, budget)
            outer.append((entries, key, column))
            entries, column = {}, next_column
            continue
        if offset == end:
            next_column = top_column
        if next_column != column:
            entries, column = _close_blocks(outer, entries, column, next_column, budget)
            if next_column < top_column:
                break
            if next_column != column:
                raise SlowPathRequired
    return _open_pieces(outer, entries, column, budget), offset, next_column


def _check_depth(outer: list[_Block], budget: Budget) -> None:
    """Let the slow path find where the nesting becomes too deep."""
    if len(outer) + budget.depth >= budget.limits.depth:
        raise SlowPathRequired


def _close_blocks(
    outer: list[_Block], entries: dict[str, Any], column: int, next_column: int, budget: Budget
) -> tuple[dict[str, Any], int]:
    """Close the blocks to the right of the next statement; return the entries and column of the open one."""
    while outer and next_column < column:
        budget.spend(len(entries), 0)
        inner = entries
        entries, key, column = outer.pop()
        entries[key] = inner
    return entries, column


def _open_pieces(outer: list[_Block], entries: dict[str, Any], column: int, budget: Budget) -> list[Piece]:
    """Return the pieces of the blocks that are still open at the end of the run, from the outermost on."""
    pieces: list[Piece] = []
    columns = [*(outer_column for _, _, outer_column in outer), column]
    for (outer_entries, key, _), inner_column in zip(outer, columns[1:], strict=True):
        budget.spend(len(outer_entries), 0)
        pieces += [outer_entries, (key, inner_column)] if outer_entries else [(key, inner_column)]
    budget.spend(len(entries), 0)
    return [*pieces, entries] if entries else pieces


def read_items(text: str, start: int, column: int) -> tuple[list[Scalar], int, int]:
    """Read a run of plain `- value` lines.

    Args:
        text: the document; it ends in a newline.
        start: offset of the first dash.
        column: column of the dashes, from 0.

    Returns:
        The items, and the offset and the column of the next statement.

    Raises:
        Fault: an item looks like a number but is none.
    """
    match, next_column, offset = _ITEM.match, column, start
    items: list[Scalar] = []
    while found := match(text, offset):
        quoted, bare, margin = found.groups()
        if bare is None:
            items.append(quoted)
        elif bare[0] in NUMBER_STARTS:
            items.append(parse_number(bare, offset))
        else:
            items.append(CONSTANTS.get(bare, bare))
        offset = found.end()
        next_column = len(margin)
        if next_column != column:
            break
    return items, offset, next_column
