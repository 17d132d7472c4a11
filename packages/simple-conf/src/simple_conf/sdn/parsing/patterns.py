"""Pieces of the patterns that read lines.

They are built so that no text has two readings: after each piece, the next character alone decides.
So a pattern that fails, fails in linear time. Repetitions are bounded, to bound the memory of a match;
what goes beyond a bound is read the long way.
"""

from __future__ import annotations

KEY = r"[\w\-./]+"
"""A key without quotes."""

STRING = r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*){0,20000}"'
"""A text in quotes."""

WORD = r'(?:[^\s"$]|\$\{[^\s"${}]*\})[^\s"$]*(?:\$\{[^\s"${}]*\}[^\s"$]*){0,100}'
"""A word of a bare text without quotes, in which every interpolation is plain."""

INLINE_WORD = (
    r'(?:[^\s,\[\](){}"#$]|\$\{[^\s"${}]*\})[^\s,\[\](){}"#$]*(?:\$\{[^\s"${}]*\}[^\s,\[\](){}"#$]*){0,100}'
)
"""The same between commas."""

NOT_BARE = r"(?!table *\{|[#'\[{|>?])"
"""What a bare text does not begin with."""

WORDS = rf"{NOT_BARE}{WORD}(?:[ \t]+(?!#){WORD}){{0,1000}}"
"""A plain bare text, to the end of its line."""

BLANK_LINES = r"(?:[ \t]*(?:#[^\n]*)?\n){0,1000}"
"""Lines that say nothing."""
