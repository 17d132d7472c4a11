"""A token of the lexer, small enough to make many of them."""

from __future__ import annotations

from typing import Any


class Lexeme:
    """One token: its type in the grammar, its value, and where it stands.

    It has the attributes that lark reads from its own tokens, without their cost.

    Args:
        type: a terminal of the grammar.
        value: what it means; the parser hands it on.
        at: offset in the text.
        end: offset after it; 0 where nobody asks.
    """

    __slots__ = ("at", "end", "type", "value")

    line = column = end_line = end_column = start_pos = end_pos = None

    def __init__(self, type: str, value: Any, at: int, end: int = 0) -> None:
        self.type = type
        self.value = value
        self.at = at
        self.end = end

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})@{self.at}"
