"""The body of a table: a run of plain rows at one stroke, or one row into tokens."""

from __future__ import annotations

from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.cells import count, typed_cell
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.inline import Brackets, read_value
from simple_conf.sdn.parsing.literals import scalar
from simple_conf.sdn.parsing.token import Lexeme

SIZES = (16, 256, 4096)
"""How many rows are taken at once: few where rows are of mixed kinds, many where all are plain."""

_BODIES = {size: Pattern(rf"( *)[^\s#][^\n]*\n(?:\1[^\s#][^\n]*\n){{0,{size - 1}}}") for size in SIZES}
_ODD = Pattern(r"""["'#$\[\](){}|>]""")
_TEXT = r'[^,"#$\[\](){}\n]*'
_CELL = (
    r'[ \t]*(?:"[^"\\\n]*"[ \t]*'
    rf"""|(?=[^\s,"'#$\[\](){{}}|>])(?!table *\{{){_TEXT}(?:(?:\({_TEXT}\)|\[{_TEXT}\]){_TEXT}){{0,50}})?"""
)
_ROW = Pattern(rf"(?:{_CELL},){{0,1000}}{_CELL}")
_ROW_CELLS = Pattern(r'[ \t]*(?:("[^"]*")[ \t]*|([^,"]*)),')
_INTEGERS = Pattern(r"(?:-?(?:0|[1-9][0-9]{0,17})\n)+")
_FLOATS = Pattern(r"(?:-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,30}\n)+")
_TEXTS = Pattern(r"(?:(?!(?:true|false|null|nil)\n)[A-Za-z_/][^\n]*\n)+")


def take_body(text: str, at: int, width: int, size: int) -> tuple[list[tuple[Any, ...]], int, bool]:
    """Read the plain rows at the beginning of a table's body.

    Args:
        text: the whole document.
        at: offset of the first row's line, at its indentation.
        width: how many columns the table has.
        size: how many rows to take at most, one of `SIZES`.

    Returns:
        The rows, perhaps none; the offset of the line after them; and whether an odd row follows.

    Raises:
        Fault: a cell is not a value; its place is not known.
    """
    match = _BODIES[size].match(text, at)
    if match is None:
        return [], at, True
    body = match[0]
    lines = body.split("\n")
    lines.pop()
    ascii_only = body.isascii()
    if _ODD.search(body) is None:
        count = _same_width(lines, width)
        rows = _columns(lines[:count], width, ascii_only=ascii_only) if count else []
    else:
        rows = _mixed(lines, width, ascii_only=ascii_only)
        count = len(rows)
    if count == len(lines):
        return rows, match.end(), False
    return rows, at + sum(map(len, lines[:count])) + count, True


def _same_width(lines: list[str], width: int) -> int:
    """Count the lines, from the first on, that have as many commas as there are between the columns."""
    commas = width - 1
    return next((number for number, line in enumerate(lines) if line.count(",") != commas), len(lines))


def _mixed(lines: list[str], width: int, *, ascii_only: bool) -> list[tuple[Any, ...]]:
    """Read rows of which some have quotes: the others column by column, these one by one."""
    plain: list[str] = []
    quoted: dict[int, tuple[Any, ...]] = {}
    for number, line in enumerate(lines):
        if _ODD.search(line) is not None:
            row = _quoted_row(line, width)
            if row is None:
                break
            quoted[number] = row
        elif line.count(",") != width - 1:
            break
        else:
            plain.append(line)
    rest = iter(_columns(plain, width, ascii_only=ascii_only) if plain else [])
    return [quoted[number] if number in quoted else next(rest) for number in range(len(plain) + len(quoted))]


def _quoted_row(line: str, width: int) -> tuple[Any, ...] | None:
    """Read one row with quotes or brackets; None where it needs the long way."""
    if _ROW.fullmatch(line) is None:
        return None
    values: list[Any] = []
    for quoted, bare in _ROW_CELLS.findall(line + ","):
        if quoted:
            values.append(quoted[1:-1])
        else:
            stripped = bare.strip(" \t")
            values.append(scalar(stripped) if stripped else None)
    return tuple(values) if len(values) == width else None


