"""Where one value of a document stands, with the places inside it."""

from __future__ import annotations

from simple_conf.sdn.parsing.token import Lexeme


class Place:
    """Where a value stands, and the values inside it.

    Args:
        kind: scalars are `bare`, `string`, `text`, `null` (nothing after the key) or `blank` (an empty
            cell); between brackets there are `list`, `dict`, and `short` (a typed table on one line) with
            its `short row`; blocks are `mapping`, `dashes` and `lines`; `named` and `typed` tables have
            a `row` a line.
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
