"""Flat lists and dicts on one line, read at one stroke where they are plain."""

from __future__ import annotations

from sys import intern
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Again
from simple_conf.sdn.parsing.literals import NUMBER_STARTS, WORDS, number
from simple_conf.sdn.parsing.patterns import KEY

_PLAIN = r"""[^\[\](){}"'#$|>\n]*"""
INSIDE = rf'{_PLAIN}(?:"[^"\\\n]*"{_PLAIN}){{0,200}}'
"""What stands between the brackets of a collection that may be flat and plain."""

_PART = r'[^,"]*(?:"[^"]*"[ \t]*)?'
_PARTS = Pattern(rf"(?:{_PART},){{0,1000}}{_PART}")
_EACH = Pattern(r'([^,"]*)(?:("[^"]*")[ \t]*)?,')
_FIELD = Pattern(rf"[ \t]*({KEY})[ \t]*(?::[ \t]+|=[ \t]*)")


def read_list(inside: str) -> list[Any] | None:
    """Read the inside of a list; None where it needs the long way.

    Raises:
        Fault: an item is almost a number.
    """
    if '"' not in inside:
        items = [part.strip(" \t") for part in inside.split(",")]
        if not items[-1]:
            items.pop()
        return [_scalar(item) for item in items] if all(items) else None
    parts = _parts(inside)
    if parts is None:
        return None
    values: list[Any] = []
    for bare, quoted in parts:
        item = bare.strip(" \t")
        if bool(item) == bool(quoted):
            return None
        values.append(quoted[1:-1] if quoted else _scalar(item))
    return values


def read_dict(inside: str) -> dict[str, Any] | None:
    """Read the inside of a dict; None where it needs the long way.

    Raises:
        Again: a key comes twice.
        Fault: a value is almost a number.
    """
    parts = _parts(inside)
    if parts is None:
        return None
    values: dict[str, Any] = {}
    for bare, quoted in parts:
        field = _FIELD.match(bare)
        if field is None:
            return None
        item = bare[field.end() :].strip(" \t")
        if bool(item) == bool(quoted) or (":" in item or "=" in item):
            return None
        key = intern(field[1])
        if key in values:
            raise Again
        values[key] = quoted[1:-1] if quoted else _scalar(item)
    return values


def _parts(inside: str) -> list[tuple[str, ...]] | None:
    """Split at the commas outside quotes: what is bare, and what is quoted behind it."""
    if _PARTS.fullmatch(inside) is None:
        return None
    parts = _EACH.findall(inside + ",")
    last, quoted = parts[-1]
    if not quoted and not last.strip(" \t"):
        parts.pop()
    return parts


def _scalar(item: str) -> Any:
    return number(item, 0) if item[0] in NUMBER_STARTS else WORDS.get(item, item)