def _columns(lines: list[str], width: int, *, ascii_only: bool) -> list[tuple[Any, ...]]:
    cells = ",".join(lines).split(",")
    # Control characters are refused before, so that strip() takes only blanks off ASCII text.
    cells = [cell.strip() for cell in cells] if ascii_only else [cell.strip(" \t") for cell in cells]
    return list(zip(*(convert_column(cells[column::width]) for column in range(width)), strict=True))


def convert_column(cells: list[str]) -> list[Any]:
    """Give what the bare cells of one column mean; all of a kind are converted together.

    Raises:
        Fault: a cell is not a value.
    """
    joined = "\n".join(cells) + "\n"
    if _INTEGERS.fullmatch(joined):
        return list(map(int, cells))
    if _TEXTS.fullmatch(joined):
        return cells
    if _FLOATS.fullmatch(joined):
        return list(map(float, cells))
    meaning = {cell: scalar(cell) if cell else None for cell in set(cells)}
    return [meaning[cell] for cell in cells]


class Row:
    """Reads one row into tokens.

    Args:
        text: the whole document.
        budget: what is left of the limits.
        width: how many columns the table has.
        types: their types, or nothing.
    """

    __slots__ = ("budget", "text", "types", "width")

    def __init__(self, text: str, budget: Budget, width: int, types: tuple[str, ...]) -> None:
        self.text = text
        self.budget = budget
        self.width = width
        self.types = types

    def tokens(self, at: int) -> tuple[list[Lexeme], int]:
        """Give the tokens of the row that begins at an offset, and the offset after its last cell.

        Raises:
            Fault: the row has another width than the table, or a cell is not a value.
        """
        text, start = self.text, at
        cells: list[list[Lexeme]] = []
        while True:
            at = _blanks(text, at)
            if text[at] in ",\n" or (text[at] == "#" and text[at - 1] in " \t" and text[at + 1] in " \t\n#"):
                cells.append([Lexeme("BLANK", None, at, at)])
                self.budget.spend(1, at)
            else:
                tokens, at = self._cell(at, len(cells))
                cells.append(tokens)
            at = _blanks(text, at)
            if text[at] != ",":
                break
            at += 1
        if text[at] != "\n" and not (text[at] == "#" and text[at - 1] in " \t"):
            raise self._stray(at)
        if len(cells) == self.width + 1 and cells[-1][0].type == "BLANK":
            cells.pop()
        if len(cells) != self.width:
            raise Fault(
                f"this row has {count(len(cells), 'cell')}, the table has {count(self.width, 'column')}",
                start,
                "put a text that has a comma in double quotes; leave an empty cell for null",
            )
        return self._joined(cells), at

    def _cell(self, at: int, column: int) -> tuple[list[Lexeme], int]:
        collection = self.text[at] in "[{"
        if collection:
            brackets = Brackets(self.text, self.budget)
            tokens = list(brackets.tokens(at))
            end = brackets.at
            if "\n" in self.text[at:end]:
                raise Fault("a cell that goes over the end of its line", at, "write the row on one line")
        else:
            self.budget.spend(1, at)
            token, end = read_value(self.text, at)
            tokens = [token]
        if self.types and column < len(self.types):
            tokens[0].value = typed_cell(self.types[column], tokens[0].value, at, collection=collection)
        return tokens, end

    def _stray(self, at: int) -> Fault:
        if self.text[at] in ")]}":
            return Fault(f"unbalanced {self.text[at]} in a cell", at, "put the text in double quotes")
        return Fault("text after a cell", at, "separate cells with commas")

    def _joined(self, cells: list[list[Lexeme]]) -> list[Lexeme]:
        tokens = list(cells[0])
        for cell in cells[1:]:
            tokens.append(Lexeme("COMMA", None, 0))
            tokens.extend(cell)
        return tokens


def _blanks(text: str, at: int) -> int:
    while text[at] in " \t":
        at += 1
    return at


def check_types(rows: list[tuple[Any, ...]], types: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Check rows that were read at one stroke against the types of their table.

    Raises:
        Fault: a cell does not fit; its place is not known.
    """
    return [tuple(typed_cell(kind, cell, 0) for kind, cell in zip(types, row, strict=True)) for row in rows]
