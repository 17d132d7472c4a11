# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""Where each key and value of a document stands; made by a second reading, when somebody asks."""

from __future__ import annotations

from typing import Any

from lark import Transformer

from simple_conf.sdn.lexeme import Lexeme


class Place:
    """Where a value stands, and the values inside it.

    Args:
        kind: `bare`, `string`, `text`, `null` (nothing after the key), `blank` (an empty cell); `list`,
            `dict`, `short` (a typed table on one line) and its `short row` between brackets; `mapping`, `dashes`,
            `lines` as blocks; `named` and `typed` tables with their `row`.
        at: offset of the value.
        end: offset after it; a block ends with its last value.
        children: the places inside, by key or in order, or None for a scalar.
        columns: the names of the columns, for a named table and its rows.
    """

    __slots__ = ("at", "children", "columns", "end", "key_at", "key_end", "kind")

    def __init__(
        self,
        kind: str,
        at: int,
        end: int,
        children: dict[str, Place] | list[Place] | None = None,
        *,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.at = at
        self.end = end
        self.key_at = at  # offset of the key or dash; of the value where there is none
        self.key_end = at  # offset after the separator or dash
        self.children = children
        self.columns = columns

    def child(self, part: str | int) -> Place | None:
        """Give the place of one value inside, or None where there is none."""
        children = self.children
        if isinstance(children, dict):
            return children.get(part) if isinstance(part, str) else None
        if children is None:
            return None
        if isinstance(part, str):
            return children[self.columns.index(part)] if self.kind == "row" and part in self.columns else None
        return children[part] if -len(children) <= part < len(children) else None

    def inside(self) -> list[Place]:
        """Give the places inside, in the order of the text."""
        return list(self.children.values() if isinstance(self.children, dict) else self.children or ())

    def keyed(self, key: Lexeme) -> Place:
        """Note the key or dash that stands before."""
        self.key_at, self.key_end = key.at, key.end
        return self


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
