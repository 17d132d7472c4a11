"""The canonical layout of values between brackets and of rows."""

from __future__ import annotations

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.parsing.tables import TYPED
from simple_conf.sdn.writer import INDENT

_KEY = Pattern(f"{KEY}|{STRING}")


class Inline:
    """Writes values that end on their own.

    Args:
        text: the document.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def write(self, place: Place, indent: int) -> str:
        """Give a value; lines of its own are indented from a column."""
        if place.kind == "short":
            return self._short(place, indent)
        if place.kind not in ("list", "dict", "short row"):
            return self.text[place.at : place.end]
        return self._items(place, place.at, place.end, indent)

    def row(self, row: Place) -> str:
        """Give the cells of a row."""
        text = ", ".join(self.write(cell, 0) for cell in row.inside()).rstrip(" ")
        rest = self.text[row.end : self.text.index("\n", row.end)]
        if '"' in rest and rest.lstrip(" \t").startswith(","):
            return f"{text},"  # this comma keeps a quote in the cell apart from one in the comment
        return text or ","  # one empty cell

    def _short(self, place: Place, indent: int) -> str:
        match = TYPED.match(self.text, place.at)
        assert match is not None  # noqa: S101  # the parser found a typed table here
        types = ", ".join(name.strip(" \t") for name in match[1].split(","))
        opened = self.text.index("[", match.end())
        return f"table{{{types}}} = {self._items(place, opened, place.end, indent)}"

    def _items(self, place: Place, at: int, end: int, indent: int) -> str:
        """Give a collection: on one line if it is on one, else with its line breaks."""
        text = self.text
        parts = [text[at]]
        here = at + 1
        lines = "\n" in text[at:end]
        for number, item in enumerate(place.inside()):
            gap = text[here : item.key_at]
            parts.append(
                _separator(gap, indent + INDENT, first=number == 0) if lines else ", " if number else ""
            )
            if place.kind == "dict":
                key = _KEY.match(text, item.key_at)
                parts.append(f"{key[0] if key else ''}: ")
            parts.append(self.write(item, indent + INDENT))
            here = item.end
        gap = text[here : end - 1]
        if "\n" in gap:
            closing = _separator(gap, indent + INDENT, first=not place.children)
            parts.append(closing[: closing.rindex("\n") + 1] + " " * indent)
        parts.append(text[end - 1])
        return "".join(parts)


def _separator(gap: str, indent: int, *, first: bool) -> str:
    """Give what stands between two items: the comma, the comments, and the line ends."""
    head, *lines = gap.split("\n")
    comments = [line.strip(" \t").lstrip(",").strip(" \t") for line in lines[:-1]]
    outside = [line.split("#")[0] for line in (head, *lines)]
    comma = "," if any("," in part for part in outside) else ""
    if not lines:
        return "" if first else f"{comma} "
    behind = head.strip(" \t,")
    parts = [f"{comma}  {behind}" if behind else comma]
    blank = False
    for comment in comments:
        if comment:
            parts += [""] if blank else []
            parts.append(" " * indent + comment)
        blank = not comment and (len(parts) > 1 or not first)
    parts += [""] if blank else []
    return "\n".join([*parts, " " * indent])
