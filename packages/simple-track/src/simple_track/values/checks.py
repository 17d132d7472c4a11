"""Words that every file can hold."""

from __future__ import annotations

from typing import Any

import attrs

from simple_track.values.arrays import ValueRangeError


def whole(text: str) -> str:
    """The text with lone surrogates, which UTF-8 has not, replaced by "?"; what is no text becomes text."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def must_be_text(value: object, field: attrs.Attribute[Any], text: object) -> None:
    """A validator of attrs that names what was given instead of text.

    Raises:
        ValueRangeError: It is no text.
    """
    if not isinstance(text, str):
        kind = getattr(value, "kind", field.name)
        raise ValueRangeError(kind, f"got {type(text).__name__} {text!r:.60}", "a string")
