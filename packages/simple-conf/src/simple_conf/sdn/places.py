# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""Where each key and value of a document stands; made by a second reading, when somebody asks."""

from __future__ import annotations

from typing import Any

from lark import Transformer

from simple_conf.sdn.lexeme import Lexeme


class Place:
    """Where a value stands, and the values inside it.

    Args:
        at: offset of the value.
        key_at: offset of its key; of the value where it has none.
        children: the places inside, by key or in order, or None for a scalar.
        columns: the names of the columns, for the row of a named table.
    """

    __slots__ = ("at", "children", "columns", "key_at")

    def __init__(
        self,
        at: int,
        children: dict[str, Place] | list[Place] | None = None,
        *,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.at = at
        self.key_at = at
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
            return children[self.columns.index(part)] if part in self.columns else None
        return children[part] if -len(children) <= part < len(children) else None


class Places(Transformer[Any, Any]):
    """Makes the places of what `Values` makes the values of; the text is known to be right."""

    def document(self, children: list[Any]) -> Place:
        return children[0] if children else Place(0, {})

    def mapping(self, entries: list[tuple[Lexeme, Place]]) -> Place:
        children: dict[str, Place] = {}
        for key, place in entries:
            place.key_at = key.at
            children[key.value] = place
        return Place(entries[0][0].at if entries else 0, children)

    def pair(self, children: list[Any]) -> tuple[Lexeme, Place]:
        return children[0], children[1] if len(children) > 1 else Place(children[0].at)

    def dash_list(self, items: list[Place]) -> Place:
        return Place(items[0].at, items)

    def item(self, children: list[Any]) -> Place:
        return children[1] if len(children) > 1 else Place(children[0].at)

    def plain_list(self, values: list[Place]) -> Place:
        return Place(values[0].at, values)

    def scalar(self, children: list[Lexeme]) -> Place:
        return Place(children[0].at)

    def inline_list(self, children: list[Any]) -> Place:
        return Place(children[0].at, children[1:])

    def inline_dict(self, children: list[Any]) -> Place:
        place = self.mapping(children[1:])
        place.at = children[0].at
        return place

    def field(self, children: list[Any]) -> tuple[Lexeme, Place]:
        return children[0], children[1]

    def short_table(self, children: list[Any]) -> Place:
        return Place(children[0].at, children[2:])

    def short_row(self, cells: list[Place]) -> Place:
        return Place(cells[0].at, cells)

    def named_table(self, children: list[Any]) -> tuple[Lexeme, Place]:
        header, rows = children
        name, columns = header.value
        for row in rows:
            row.columns = columns
        return Lexeme("KEY", name, header.at), Place(header.at, rows)

    def typed_table(self, children: list[Any]) -> Place:
        return Place(children[0].at, children[1])

    def rows(self, children: list[Place]) -> list[Place]:
        return children

    def row(self, cells: list[Place]) -> Place:
        return Place(cells[0].at, cells)

    def blank(self, children: list[Lexeme]) -> Place:
        return Place(children[0].at)

    def value(self, children: list[Any]) -> Any:
        return children[0] if children else Place(0)
