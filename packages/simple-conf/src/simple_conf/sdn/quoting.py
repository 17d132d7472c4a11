"""How a scalar is written: bare where that reads back, else in quotes."""

from __future__ import annotations

from typing import Any

from simple_conf.errors import UnwritableError
from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing import patterns
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.literals import NUMBER_STARTS, WORDS, number
from simple_conf.values import MASK, MISSING, Secret

KEY = Pattern(rf"(?!-\Z){patterns.KEY}")

_EASY = Pattern(r"(?a:[A-Za-z_/][\w\-./@]*)")
_LINE = Pattern(patterns.WORDS)
_NOT_ITEM = Pattern(rf"-(?: |$)|{patterns.KEY} *(?::(?: |$)|=|\|)")
_INLINE = Pattern(rf"(?!['|>?]){patterns.INLINE_WORD}(?: +{patterns.INLINE_WORD}){{0,1000}}")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_DIGITS = 4300  # Python refuses to write more in decimal


def key_text(key: object) -> str:
    """Write a key, in quotes where it must be.

    Raises:
        UnwritableError: it is not a str.
    """
    if not isinstance(key, str):
        raise UnwritableError(f"the key {key!r} is not a str: write it as one", key_path=str(key))
    return key if KEY.fullmatch(key) else quoted(key)


def line_text(value: Any) -> str:
    """Write a scalar that stands after a key, to the end of the line."""
    return _text(value, _LINE) if isinstance(value, str) else plain_text(value)


def item_text(value: Any) -> str:
    """Write a scalar that stands after a dash."""
    if isinstance(value, str):
        return quoted(value) if _NOT_ITEM.match(value) else _text(value, _LINE)
    return plain_text(value)


def inline_text(value: Any) -> str:
    """Write a scalar that stands between commas."""
    if isinstance(value, str):
        if " " in value and (":" in value or "=" in value):
            return quoted(value)
        return _text(value, _INLINE)
    return plain_text(value)


def _text(value: str, bare: Pattern) -> str:
    if _EASY.fullmatch(value):
        return value if value not in WORDS else quoted(value)
    if not bare.fullmatch(value) or value in WORDS or not value.isprintable():
        return quoted(value)
    if value[0] in NUMBER_STARTS:
        try:
            if not isinstance(number(value, 0), str):
                return quoted(value)
        except Fault:
            return quoted(value)
    return value


def plain_text(value: Any) -> str:
    """Write a scalar that is not a str.

    Raises:
        UnwritableError: SDN has no form for it.
    """
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, int):
        return int.__repr__(value) if value.bit_length() < _DIGITS * 3 else hex(value)
    if value is MISSING:
        return "???"
    if isinstance(value, Secret):
        return MASK
    raise UnwritableError(f"a value of type {type(value).__name__} has no form in SDN: convert it first")


def quoted(value: str) -> str:
    """Write a text in double quotes.

    Raises:
        UnwritableError: it has half of a surrogate pair.
    """
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    if "\ud800" <= character <= "\udfff":
        raise UnwritableError("a text with half of a surrogate pair cannot be written as UTF-8")
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
