"""Quoting: scalars are written as bare text if that reads back, else in quotes."""

from __future__ import annotations

from typing import Any

from simple_conf.errors import UnwritableError
from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing import patterns
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.literals import CONSTANTS, NUMBER_STARTS, parse_number
from simple_conf.values import MASK, MISSING, Secret
from simple_conf.written import WRITTEN

BARE_KEY = Pattern(rf"(?!-\Z){patterns.KEY}")

_SIMPLE = Pattern(r"(?a:[A-Za-z_/][\w\-./@]*)")
_LINE_TEXT = Pattern(rf"{patterns.BARE_TEXT}(?<!,)")
_LIKE_ENTRY_OR_ITEM = Pattern(rf"-(?: |$)|{patterns.KEY} *(?::(?: |$)|=|\|)")
_INLINE_TEXT = Pattern(rf"(?!['|>?]){patterns.INLINE_WORD}(?: +{patterns.INLINE_WORD}){{0,1000}}")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MAX_DIGITS = 4300  # Python refuses to write longer integers in decimal


def key_text(key: object) -> str:
    """Return a key as it is written: bare, or in quotes.

    Raises:
        UnwritableError: it is not a str.
    """
    if not isinstance(key, str):
        raise UnwritableError(f"the key {key!r} is not a str: convert it first", key_path=str(key))
    return key if BARE_KEY.fullmatch(key) else quote(key)


def line_text(value: Any) -> str:
    """Return a scalar as it is written after a key, to the end of the line.

    Raises:
        UnwritableError: SDN cannot represent it.
    """
    return _bare_or_quoted(value, _LINE_TEXT) if isinstance(value, str) else non_string_text(value)


def item_text(value: Any) -> str:
    """Return a scalar as it is written after a dash.

    Raises:
        UnwritableError: SDN cannot represent it.
    """
    if not isinstance(value, str):
        return non_string_text(value)
    return quote(value) if _LIKE_ENTRY_OR_ITEM.match(value) else _bare_or_quoted(value, _LINE_TEXT)


def inline_text(value: Any) -> str:
    """Return a scalar as it is written between commas.

    Raises:
        UnwritableError: SDN cannot represent it.
    """
    if not isinstance(value, str):
        return non_string_text(value)
    if " " in value and (":" in value or "=" in value):
        return quote(value)
    return _bare_or_quoted(value, _INLINE_TEXT)


def _bare_or_quoted(value: str, bare: Pattern) -> str:
    """Quote a text unless it matches a pattern and reads back as itself."""
    if _SIMPLE.fullmatch(value):
        return value if value not in CONSTANTS else quote(value)
    if not bare.fullmatch(value) or value in CONSTANTS or not value.isprintable():
        return quote(value)
    return quote(value) if value[0] in NUMBER_STARTS and _reads_as_number(value) else value


def _reads_as_number(value: str) -> bool:
    try:
        return not isinstance(parse_number(value, 0), str)
    except Fault:
        return True


def non_string_text(value: Any) -> str:
    """Return a scalar that is not a str as it is written.

    Raises:
        UnwritableError: SDN cannot represent it.
    """
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, WRITTEN) and value.text is not None:
        return value.text
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, int):
        return int.__repr__(value) if value.bit_length() < _MAX_DIGITS * 3 else hex(value)
    if value is MISSING:
        return "???"
    if isinstance(value, Secret):
        return MASK
    kind = type(value).__name__
    raise UnwritableError(f"a value of type {kind} cannot be written as SDN: convert it first")


def quote(value: str) -> str:
    """Return a text in double quotes.

    Raises:
        UnwritableError: it has an unpaired surrogate.
    """
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(map(_escape, value)) + '"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    if "\ud800" <= character <= "\udfff":
        raise UnwritableError("a text with an unpaired surrogate cannot be written as UTF-8")
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))
