"""Runs of plain lines: `key: scalar` and `- scalar`, read by one pattern a line.

Only lines that have one meaning are taken; the first line that is not plain ends the run, and the
lexer reads it the long way.
"""

from __future__ import annotations

from sys import intern
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.fault import Again
from simple_conf.sdn.parsing.flat import INSIDE, read_dict, read_list
from simple_conf.sdn.parsing.literals import NUMBER_STARTS, number
from simple_conf.sdn.parsing.literals import WORDS as NAMED
from simple_conf.sdn.parsing.patterns import BLANK_LINES, KEY, WORDS

_REST = rf"[ \t]*(?:(?<=[ \t])#[^\n]*)?\n{BLANK_LINES}( *)(?![ #\n])"
_SCALAR = rf'(?:"([^"\\\n]*)"|({WORDS})'
_FLAT = rf"|\[({INSIDE})\]|\{{({INSIDE})\}})"
_ENTRY = Pattern(
    rf"(?!-[ \t])({KEY})[ \t]*(?:(?::[ \t]+|=[ \t]*){_SCALAR}{_FLAT}"
    rf"|(?::(?=[ \t\n])|=)[ \t]*(?:(?<=[ \t])#(?=[ \t\n#])[^\n]*)?(?=\n)){_REST}"
)
_ITEM = Pattern(rf'- +(?!-[ \t\n]|{KEY}[ \t]*(?::[ \t\n]|=|\|)|"[^"\n]*"[ \t]*[:=|]){_SCALAR}){_REST}')

Piece = dict[str, Any] | list[Any] | tuple[str, int]
"""Entries; items; or the key of a block with its column."""

Frame = tuple[dict[str, Any], str, int]
"""A block around the one that is read: its entries, the key of the inner block, and its column."""


def read_entries(text: str, at: int, level: int, budget: Budget) -> tuple[list[Piece], int, int]:
    """Read the plain `key: value` lines from an offset on, and the plain blocks below them.

    Args:
        text: the whole document; it ends in a newline.
        at: offset of the first key.
        level: column of the keys, from 0.
        budget: what is left of the limits.

    Returns:
        What was read: entries as a dict; where the run ends inside a block, the key of the block and
        its column, and then the entries or items of that block so far. Then the offset of the next
        statement, and its column.

    Raises:
        Again: a key comes twice, or the indentation is wrong.
        Fault: a value is almost a number, or there is too much.
    """
    match, words, starts, end = _ENTRY.match, NAMED.get, NUMBER_STARTS, len(text)
    outer: list[Frame] = []
    entries: dict[str, Any] = {}
    base = width = level
    while found := match(text, at):
        key, quoted, bare, items, fields, margin = found.groups()
        key = intern(key)  # so that it reads as an attribute at full speed
        if key in entries:
            raise Again
        begin, at, width = at, found.end(), len(margin)
        if bare is not None:
            if bare[0] not in starts:
                entries[key] = words(bare, bare)
            elif bare.isdecimal() and len(bare) < 19 and bare[0] != "0" and bare.isascii():
                entries[key] = int(bare)
            else:
                entries[key] = number(bare, begin)
        elif quoted is not None:
            entries[key] = quoted
        elif items is not None or fields is not None:
            flat = read_list(items) if items is not None else read_dict(fields)
            if flat is None:
                at, width = begin, level
                break
            _check_depth(outer, budget)
            budget.spend(len(flat), begin)
            entries[key] = flat
        elif width <= level or at == end:  # nothing behind the key: null
            entries[key] = None
        elif text.startswith("- ", at):
            dashed, at, after = read_items(text, at, width)
            budget.spend(len(dashed), at)
            if at < end and after >= width:  # an item that is not plain follows
                pieces = [*_unfinished(outer, entries, level, budget), (key, width)]
                return [*pieces, dashed] if dashed else pieces, at, after
            entries[key], width = dashed, after
        else:
            _check_depth(outer, budget)
            outer.append((entries, key, level))
            entries, level = {}, width
            continue
        if at == end:
            width = base
        if width != level:
            entries, level = _closed(outer, entries, level, width, budget)
            if width < base:
                break
            if width != level:
                raise Again
    return _unfinished(outer, entries, level, budget), at, width


def _check_depth(outer: list[Frame], budget: Budget) -> None:
    """Leave it to the long way to find where the nesting goes too deep."""
    if len(outer) + budget.depth >= budget.limits.depth:
        raise Again


def _closed(
    outer: list[Frame], entries: dict[str, Any], level: int, width: int, budget: Budget
) -> tuple[dict[str, Any], int]:
    """End the blocks that stand further right than a column; give the entries of the one that goes on."""
    while outer and width < level:
        budget.spend(len(entries), 0)
        inner = entries
        entries, key, level = outer.pop()
        entries[key] = inner
    return entries, level


def _unfinished(outer: list[Frame], entries: dict[str, Any], level: int, budget: Budget) -> list[Piece]:
    """Give the entries of blocks that go on behind the run, from the outermost on."""
    pieces: list[Piece] = []
    columns = [*(column for _, _, column in outer), level]
    for (around, key, _), column in zip(outer, columns[1:], strict=True):
        budget.spend(len(around), 0)
        pieces += [around, (key, column)] if around else [(key, column)]
    budget.spend(len(entries), 0)
    return [*pieces, entries] if entries else pieces


def read_items(text: str, at: int, level: int) -> tuple[list[Any], int, int]:
    """Read the plain `- value` lines from an offset on, as `read_entries` does."""
    match, width = _ITEM.match, level
    items: list[Any] = []
    while found := match(text, at):
        quoted, bare, margin = found.groups()
        if bare is None:
            items.append(quoted)
        else:
            items.append(number(bare, at) if bare[0] in NUMBER_STARTS else NAMED.get(bare, bare))
        at = found.end()
        width = len(margin)
        if width != level:
            break
    return items, at, width
