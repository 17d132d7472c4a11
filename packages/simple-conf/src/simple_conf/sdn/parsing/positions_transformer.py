# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""What the rules of the grammar make where somebody asks for places: where each key and value stands."""

from __future__ import annotations

from typing import Any

from lark import Transformer

from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.parsing.token import Lexeme


class Places(Transformer[Any, Any]):
    """Makes the places of what `Values` makes the values of; the text is known to be right."""

    def document(self, children: list[Place]) -> Place:
        return children[0] if children else Place("mapping", 0, 0, {})

    def mapping(self, entries: list[tuple[Lexeme, Place]]) -> Place:
        children = {key.value: place for key, place in entries}
        return Place("mapping", entries[0][0].at, max(entries[-1][1].end, entries[-1][0].end), children)

    def pair(self, children: list[Any]) -> tuple[Lexeme, Place]:
        key = children[0]
        place = children[1] if len(children) > 1 else Place("null", key.at, key.end)
        return key, place.keyed(key)

    def dash_list(self, items: list[Place]) -> Place:
        return Place("dashes", items[0].key_at, items[-1].end, items)

    def item(self, children: list[Any]) -> Place:
        dash = children[0]
        place: Place = children[1] if len(children) > 1 else Place("null", dash.at, dash.end)
        return place.keyed(dash)

    def plain_list(self, values: list[Place]) -> Place:
        return Place("lines", values[0].at, values[-1].end, values)

    def scalar(self, children: list[Lexeme]) -> Place:
        token = children[0]
        return Place(token.type.lower(), token.at, token.end)

    def inline_list(self, children: list[Any]) -> Place:
        return Place("list", children[0].at, children[-1].end, children[1:-1])

    def inline_dict(self, children: list[Any]) -> Place:
        fields = {key.value: place for key, place in children[1:-1]}
        return Place("dict", children[0].at, children[-1].end, fields)

    def field(self, children: list[Any]) -> tuple[Lexeme, Place]:
        return children[0], children[1].keyed(children[0])

    def short_table(self, children: list[Any]) -> Place:
        return Place("short", children[0].at, children[-1].end, children[2:-1])

    def short_row(self, cells: list[Any]) -> Place:
        return Place("short row", cells[0].at, cells[-1].end, cells[1:-1])

    def named_table(self, children: list[Any]) -> tuple[Lexeme, Place]:
        header, rows = children
        name, columns = header.value
        for row in rows:
            row.columns = columns
        place = Place("named", header.at, rows[-1].end if rows else header.end, rows, columns=columns)
        return Lexeme("KEY", name, header.at, header.end), place.keyed(header)

    def typed_table(self, children: list[Any]) -> Place:
        header, rows = children
        return Place("typed", header.at, rows[-1].end if rows else header.end, rows)

    def rows(self, children: list[Place]) -> list[Place]:
        return children

    def row(self, cells: list[Place]) -> Place:
        return Place("row", cells[0].at, cells[-1].end, cells)

    def blank(self, children: list[Lexeme]) -> Place:
        return Place("blank", children[0].at, children[0].end)

    def value(self, children: list[Any]) -> Any:
        return children[0] if children else Place("null", 0, 0)
