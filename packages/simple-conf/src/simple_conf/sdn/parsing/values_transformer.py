# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""What the rules of the grammar make: plain values, or the places where they stand."""

from __future__ import annotations

from sys import intern
from typing import Any

from lark import Transformer

from simple_conf.sdn.parsing.fault import Again, Fault, brief
from simple_conf.sdn.parsing.token import Lexeme
from simple_conf.values import Table


class Values(Transformer[Any, Any]):
    """Makes plain values: dict, list, `Table` and scalars."""

    def document(self, children: list[Any]) -> Any:
        return children[0] if children else {}

    def mapping(self, entries: list[Any]) -> dict[str, Any]:
        if len(entries) == 1 and type(entries[0]) is Lexeme:
            only: dict[str, Any] = entries[0].value
            return only
        result: dict[str, Any] = {}
        where: dict[str, Lexeme] = {}
        for entry in entries:
            if type(entry) is Lexeme:  # ENTRIES
                before = len(result)
                result.update(entry.value)
                if len(result) != before + len(entry.value):
                    raise Again
            else:
                key, value = entry
                name = intern(key.value)
                if name in result:
                    raise _duplicate(name, key, where.get(name))
                result[name] = value
                where[name] = key
        return result

    def pair(self, children: list[Any]) -> tuple[Lexeme, Any]:
        return children[0], children[1] if len(children) > 1 else None

    def dash_list(self, items: list[Any]) -> list[Any]:
        result: list[Any] = []
        for item in items:
            if type(item) is Lexeme:  # ITEMS
                result.extend(item.value)
            else:
                result.append(item)
        return result

    def item(self, children: list[Any]) -> Any:
        return children[1] if len(children) > 1 else None

    def plain_list(self, values: list[Any]) -> list[Any]:
        return values

    def scalar(self, children: list[Any]) -> Any:
        return children[0].value

    def inline_list(self, children: list[Any]) -> list[Any]:
        return children[1:-1]

    def inline_dict(self, children: list[Any]) -> dict[str, Any]:
        return self.mapping(children[1:-1])

    def field(self, children: list[Any]) -> tuple[Lexeme, Any]:
        return children[0], children[1]

    def short_table(self, children: list[Any]) -> Table:
        types, _, *rows, _ = children
        return Table.trusted((), rows, types.value)

    def short_row(self, cells: list[Any]) -> tuple[Any, ...]:
        return tuple(cells[1:-1])

    def named_table(self, children: list[Any]) -> tuple[Lexeme, Any]:
        header, rows = children
        name, columns = header.value
        return Lexeme("KEY", name, header.at), Table.trusted(columns, rows, ())

    def typed_table(self, children: list[Any]) -> Table:
        types, rows = children
        return Table.trusted((), rows, types.value)

    def rows(self, children: list[Any]) -> list[tuple[Any, ...]]:
        result: list[tuple[Any, ...]] = []
        for child in children:
            if type(child) is Lexeme:  # ROWS
                result.extend(child.value)
            else:
                result.append(child)
        return result

    def row(self, cells: list[Any]) -> tuple[Any, ...]:
        return tuple(cells)

    def blank(self, _: list[Any]) -> None:
        return None

    def value(self, children: list[Any]) -> Any:
        return children[0] if children else None


def _duplicate(name: str, key: Lexeme, first: Lexeme | None) -> Exception:
    if first is None:
        return Again()
    return Fault(
        f"the key {brief(name)} comes twice",
        key.at,
        "rename or remove one of the two",
        other=first.at,
    )
