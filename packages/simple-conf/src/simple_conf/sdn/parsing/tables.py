"""Tables into tokens: headers, types, and the rows below them."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from sys import intern

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.cells import TYPES
from simple_conf.sdn.parsing.fault import Again, Fault, Spent, brief
from simple_conf.sdn.parsing.inline import Brackets
from simple_conf.sdn.parsing.layout import Layout
from simple_conf.sdn.parsing.literals import read_quoted
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.rows import SIZES, Row, check_types, take_body
from simple_conf.sdn.parsing.token import Lexeme

NAMED = Pattern(rf"({KEY}|{STRING})[ \t]+\|([^\n|]*)(\|?)[ \t]*")
"""A key, and the names of columns between bars."""

TYPED = Pattern(r"table *\{([^}\n]*)(\}?)[ \t]*")
"""The types of columns between braces."""

_NAME = Pattern(KEY)


class Tables:
    """Reads tables.

    Args:
        layout: the place among the lines.
        runs: whether plain rows are read in runs.
    """

    __slots__ = ("layout", "runs")

    def __init__(self, layout: Layout, *, runs: bool) -> None:
        self.layout = layout
        self.runs = runs

    def named(self, match: re.Match[str], at: int) -> Iterator[Lexeme]:
        """Read a named table whose header was matched by `NAMED`."""
        layout, text = self.layout, self.layout.text
        name = match[1] if text[at] != '"' else read_quoted(text, at)[0]
        if not match[3]:
            raise Fault(
                "the header of a table is not closed",
                match.start(2) - 1,
                "close it with |, as in: name |a, b|",
            )
        columns = tuple(map(intern, _columns(text, match.start(2), match.end(2))))
        yield Lexeme("COLUMNS", (name, columns), at, match.end(3))
        if layout.line_ends(match.end()):
            yield from self._rows(match.end(), len(columns), ())
            return
        tokens, end = Row(text, layout.budget, len(columns), ()).tokens(match.end())
        yield from tokens
        layout.finish(end)
        yield Lexeme("_END", None, at)
        if layout.deeper:
            raise Fault(
                "a second row below a table of one line",
                layout.at,
                "put every row on a line of its own, below the header",
            )

    def typed(self, match: re.Match[str], at: int) -> Generator[Lexeme, None, int | None]:
        """Read a typed table whose types were matched by `TYPED`; give its end if it is on one line."""
        text = self.layout.text
        types = _types(match, at)
        yield Lexeme("TYPES", types, at, match.end(2))
        end = match.end()
        if self.layout.line_ends(end):
            yield from self._rows(end, len(types), types)
            return None
        if text[end] != "=":
            raise Fault(
                "expected = or the end of the line after the types of a table",
                end,
                "write table{i32, f64} = [(1, 2.5), (3, 4.5)], or one row a line below",
            )
        yield Lexeme("EQUAL", None, end)
        end += 1
        while text[end] in " \t":
            end += 1
        if text[end] != "[":
            raise Fault(
                "expected [ before the rows of a table", end, "write table{i32, f64} = [(1, 2.5), (3, 4.5)]"
            )
        brackets = Brackets(text, self.layout.budget, types)
        yield from brackets.tokens(end)
        return brackets.at

    def _rows(self, at: int, width: int, types: tuple[str, ...]) -> Iterator[Lexeme]:
        """Read the rows below a header, and close their block."""
        layout = self.layout
        layout.finish(at)
        if not layout.deeper:
            yield Lexeme("_END", None, at)
            return
        yield layout.indent(layout.width, layout.at)
        level = layout.width
        row = Row(layout.text, layout.budget, width, types)
        size = 0
        while layout.width == level and not layout.ended:
            if self.runs:
                body, odd = self._body(width, types, SIZES[size])
                if body is not None:
                    yield body
                size = 0 if odd else min(size + 1, len(SIZES) - 1)
                if not odd:
                    continue
            tokens, end = row.tokens(layout.at)
            yield from tokens
            layout.finish(end)
            yield Lexeme("_END", None, layout.at)
        if layout.deeper:
            raise Fault(
                "a row that is indented further than the first", layout.at, f"begin it at column {level + 1}"
            )
        if layout.ended:
            layout.width = layout.levels[0]
        yield from layout.dedent()

    def _body(self, width: int, types: tuple[str, ...], size: int) -> tuple[Lexeme | None, bool]:
        """Read plain rows in one token; tell, too, whether a row follows that is not plain."""
        layout = self.layout
        start = layout.at
        try:
            rows, below, odd = take_body(layout.text, start - layout.width, width, size)
            if not rows:
                return None, odd
            layout.budget.spend(len(rows) * width, start)
            rows = check_types(rows, types) if types else rows
        except Spent:
            raise
        except Fault:
            raise Again from None
        level = layout.width
        layout.skip(below)
        return Lexeme("ROWS", rows, start), odd and layout.width == level and not layout.ended


def _columns(text: str, at: int, end: int) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    for part in text[at:end].split(","):
        here = at + len(part) - len(part.lstrip(" \t"))
        name = part.strip(" \t")
        if name.startswith('"') and name.endswith('"') and len(name) > 1:
            column = read_quoted(text, here)[0]
        elif not name:
            raise Fault("a column has no name", here, "name every column, as in: name |a, b|")
        elif _NAME.fullmatch(name):
            column = name
        else:
            raise Fault(
                f"{brief(name)} is not the name of a column",
                here,
                "a header is name |a, b|, and commas separate the cells of a row; "
                "a name with other signs goes in double quotes",
            )
        if column in columns:
            raise Fault(f"two columns are named {brief(column)}", here, "give every column its own name")
        columns[column] = None
        at += len(part) + 1
    return tuple(columns)


def _types(match: re.Match[str], at: int) -> tuple[str, ...]:
    if not match[2]:
        raise Fault("the types of a table are not closed", at, "close them with }, as in: table{i32, f64}")
    types = tuple(name.strip(" \t") for name in match[1].split(","))
    for name in types:
        if name not in TYPES:
            raise Fault(
                f"{brief(name) or 'nothing'} is not a type of a column",
                match.start(1),
                f"use {' '.join(TYPES)}",
            )
    return types
