# ruff: noqa: D102  # the methods bear the names of the grammar's rules
"""The transformer from the rules of the grammar to plain values."""

from __future__ import annotations

from sys import intern
from typing import Any

from lark import Transformer

from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, shorten
from simple_conf.sdn.parsing.token import Token
from simple_conf.values import Table


class ValuesTransformer(Transformer[Any, Any]):
    """Creates plain values: dict, list, `Table` and scalars."""

    def document(self, children: list[Any]) -> Any:
        return children[0] if children else {}

    def mapping(self, entries: list[Token | tuple[Token, Any]]) -> dict[str, Any]:
        if len(entries) == 1 and type(entries[0]) is Token:
            only: dict[str, Any] = entries[0].value
            return only
        result: dict[str, Any] = {}
        keys: dict[str, Token] = {}
        for entry in entries:
            if type(entry) is Token:  # ENTRIES
                before = len(result)
                result.update(entry.value)
                if len(result) != before + len(entry.value):
                    raise SlowPathRequired
            else:
                key, value = entry
                name = intern(key.value)
                if name in result:
                    raise _duplicate(key, keys.get(name))
                result[name] = value
                keys[name] = key
        return result

    def pair(self, children: list[Any]) -> tuple[Token, Any]:
        return children[0], children[1] if len(children) > 1 else None

    def dash_list(self, items: list[Any]) -> list[Any]:
        result: list[Any] = []
        for item in items:
            if type(item) is Token:  # ITEMS
                result.extend(item.value)
            else:
                result.append(item)
        return result

    def item(self, children: list[Any]) -> Any:
        return children[1] if len(children) > 1 else None

    def plain_list(self, values: list[Any]) -> list[Any]:
        return values

    def scalar(self, children: list[Token]) -> Any:
        return children[0].value

    def inline_list(self, children: list[Any]) -> list[Any]:
        return children[1:-1]

    def inline_dict(self, children: list[Any]) -> dict[str, Any]:
        return self.mapping(children[1:-1])

    def field(self, children: list[Any]) -> tuple[Token, Any]:
        return children[0], children[1]

    def short_table(self, children: list[Any]) -> Table:
        types, _, *rows, _ = children
        return Table.trusted((), rows, types.value)

    def short_row(self, cells: list[Any]) -> tuple[Any, ...]:
        return tuple(cells[1:-1])

    def named_table(self, children: list[Any]) -> tuple[Token, Table]:
        header, rows = children
        name, columns = header.value
        return Token("KEY", name, header.start), Table.trusted(columns, rows, ())

    def typed_table(self, children: list[Any]) -> Table:
        types, rows = children
        return Table.trusted((), rows, types.value)

    def rows(self, children: list[Token | tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        result: list[tuple[Any, ...]] = []
        for child in children:
            if type(child) is Token:  # ROWS
                result.extend(child.value)
            else:
                result.append(child)
        return result

    def row(self, cells: list[Any]) -> tuple[Any, ...]:
        return tuple(cells)

    def blank(self, _: list[Token]) -> None:
        return None

    def value(self, children: list[Any]) -> Any:
        return children[0] if children else None


def _duplicate(key: Token, first: Token | None) -> Exception:
    if first is None:  # the first one is in a run, where offsets are not known
        return SlowPathRequired()
    return Fault(
        f"duplicate key {shorten(key.value)}",
        key.start,
        "rename or remove one of the two",
        first=first.start,
        plain="duplicate key",
    )
