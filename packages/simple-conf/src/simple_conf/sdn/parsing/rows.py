"""Fast path for runs of plain table rows."""

from __future__ import annotations

from collections.abc import Sequence

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.cell_types import convert_cell
from simple_conf.sdn.parsing.literals import Scalar, parse_scalar

RowValues = tuple[Scalar, ...]

RUN_SIZES = (16, 256, 4096)
"""How many rows are read at once: few where rows of different kinds alternate, many where all are plain."""

_RUNS = {size: Pattern(rf"( *)[^\s#][^\n]*\n(?:\1[^\s#][^\n]*\n){{0,{size - 1}}}") for size in RUN_SIZES}
_SPECIAL = Pattern(r"""["'#$\[\](){}|>]""")
_TEXT = r'[^,"#$\[\](){}\n]*'
_CELL = (
    r'[ \t]*(?:"[^"\\\n]*"[ \t]*'
    rf"""|(?=[^\s,"'#$\[\](){{}}|>])(?!table *\{{){_TEXT}(?:(?:\({_TEXT}\)|\[{_TEXT}\]){_TEXT}){{0,50}})?"""
)
_ROW = Pattern(rf"(?:{_CELL},){{0,1000}}{_CELL}")
_EACH_CELL = Pattern(r'[ \t]*(?:("[^"]*")[ \t]*|([^,"]*)),')
_INTEGERS = Pattern(r"(?:-?(?:0|[1-9][0-9]{0,17})\n)+")
_FLOATS = Pattern(r"(?:-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,30}\n)+")
_TEXTS = Pattern(r"(?:(?!(?:true|false|null|nil)\n)[A-Za-z_/][^\n]*\n)+")


def read_rows(text: str, start: int, width: int, size: int) -> tuple[list[RowValues], int, bool]:
    """Read the plain rows at the start of the remaining rows of a table.

    Args:
        text: the document; it ends in a newline.
        start: offset of the first row's line, at its indentation.
        width: number of columns of the table.
        size: maximum number of rows, one of `RUN_SIZES`.

    Returns:
        The rows, perhaps none; the offset of the line after them; and whether a row follows that needs the
        slow path.

    Raises:
        Fault: a cell is not a value; its offset is not known.
    """
    match = _RUNS[size].match(text, start)
    if match is None:
        return [], start, True
    run = match[0]
    lines = run.split("\n")
    lines.pop()
    is_ascii = run.isascii()
    if _SPECIAL.search(run) is None:
        count = _count_of_width(lines, width)
        rows = _parse_columns(lines[:count], width, is_ascii=is_ascii) if count else []
    else:
        rows = _parse_mixed(lines, width, is_ascii=is_ascii)
        count = len(rows)
    if count == len(lines):
        return rows, match.end(), False
    return rows, start + sum(map(len, lines[:count])) + count, True


def _count_of_width(lines: list[str], width: int) -> int:
    """Count the lines, from the first on, that have as many cells as there are columns."""
    commas = width - 1
    return next((number for number, line in enumerate(lines) if line.count(",") != commas), len(lines))


def _parse_mixed(lines: list[str], width: int, *, is_ascii: bool) -> list[RowValues]:
    """Parse rows of which some have special characters: those one by one, the others by columns."""
    plain: list[str] = []
    special: dict[int, RowValues] = {}
    for number, line in enumerate(lines):
        if _SPECIAL.search(line) is not None:
            row = _parse_special(line, width)
            if row is None:
                break
            special[number] = row
        elif line.count(",") != width - 1:
            break
        else:
            plain.append(line)
    rest = iter(_parse_columns(plain, width, is_ascii=is_ascii) if plain else [])
    count = len(plain) + len(special)
    return [special[number] if number in special else next(rest) for number in range(count)]


def _parse_special(line: str, width: int) -> RowValues | None:
    """Parse one row with quotes or balanced brackets; None if it needs the slow path."""
    if _ROW.fullmatch(line) is None:
        return None
    values: list[Scalar] = []
    for quoted, bare in _EACH_CELL.findall(line + ","):
        if quoted:
            values.append(quoted[1:-1])
        else:
            stripped = bare.strip(" \t")
            values.append(parse_scalar(stripped) if stripped else None)
    return tuple(values) if len(values) == width else None


def _parse_columns(lines: list[str], width: int, *, is_ascii: bool) -> list[RowValues]:
    cells = ",".join(lines).split(",")
    # Documents have no control characters, so that strip() removes only blanks from ASCII text.
    cells = [cell.strip() for cell in cells] if is_ascii else [cell.strip(" \t") for cell in cells]
    return list(zip(*(parse_column(cells[column::width]) for column in range(width)), strict=True))


def parse_column(cells: list[str]) -> Sequence[Scalar]:
    """Return the values of the bare cells of one column; a uniform column is converted as a whole.

    Raises:
        Fault: a cell is not a value; its offset is not known.
    """
    joined = "\n".join(cells) + "\n"
    if _INTEGERS.fullmatch(joined):
        return list(map(int, cells))
    if _TEXTS.fullmatch(joined):
        return cells
    if _FLOATS.fullmatch(joined):
        return list(map(float, cells))
    values = {cell: parse_scalar(cell) if cell else None for cell in set(cells)}
    return [values[cell] for cell in cells]


def convert_rows(rows: list[RowValues], types: tuple[str, ...]) -> list[RowValues]:
    """Check rows against the column types of their table; integers in float columns become floats.

    Raises:
        Fault: a cell does not have the type of its column; its offset is not known.
    """
    return [tuple(convert_cell(kind, cell, 0) for kind, cell in zip(types, row, strict=True)) for row in rows]
