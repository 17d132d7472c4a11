"""Runs of plain lines: `key: scalar` and `- scalar`, read by one pattern a line.

Only lines that have one meaning are taken; the first line that is not plain ends the run, and the
lexer reads it the long way.
"""

from __future__ import annotations

from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.fragments import BLANK_LINES, KEY, WORDS
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.literals import WORDS as NAMED
from simple_conf.sdn.literals import number

_REST = rf"[ \t]*(?:(?<=[ \t])#[^\n]*)?\n{BLANK_LINES}( *)(?![ #\n])"
_SCALAR = rf'(?:"([^"\\\n]*)"|({WORDS})'
_FLAT = r"""|\[([^\[\](){}"'#$|>\n]*)\])"""
_ENTRY = Pattern(
    rf"(?!- )({KEY})[ \t]*(?:(?::[ \t]+|=[ \t]*){_SCALAR}{_FLAT}"
    rf"|(?::(?=[ \t\n])|=)[ \t]*(?:(?<=[ \t])#(?=[ \t\n#])[^\n]*)?(?=\n)){_REST}"
)
_ITEM = Pattern(rf'- +(?!- |-\n|{KEY}[ \t]*(?::[ \t\n]|=|\|)|"[^"\n]*"[ \t]*[:=|]){_SCALAR}){_REST}')
_NUMBER_STARTS = frozenset("+-.0123456789")


def read_entries(
    text: str, at: int, level: int, budget: Budget
) -> tuple[list[tuple[str, Any]], str | None, int, int]:
    """Read the plain `key: value` lines from an offset on.

    Args:
        text: the whole document; it ends in a newline.
        at: offset of the first key.
        level: column of the keys, from 0.
        budget: what is left of the limits; the values inside arrays are counted here.

    Returns:
        The keys with their values; the key of a header whose block follows, if the run ends in one;
        the offset of the next statement, and its column.

    Raises:
        Fault: a value is almost a number.
    """
    match, words, width = _ENTRY.match, NAMED.get, level
    entries: list[tuple[str, Any]] = []
    while found := match(text, at):
        key, quoted, bare, flat, margin = found.groups()
        value: Any
        if bare is not None:
            if bare[0] not in _NUMBER_STARTS:
                value = words(bare, bare)
            elif bare.isdecimal() and len(bare) < 19 and bare[0] != "0" and bare.isascii():
                value = int(bare)
            else:
                value = number(bare, at)
        elif quoted is not None:
            value = quoted
        elif flat is not None:
            value = _flat(flat)
            if value is None:
                break
            budget.spend(len(value), at)
        else:
            value = None
        at = found.end()
        width = len(margin)
        if width != level:
            if value is None and width > level and flat is None and bare is None and at < len(text):
                return entries, key, at, width
            entries.append((key, value))
            break
        entries.append((key, value))
    return entries, None, at, width


def read_items(text: str, at: int, level: int) -> tuple[list[Any], int, int]:
    """Read the plain `- value` lines from an offset on, as `read_entries` does."""
    match, width = _ITEM.match, level
    items: list[Any] = []
    while found := match(text, at):
        quoted, bare, margin = found.groups()
        if bare is None:
            items.append(quoted)
        else:
            items.append(number(bare, at) if bare[0] in _NUMBER_STARTS else NAMED.get(bare, bare))
        at = found.end()
        width = len(margin)
        if width != level:
            break
    return items, at, width


def _flat(inside: str) -> list[Any] | None:
    """Read the inside of a flat array; None where it needs the long way."""
    if not inside.strip(" \t"):
        return []
    values: list[Any] = []
    parts = inside.split(",")
    if len(parts) > 1 and not parts[-1].strip(" \t"):
        parts.pop()
    for part in parts:
        item = part.strip(" \t")
        if not item:
            return None
        values.append(number(item, 0) if item[0] in _NUMBER_STARTS else NAMED.get(item, item))
    return values
