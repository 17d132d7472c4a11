"""The canonical format of inline values and of table rows."""

from __future__ import annotations

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.position import Position
from simple_conf.sdn.parsing.tables import TYPED_HEADER
from simple_conf.sdn.writer import INDENT

_KEY = Pattern(f"{KEY}|{STRING}")


class InlineFormatter:
    """Formats the keys and the inline values of a document.

    Args:
        text: the document; it ends in a newline.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def key(self, position: Position) -> str:
        """Return the key of a value as it is written."""
        match = _KEY.match(self.text, position.key_start)
        assert match is not None  # noqa: S101  # the parser found a key here
        return match[0]

    def typed_header(self, position: Position) -> tuple[str, int]:
        """Return the header of a typed table, and the offset after it."""
        match = TYPED_HEADER.match(self.text, position.start)
        assert match is not None  # noqa: S101  # the parser found a typed table here
        return f"table{{{join_names(match[1])}}}", match.end(2)

    def value(self, position: Position, column: int) -> str:
        """Return an inline value; its further lines are indented from a column."""
        if position.kind == "short_table":
            header, end = self.typed_header(position)
            opener = self.text.index("[", end)
            return f"{header} = {self._items(position, opener, column)}"
        if position.kind in ("inline_list", "inline_dict", "short_row"):
            return self._items(position, position.start, column)
        return self.text[position.start : position.end]

    def row(self, row: Position) -> str:
        """Return the cells of a row."""
        cells = ", ".join(self.value(cell, 0) for cell in row.items()).rstrip(" ")
        rest = self.text[row.end : self.text.index("\n", row.end)]
        if '"' in rest and rest.lstrip(" \t").startswith(","):
            return f"{cells},"  # else a quote in the last cell would pair with one in the comment
        return cells or ","  # one empty cell

    def _items(self, position: Position, opener: int, column: int) -> str:
        """Return a collection on as many lines as it has."""
        text, end = self.text, position.end
        parts = [text[opener]]
        done = opener + 1
        on_lines = "\n" in text[opener:end]
        for index, item in enumerate(position.items()):
            if on_lines:
                parts.append(_format_gap(text[done : item.key_start], column + INDENT, first=index == 0))
            elif index:
                parts.append(", ")
            if position.kind == "inline_dict":
                parts.append(f"{self.key(item)}: ")
            parts.append(self.value(item, column + INDENT))
            done = item.end
        gap = text[done : end - 1]
        if "\n" in gap:
            closing = _format_gap(gap, column + INDENT, first=not position.children)
            parts.append(closing[: closing.rindex("\n") + 1] + " " * column)
        parts.append(text[end - 1])
        return "".join(parts)


def join_names(names: str) -> str:
    """Return the column names or types of a header, separated by a comma and a space."""
    return ", ".join(name.strip(" \t") for name in names.split(","))


def _format_gap(gap: str, column: int, *, first: bool) -> str:
    """Return what separates two items: the comma, the comments and the newlines.

    Args:
        gap: the text between the items, or after the last one.
        column: column of the item after it.
        first: whether there is no item before it.
    """
    head, *lines = gap.split("\n")
    outside_comments = [line.split("#")[0] for line in (head, *lines)]
    comma = "," if any("," in part for part in outside_comments) else ""
    if not lines:
        return "" if first else f"{comma} "
    trailing_comment = head.lstrip(" \t,").rstrip(" \t")
    parts = [f"{comma}  {trailing_comment}" if trailing_comment else comma]
    blank = False
    for line in lines[:-1]:
        comment = line.strip(" \t").lstrip(",").strip(" \t")
        if comment:
            parts += [""] if blank else []
            parts.append(" " * column + comment)
        blank = not comment and (len(parts) > 1 or not first)
    parts += [""] if blank else []
    return "\n".join([*parts, " " * column])
