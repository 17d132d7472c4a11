# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""The transformer from the rules of the grammar to the positions of the values."""

from __future__ import annotations

from typing import Any, cast

from lark import Transformer

from simple_conf.sdn.parsing.position import Position, PositionKind
from simple_conf.sdn.parsing.token import Token

Keyed = tuple[Token, Position]


class PositionsTransformer(Transformer[Any, Any]):
    """Creates the positions of the values that `ValuesTransformer` creates; the text is known to be valid."""

    def document(self, children: list[Position]) -> Position:
        return children[0] if children else Position("mapping", 0, 0, {})

    def mapping(self, entries: list[Keyed]) -> Position:
        (first, _), (_, last) = entries[0], entries[-1]
        children = {key.value: position for key, position in entries}
        return Position("mapping", first.start, last.end, children)

    def pair(self, children: list[Any]) -> Keyed:
        key, *value = children
        return key, _value(key, value)

    def dash_list(self, items: list[Position]) -> Position:
        return Position("dash_list", items[0].key_start, items[-1].end, items)

    def item(self, children: list[Any]) -> Position:
        dash, *value = children
        return _value(dash, value)

    def plain_list(self, values: list[Position]) -> Position:
        return Position("plain_list", values[0].start, values[-1].end, values)

    def scalar(self, children: list[Token]) -> Position:
        token = children[0]
        return Position(cast("PositionKind", token.type.lower()), token.start, token.end)

    def inline_list(self, children: list[Any]) -> Position:
        return Position("inline_list", children[0].start, children[-1].end, children[1:-1])

    def inline_dict(self, children: list[Any]) -> Position:
        fields: list[Keyed] = children[1:-1]
        entries = {key.value: position for key, position in fields}
        return Position("inline_dict", children[0].start, children[-1].end, entries)

    def field(self, children: list[Any]) -> Keyed:
        key, value = children
        return key, value.with_key(key)

    def short_table(self, children: list[Any]) -> Position:
        return Position("short_table", children[0].start, children[-1].end, children[2:-1])

    def short_row(self, children: list[Any]) -> Position:
        return Position("short_row", children[0].start, children[-1].end, children[1:-1])

    def named_table(self, children: list[Any]) -> Keyed:
        header: Token = children[0]
        rows: list[Position] = children[1]
        name, columns = header.value
        for row in rows:
            row.columns = columns
        end = rows[-1].end if rows else header.end
        position = Position("named_table", header.start, end, rows, columns=columns)
        return Token("KEY", name, header.start, header.end), position.with_key(header)

    def typed_table(self, children: list[Any]) -> Position:
        header, rows = children
        return Position("typed_table", header.start, rows[-1].end if rows else header.end, rows)

    def rows(self, children: list[Position]) -> list[Position]:
        return children

    def row(self, cells: list[Position]) -> Position:
        return Position("row", cells[0].start, cells[-1].end, cells)

    def blank(self, children: list[Token]) -> Position:
        return Position("blank", children[0].start, children[0].end)

    def value(self, children: list[Position]) -> Position:
        return children[0] if children else Position("null", 0, 0)


def _value(key: Token, value: list[Position]) -> Position:
    """Return the position of the value after a key or dash; without a value, that of the key or dash."""
    position = value[0] if value else Position("null", key.start, key.end)
    return position.with_key(key)
