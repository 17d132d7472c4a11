"""The position of a value in the text, with the positions of the values inside it."""

from __future__ import annotations

from typing import Literal

from simple_conf.sdn.parsing.token import Token

PositionKind = Literal[
    "bare",
    "string",
    "text_block",
    "null",
    "blank",
    "inline_list",
    "inline_dict",
    "short_table",
    "short_row",
    "mapping",
    "dash_list",
    "plain_list",
    "named_table",
    "typed_table",
    "row",
]
"""How a value is written.

Scalars are `bare`, `string`, `text_block`, `null` (nothing after the key) or `blank` (an empty cell). The
other kinds are rules of the grammar.
"""

BLOCKS: tuple[PositionKind, ...] = ("mapping", "dash_list", "plain_list")
"""Kinds with one item per line, by indentation."""

INLINE_COLLECTIONS: tuple[PositionKind, ...] = ("inline_list", "inline_dict", "short_table")
"""Kinds whose items are enclosed in brackets."""

TABLES: tuple[PositionKind, ...] = ("named_table", "typed_table")
"""Kinds with a header and one row per line."""


class Position:
    """Offsets of a value and of its key, and the positions of the values inside it.

    Args:
        kind: how the value is written.
        start: offset of the value.
        end: offset after the value; a block ends with its last value.
        children: positions inside, by key or in order; None for a scalar.
        columns: column names of a named table and of its rows.

    Attributes:
        key_start: offset of the key or dash, or of the value if it has neither.
        key_end: offset after the separator or dash.
    """

    __slots__ = ("children", "columns", "end", "key_end", "key_start", "kind", "start")

    def __init__(
        self,
        kind: PositionKind,
        start: int,
        end: int,
        children: dict[str, Position] | list[Position] | None = None,
        *,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.kind: PositionKind = kind
        self.start = start
        self.end = end
        self.key_start = start
        self.key_end = start
        self.children = children
        self.columns = columns

    def child(self, part: str | int) -> Position | None:
        """Return the position of one value inside, or None if there is no such value."""
        children = self.children
        if isinstance(children, dict):
            return children.get(part) if isinstance(part, str) else None
        if children is None:
            return None
        if isinstance(part, str):
            return children[self.columns.index(part)] if self.kind == "row" and part in self.columns else None
        return children[part] if -len(children) <= part < len(children) else None

    def items(self) -> list[Position]:
        """Return the positions inside, in the order of the text."""
        return list(self.children.values() if isinstance(self.children, dict) else self.children or ())

    def with_key(self, key: Token) -> Position:
        """Set the offsets of the key or dash, and return the position."""
        self.key_start, self.key_end = key.start, key.end
        return self
