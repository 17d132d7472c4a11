"""Tables: splits headers and rows into tokens."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from sys import intern

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.cell_types import TYPES, convert_cell
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, ValueLimitFault, plural, shorten
from simple_conf.sdn.parsing.inline import InlineLexer, read_inline_scalar
from simple_conf.sdn.parsing.layout import Layout
from simple_conf.sdn.parsing.literals import read_string
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.rows import RUN_SIZES, convert_rows, read_rows
from simple_conf.sdn.parsing.token import Token

NAMED_HEADER = Pattern(rf"({KEY}|{STRING})[ \t]+\|([^\n|]*)(\|?)[ \t]*")
"""A key, and column names between bars."""

TYPED_HEADER = Pattern(r"table *\{([^}\n]*)(\}?)[ \t]*")
"""Column types between braces."""

_NAME = Pattern(KEY)
_SHORT_TABLE = "write table{i32, f64} = [(1, 2.5), (3, 4.5)]"


class TableLexer:
    """Splits tables into tokens.

    Args:
        layout: indentation of the document.
        fast: whether plain rows are read in runs.
    """

    __slots__ = ("fast", "layout")

    def __init__(self, layout: Layout, *, fast: bool) -> None:
        self.layout = layout
        self.fast = fast

    def named(self, match: re.Match[str]) -> Iterator[Token]:
        """Yield the tokens of a named table.

        Args:
            match: a match of `NAMED_HEADER`.

        Raises:
            Fault: the header or a row is not valid.
        """
        layout, text, start = self.layout, self.layout.text, match.start()
        name = match[1] if text[start] != '"' else read_string(text, start)[0]
        if not match[3]:
            raise Fault(
                "the header of a table is not closed",
                match.start(2) - 1,
                "close it with |, as in: name |a, b|",
            )
        columns = tuple(map(intern, _column_names(text, match.start(2), match.end(2))))
        yield Token("COLUMNS", (name, columns), start, match.end(3))
        if layout.is_line_end(match.end()):
            yield from self._rows(match.end(), len(columns), ())
            return
        tokens, end = RowLexer(text, layout.budget, len(columns), ()).tokens(match.end())
        yield from tokens
        layout.end_statement(end)
        yield Token("_END", None, start)
        if layout.indented:
            raise Fault(
                "a second row below a table of one line",
                layout.offset,
                "put every row on a line of its own, below the header",
            )

    def typed(self, match: re.Match[str]) -> Generator[Token, None, int | None]:
        """Yield the tokens of a typed table.

        Args:
            match: a match of `TYPED_HEADER`.

        Returns:
            The offset after a short table, whose line goes on; None after a table with rows on lines below.

        Raises:
            Fault: the header or a row is not valid.
        """
        text, start, end = self.layout.text, match.start(), match.end()
        types = _column_types(match)
        yield Token("TYPES", types, start, match.end(2))
        if self.layout.is_line_end(end):
            yield from self._rows(end, len(types), types)
            return None
        if text[end] != "=":
            raise Fault(
                "expected = or the end of the line after the types of a table",
                end,
                f"{_SHORT_TABLE}, or one row per line below",
            )
        yield Token("EQUAL", None, end)
        end = _skip_blanks(text, end + 1)
        if text[end] != "[":
            raise Fault("expected [ before the rows of a table", end, _SHORT_TABLE)
        lexer = InlineLexer(text, self.layout.budget, types)
        yield from lexer.tokens(end)
        return lexer.offset

    def _rows(self, header_end: int, width: int, types: tuple[str, ...]) -> Iterator[Token]:
        """Yield the tokens of the rows below a header, and close their block."""
        layout = self.layout
        layout.end_statement(header_end)
        if not layout.indented:
            yield Token("_END", None, header_end)
            return
        yield layout.indent(layout.column, layout.offset)
        column = layout.column
        lexer = RowLexer(layout.text, layout.budget, width, types)
        size = 0
        while layout.column == column and not layout.at_end:
            if self.fast:
                rows, special_follows = self._run(width, types, RUN_SIZES[size])
                if rows is not None:
                    yield rows
                size = 0 if special_follows else min(size + 1, len(RUN_SIZES) - 1)
                if not special_follows:
                    continue
            tokens, end = lexer.tokens(layout.offset)
            yield from tokens
            layout.end_statement(end)
            yield Token("_END", None, layout.offset)
        if layout.indented:
            raise Fault(
                "a row that is indented more than the first",
                layout.offset,
                f"start it at column {column + 1}",
            )
        if layout.at_end:
            layout.column = layout.levels[0]
        yield from layout.dedent()

    def _run(self, width: int, types: tuple[str, ...], size: int) -> tuple[Token | None, bool]:
        """Read a run of plain rows as one token; return, too, whether a row follows that is not plain."""
        layout = self.layout
        start, column = layout.offset, layout.column
        try:
            rows, end, special = read_rows(layout.text, start - column, width, size)
            if not rows:
                return None, special
            layout.budget.spend(len(rows) * width, start)
            rows = convert_rows(rows, types) if types else rows
        except ValueLimitFault:
            raise
        except Fault:
            raise SlowPathRequired from None
        layout.skip_to_statement(end)
        return Token("ROWS", rows, start), special and layout.column == column and not layout.at_end


class RowLexer:
    """Splits single rows into tokens.

    Args:
        text: the document; it ends in a newline.
        budget: what is left of the limits.
        width: number of columns of the table.
        types: the column types of a typed table.
    """

    __slots__ = ("budget", "text", "types", "width")

    def __init__(self, text: str, budget: Budget, width: int, types: tuple[str, ...]) -> None:
        self.text = text
        self.budget = budget
        self.width = width
        self.types = types

    def tokens(self, start: int) -> tuple[list[Token], int]:
        """Return the tokens of the row at an offset, and the offset after its last cell.

        Raises:
            Fault: the row has not as many cells as the table has columns, or a cell is not valid.
        """
        text, offset = self.text, start
        cells: list[list[Token]] = []
        while True:
            begin, offset = offset, _skip_blanks(text, offset)
            if text[offset] in ",\n" or (self._is_comment(offset) and text[offset + 1] in " \t\n#"):
                at = offset
                if text[offset] == "#":  # what is written there must not touch the comment
                    at = begin + (offset - begin > 1)
                cells.append([Token("BLANK", None, at, at)])
                self.budget.spend(1, offset)
            else:
                tokens, offset = self._cell(offset, len(cells))
                cells.append(tokens)
            offset = _skip_blanks(text, offset)
            if text[offset] != ",":
                break
            offset += 1
        if text[offset] != "\n" and not self._is_comment(offset):
            raise self._trailing_text_fault(offset)
        if len(cells) == self.width + 1 and cells[-1][0].type == "BLANK":
            cells.pop()
        if len(cells) != self.width:
            raise Fault(
                f"this row has {plural(len(cells), 'cell')}, the table has {plural(self.width, 'column')}",
                start,
                "put a text that has a comma in double quotes; leave an empty cell for null",
            )
        return _with_commas(cells), offset

    def _is_comment(self, offset: int) -> bool:
        return self.text[offset] == "#" and self.text[offset - 1] in " \t"

    def _cell(self, start: int, column: int) -> tuple[list[Token], int]:
        collection = self.text[start] in "[{"
        if collection:
            lexer = InlineLexer(self.text, self.budget)
            tokens = list(lexer.tokens(start))
            end = lexer.offset
            if "\n" in self.text[start:end]:
                raise Fault("a cell that spans several lines", start, "write the row on one line")
        else:
            self.budget.spend(1, start)
            token, end = read_inline_scalar(self.text, start)
            tokens = [token]
        if self.types and column < len(self.types):
            tokens[0].value = convert_cell(self.types[column], tokens[0].value, start, collection=collection)
        return tokens, end

    def _trailing_text_fault(self, offset: int) -> Fault:
        character = self.text[offset]
        if character in ")]}":
            return Fault(f"unbalanced {character} in a cell", offset, "put the text in double quotes")
        return Fault("unexpected text after a cell", offset, "separate cells with commas")


def _with_commas(cells: list[list[Token]]) -> list[Token]:
    tokens = list(cells[0])
    for cell in cells[1:]:
        tokens.append(Token("COMMA", None, 0))
        tokens.extend(cell)
    return tokens


def _skip_blanks(text: str, offset: int) -> int:
    while text[offset] in " \t":
        offset += 1
    return offset


def _column_names(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the column names of a header.

    Args:
        text: the document.
        start: offset after the first bar.
        end: offset of the second bar.
    """
    columns: dict[str, None] = {}
    for part in text[start:end].split(","):
        offset = start + len(part) - len(part.lstrip(" \t"))
        name = part.strip(" \t")
        if name.startswith('"') and name.endswith('"') and len(name) > 1:
            column = read_string(text, offset)[0]
        elif not name:
            raise Fault("a column without a name", offset, "name every column, as in: name |a, b|")
        elif _NAME.fullmatch(name):
            column = name
        else:
            raise Fault(
                f"{shorten(name)} is not a valid column name",
                offset,
                "a header is name |a, b|, and commas separate the cells of a row; "
                "put a name with other characters in double quotes",
                plain="this is not a valid column name",
            )
        if column in columns:
            raise Fault(
                f"duplicate column {shorten(column)}",
                offset,
                "give every column its own name",
                plain="duplicate column",
            )
        columns[column] = None
        start += len(part) + 1
    return tuple(columns)


def _column_types(match: re.Match[str]) -> tuple[str, ...]:
    if not match[2]:
        raise Fault(
            "the types of a table are not closed", match.start(), "close them with }, as in: table{i32, f64}"
        )
    types = tuple(name.strip(" \t") for name in match[1].split(","))
    for name in types:
        if name not in TYPES:
            raise Fault(
                f"{shorten(name) or 'an empty name'} is not a column type",
                match.start(1),
                f"use {' '.join(TYPES)}",
                plain="this is not a column type",
            )
    return types
