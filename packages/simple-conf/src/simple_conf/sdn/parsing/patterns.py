"""Parts of the regular expressions that the lexer uses.

They are unambiguous: after each part, the next character decides how the match goes on, so a match that
fails does so in linear time. Repetitions are bounded to limit the memory of a match; longer text is read
by the slow path.
"""

from __future__ import annotations

KEY = r"[\w\-./]+"
"""A bare key."""

STRING = r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*){0,20000}"'
"""A quoted string."""

WORD = r'(?:[^\s"$]|\$\{[^\s"${}]*\})[^\s"$]*(?:\$\{[^\s"${}]*\}[^\s"$]*){0,100}'
"""A word of a bare text without quotes, with simple interpolations only."""

INLINE_WORD = (
    r'(?:[^\s,\[\](){}"#$]|\$\{[^\s"${}]*\})[^\s,\[\](){}"#$]*(?:\$\{[^\s"${}]*\}[^\s,\[\](){}"#$]*){0,100}'
)
"""A word of a bare text inside brackets."""

NOT_BARE_START = r"(?!table *\{|[#'\[{|>?])"
"""Asserts that what follows is no quote, bracket, comment, text block, typed table or `???`."""

BARE_TEXT = rf"{NOT_BARE_START}{WORD}(?:[ \t]+(?!#){WORD}){{0,1000}}"
"""A simple bare text, to the end of its line."""

BLANK_LINES = r"(?:[ \t]*(?:#[^\n]*)?\n){0,1000}"
"""Blank lines and comment lines."""
