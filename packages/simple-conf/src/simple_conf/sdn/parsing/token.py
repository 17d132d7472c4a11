"""A token of the lexer."""

from __future__ import annotations

from typing import Any, final


@final
class Token:
    """One token: a terminal of the grammar with its value and its offsets.

    It has the attributes that lark reads from its own tokens, and is cheaper to create.

    Args:
        type: name of the terminal in the grammar.
        value: the parsed value, which the transformers receive.
        start: offset of the first character.
        end: offset after the last character; 0 if the transformers do not need it.
    """

    __slots__ = ("end", "start", "type", "value")

    line = column = end_line = end_column = start_pos = end_pos = None

    def __init__(self, type: str, value: Any, start: int, end: int = 0) -> None:
        self.type = type
        self.value = value
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})@{self.start}"
