"""From a tree to SDN text that reads back to the equal tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simple_conf.errors import UnwritableError
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.blocktext import read_block
from simple_conf.sdn.quoting import KEY, inline_text, item_text, key_text, line_text
from simple_conf.values import Table

INDENT = 2
WIDTH = 80
"""How wide a line may be before a flat list is written as a block."""

SHORT_DICT = 4
"""How many entries a flat dict may have before it is written as a block."""

_DEPTH = Limits().depth


class OneLine(str):
    """A text that is written in quotes, on one line, even where it has several."""

    __slots__ = ()


def one_lined(value: Any) -> Any:
    """Give a value whose texts of several lines are all written in quotes."""
    if isinstance(value, str):
        return OneLine(value) if "\n" in value else value
    if isinstance(value, Mapping):
        return {key: one_lined(item) for key, item in value.items()}
    if isinstance(value, Table):
        return value  # its cells are on one line anyway
    return [one_lined(item) for item in value] if _is_list(value) else value


def write(tree: Any, *, depth: int = _DEPTH) -> str:
    """Write a tree as SDN text: `parse(write(tree)).values == tree`.

    Uniform lists of flat dicts become tables, short flat lists and dicts go on one line, and a text
    that would not read back as itself is quoted. Infinite floats and NaN are written as the bare
    texts `inf`, `-inf` and `nan`, which read back as texts.

    Args:
        tree: a mapping with str keys, or a list that is not empty; inside, mappings, lists, tuples,
            `Table`, str, int, float, bool, None, `MISSING`; a `Secret` is written as its mask.
        depth: how deeply it may nest; `Limits.depth` of the reader must be as large.

    Returns:
        The text, with a newline at its end; empty for an empty mapping.

    Raises:
        UnwritableError: a value has no form in SDN, or the tree nests too deeply (perhaps in itself).
    """
    lines: list[str] = []
    try:
        if isinstance(tree, Mapping):
            _mapping(tree, 0, lines, depth)
        elif _is_list(tree) and len(tree):
            _items(tree, 0, lines, depth)
        else:
            raise UnwritableError("a document is a mapping, or a list that is not empty")
    except RecursionError:
        raise UnwritableError("the tree nests more deeply than Python can follow") from None
    return "\n".join([*lines, ""]) if lines else ""


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple | Table | Mapping) or _is_list(value)


def _mapping(tree: Mapping[Any, Any], indent: int, lines: list[str], depth: int) -> None:
    if depth <= 0:
        raise UnwritableError("the tree nests too deeply, perhaps in itself: pass a larger depth")
    margin = " " * indent
    for key, value in tree.items():
        name = margin + key_text(key)
        try:
            if isinstance(value, str) or not _is_nested(value):
                _scalar(f"{name}: ", value, line_text, indent, lines)
            else:
                _nested(name, value, indent, lines, depth)
        except UnwritableError as error:
            raise _at(key, error) from None


def _scalar(lead: str, value: Any, text: Callable[[Any], str], indent: int, lines: list[str]) -> None:
    """Write a scalar after its key or dash; a text of several lines as a block, where that reads back."""
    several = isinstance(value, str) and "\n" in value and not isinstance(value, OneLine)
    block = block_lines(value, indent) if several else None
    if block is None:
        lines.append(lead + text(value))
    else:
        mark, *below = block
        lines.append(lead + mark)
        lines.extend(below)


def block_lines(value: str, indent: int) -> list[str] | None:
    """Write a text as a block: its mark, and the lines below it.

    Args:
        value: the text.
        indent: column of the key or dash that it belongs to.

    Returns:
        The lines, or None where a block would not read back to the same text.
    """
    strip = not value.endswith("\n")
    content = (value if strip else value[:-1]).split("\n")
    margin = " " * (indent + INDENT)
    if not all(line.replace("\t", " ").isprintable() for line in content):
        return None
    lines = [margin + line if line else "" for line in content]
    back, _ = read_block("\n".join([*lines, ""]), 0, indent, fold=False, strip=strip)
    return ["|-" if strip else "|", *lines] if back == value else None


def _nested(name: str, value: Any, indent: int, lines: list[str], depth: int) -> None:
    """Write a key with the mapping, list or table that it holds."""
    if isinstance(value, Table):
        _table(name, value, indent, lines, depth)
    elif isinstance(value, Mapping):
        text = short(value, WIDTH - len(name) - 2)
        if text is not None:
            lines.append(f"{name}: {text}")
        else:
            lines.append(f"{name}:")
            _mapping(value, indent + INDENT, lines, depth - 1)
    else:
        text = short(value, WIDTH - len(name) - 2)
        if text is not None:
            lines.append(f"{name}: {text}")
        elif (columns := table_columns(value)) is not None:
            _table(name, Table(columns, [tuple(row.values()) for row in value]), indent, lines, depth)
        else:
            lines.append(f"{name}:")
            _items(value, indent + INDENT, lines, depth - 1)


def _items(values: Iterable[Any], indent: int, lines: list[str], depth: int) -> None:
    """Write a block of dashes."""
    if depth <= 0:
        raise UnwritableError("the tree nests too deeply, perhaps in itself: pass a larger depth")
    margin = " " * indent + "- "
    for number, value in enumerate(values):
        try:
            if not _is_nested(value):
                _scalar(margin, value, item_text, indent, lines)
            elif isinstance(value, Table) and value.types:
                lines.append(f"{margin}table{{{', '.join(value.types)}}}")
                _rows(value, indent, lines, depth)
            elif (text := short(value, WIDTH - len(margin))) is not None:
                lines.append(margin + text)
            else:
                start = len(lines)
                if isinstance(value, Mapping):
                    _mapping(value, indent + 2, lines, depth - 1)
                else:
                    _items(value, indent + 2, lines, depth - 1)
                lines[start] = margin + lines[start][len(margin) :]
        except UnwritableError as error:
            raise _at(number, error) from None


def short(value: Any, width: int) -> str | None:
    """Write a flat list or dict on one line, if it is short enough; an empty one always is."""
    if not len(value):
        return "{}" if isinstance(value, Mapping) else "[]"
    if len(value) * 3 > width or (isinstance(value, Mapping) and len(value) > SHORT_DICT):
        return None
    inside = value.values() if isinstance(value, Mapping) else value
    if any(_is_nested(item) for item in inside):
        return None
    text = one_line(value, 1)
    return text if len(text) <= width else None


def one_line(value: Any, depth: int = _DEPTH) -> str:
    """Write a value as it stands between brackets or commas.

    Args:
        value: a scalar, list, dict or table.
        depth: how deeply it may nest.

    Returns:
        Text without a line end.

    Raises:
        UnwritableError: a value inside has no form in SDN, or it nests too deeply.
    """
    if not _is_nested(value):
        return inline_text(value)
    if depth <= 0:
        raise UnwritableError("the tree nests too deeply, perhaps in itself: pass a larger depth")
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{key_text(key)}: {one_line(item, depth - 1)}" for key, item in value.items())
            + "}"
        )
    return "[" + ", ".join([one_line(item, depth - 1) for item in value]) + "]"


def table_columns(rows: Any) -> tuple[str, ...] | None:
    """Give the columns that a list of dicts has as a table; None where it should stay a list.

    Args:
        rows: a list.

    Returns:
        Names in their order, if there are at least two rows, all flat dicts with the same keys in
        the same order, and every name can stand in a header.
    """
    if len(rows) < 2 or not isinstance(rows[0], Mapping) or not rows[0]:
        return None
    columns = tuple(rows[0])
    if not all(isinstance(name, str) and KEY.fullmatch(name) for name in columns):
        return None
    for row in rows:
        if not isinstance(row, Mapping) or tuple(row) != columns or any(map(_is_nested, row.values())):
            return None
    return columns


def _table(name: str, table: Table, indent: int, lines: list[str], depth: int) -> None:
    if table.columns:
        lines.append(f"{name} |{', '.join(map(key_text, table.columns))}|")
    else:
        lines.append(f"{name}: table{{{', '.join(table.types)}}}")
    _rows(table, indent, lines, depth)


def _rows(table: Table, indent: int, lines: list[str], depth: int) -> None:
    margin = " " * (indent + INDENT)
    if any(map(_is_nested, (cell for row in table.rows for cell in row))) and depth <= 1:
        raise UnwritableError("the tree nests too deeply, perhaps in itself: pass a larger depth")
    for number, row in enumerate(table.rows):
        try:
            lines.append(margin + row_text(row, depth - 1))
        except UnwritableError as error:
            raise _at(number, error) from None


def row_text(row: Sequence[Any], depth: int = _DEPTH) -> str:
    """Write the cells of a row; null is an empty cell, but at the ends of the row.

    Args:
        row: one value a column.
        depth: how deeply the cells may nest.
    """
    cells = [one_line(cell, depth) for cell in row]
    for at in range(1, len(cells) - 1):
        if row[at] is None:
            cells[at] = ""
    return ", ".join(cells)


def entry_lines(key: str, value: Any, indent: int) -> list[str]:
    """Write one entry of a mapping, with its key at a column from 0."""
    lines: list[str] = []
    _mapping({key: value}, indent, lines, _DEPTH)
    return lines


def item_lines(value: Any, indent: int) -> list[str]:
    """Write one item of a list, with its dash at a column from 0."""
    lines: list[str] = []
    _items([value], indent, lines, _DEPTH)
    return lines


def _at(part: str | int, error: UnwritableError) -> UnwritableError:
    here = f"[{part}]" if isinstance(part, int) else str(part)
    rest = error.key_path
    joined = here + (rest if rest.startswith("[") or not rest else f".{rest}")
    return UnwritableError(error.message, key_path=joined if rest != here else here)
