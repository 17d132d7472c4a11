"""Words that every file can hold."""

from __future__ import annotations


def whole(text: str) -> str:
    """The text with lone surrogates, which UTF-8 has not, replaced by "?"; what is no text becomes text."""
    return str(text).encode("utf-8", "replace").decode("utf-8")
