"""Texts and single numbers of values: what every file can hold, from whatever a user gives."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from simple_track.storage.record import plain_text
from simple_track.values.arrays import ValueRangeError


def whole(text: object) -> str:
    """The text, with lone surrogates, which UTF-8 does not have, written as escapes; None is no text: ""."""
    if text is None:
        return ""
    return plain_text(str.__str__(text) if isinstance(text, str) else str(text))


def distinct(kind: str, names: Iterable[object]) -> list[str]:
    """The names as texts.

    Args:
        kind: What they name, for the message.
        names: The names as they were given.

    Raises:
        ValueRangeError: Two of them are the same as text, so that one value would hide another.
    """
    texts = [whole(name) for name in names]
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise ValueRangeError(kind, f"two names are {twice!r} as text", "names that differ")
    return texts


def number(kind: str, what: str, value: Any, expected: str, *, above: float, up_to: float) -> float:
    """A number of Python, numpy or torch as a float.

    Args:
        kind: The kind of value it belongs to.
        what: The name of the number.
        value: What was given.
        expected: What it should be, for the message.
        above: It has to be greater than this.
        up_to: The greatest that is allowed.

    Raises:
        ValueRangeError: It is no number, or out of range.
    """
    try:
        plain = (
            float("nan")
            if isinstance(value, bool | np.bool_ | str | bytes) or value is None
            else float(value)
        )
    except (TypeError, ValueError, OverflowError, RuntimeError):
        plain = float("nan")
    if not above < plain <= up_to:
        raise ValueRangeError(kind, f"{what} is {value!r}", expected)
    return plain


def integer(kind: str, what: str, value: Any, expected: str, *, low: int, high: int) -> int:
    """A whole number of Python, numpy or torch as an int; a float without a fraction will do.

    Args:
        kind: The kind of value it belongs to.
        what: The name of the number.
        value: What was given.
        expected: What it should be, for the message.
        low: The least that is allowed.
        high: The greatest that is allowed.

    Raises:
        ValueRangeError: It is no whole number, or out of range.
    """
    try:
        plain = operator.index(value)
    except TypeError:
        plain = _integral(kind, what, value, expected)
    if isinstance(value, bool | np.bool_) or not low <= plain <= high:
        raise ValueRangeError(kind, f"{what} is {value!r}", expected)
    return plain


def _integral(kind: str, what: str, value: Any, expected: str) -> int:
    plain = number(kind, what, value, expected, above=-(2.0**63), up_to=2.0**63)
    if plain != int(plain):
        raise ValueRangeError(kind, f"{what} is {value!r}", expected)
    return int(plain)


def must_be_text(value: object, field: attrs.Attribute[Any], text: object) -> None:
    """A validator of attrs that names what was given instead of text.

    Raises:
        ValueRangeError: It is no text.
    """
    if not isinstance(text, str):
        kind = getattr(value, "kind", field.name)
        raise ValueRangeError(kind, f"got {type(text).__name__} {text!r:.60}", "a string")
