"""Fast path for flat lists and dicts on one line: one regular expression if they hold only plain scalars."""

from __future__ import annotations

from sys import intern

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import SlowPathRequired
from simple_conf.sdn.parsing.literals import CONSTANTS, NUMBER_STARTS, Scalar, parse_number
from simple_conf.sdn.parsing.patterns import KEY

_PLAIN = r"""[^\[\](){}"'#$|>\n]*"""
CONTENT = rf'{_PLAIN}(?:"[^"\\\n]*"{_PLAIN}){{0,200}}'
"""The text between the brackets of a collection that may be flat and plain."""

_ITEM = r'[^,"]*(?:"[^"]*"[ \t]*)?'
_ITEMS = Pattern(rf"(?:{_ITEM},){{0,1000}}{_ITEM}")
_EACH_ITEM = Pattern(r'([^,"]*)(?:("[^"]*")[ \t]*)?,')
_KEY = Pattern(rf"[ \t]*({KEY})[ \t]*(?::[ \t]+|=[ \t]*)")


def read_flat_list(content: str) -> list[Scalar] | None:
    """Read a flat list.

    Args:
        content: the text between the brackets, which matches `CONTENT`.

    Returns:
        The items, or None if the slow path must read the list.

    Raises:
        Fault: an item looks like a number but is none; its offset is not known.
    """
    if '"' not in content:
        texts = [text.strip(" \t") for text in content.split(",")]
        if not texts[-1]:
            texts.pop()
        return [_parse(text) for text in texts] if all(texts) else None
    items = _split(content)
    if items is None:
        return None
    values: list[Scalar] = []
    for before, quoted in items:
        text = before.strip(" \t")
        if bool(text) == bool(quoted):
            return None
        values.append(quoted[1:-1] if quoted else _parse(text))
    return values


def read_flat_dict(content: str) -> dict[str, Scalar] | None:
    """Read a flat dict.

    Args:
        content: the text between the braces, which matches `CONTENT`.

    Returns:
        The entries, or None if the slow path must read the dict.

    Raises:
        SlowPathRequired: a key is duplicate.
        Fault: a value looks like a number but is none; its offset is not known.
    """
    items = _split(content)
    if items is None:
        return None
    values: dict[str, Scalar] = {}
    for before, quoted in items:
        match = _KEY.match(before)
        if match is None:
            return None
        text = before[match.end() :].strip(" \t")
        if bool(text) == bool(quoted) or ":" in text or "=" in text:
            return None
        key = intern(match[1])
        if key in values:
            raise SlowPathRequired
        values[key] = quoted[1:-1] if quoted else _parse(text)
    return values


def _split(content: str) -> list[tuple[str, ...]] | None:
    """Split at the commas outside quotes: for each item the bare text, and the quoted string after it."""
    if _ITEMS.fullmatch(content) is None:
        return None
    items = _EACH_ITEM.findall(content + ",")
    last, quoted = items[-1]
    if not quoted and not last.strip(" \t"):  # a trailing comma, or nothing at all
        items.pop()
    return items


def _parse(text: str) -> Scalar:
    return parse_number(text, 0) if text[0] in NUMBER_STARTS else CONSTANTS.get(text, text)
