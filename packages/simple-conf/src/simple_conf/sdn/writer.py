"""Writes a tree as SDN text that reads back to the equal tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simple_conf.errors import UnwritableError
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.text_block import read_text_block
from simple_conf.sdn.quoting import BARE_KEY, inline_text, item_text, key_text, line_text
from simple_conf.values import Table

INDENT = 2
"""Columns by which a block is indented."""

_WIDTH = 80  # maximum width of a line with a collection
_MAX_INLINE_ENTRIES = 4  # a dict with more entries is written as a block
_DEPTH = Limits().depth
_TOO_DEEP = "the tree nests too deeply, or contains itself: pass a larger depth"


class SingleLineText(str):
    """A text that is written in quotes on one line, even if it has newlines."""

    __slots__ = ()


def without_text_blocks(value: Any) -> Any:
    """Return a value whose texts are all written on one line each."""
    if isinstance(value, str):
        return SingleLineText(value) if "\n" in value else value
    if isinstance(value, Mapping):
        return {key: without_text_blocks(item) for key, item in value.items()}
    if isinstance(value, Table):
        return value  # cells have no text blocks
    return [without_text_blocks(item) for item in value] if _is_list(value) else value


def write(tree: Any, *, depth: int = _DEPTH) -> str:
    """Write a tree as SDN text: `parse(write(tree)).values == tree`.

    Uniform lists of flat dicts become tables, short flat lists and dicts are written inline, and a text that
    would not read back as itself is quoted. Infinite floats and NaN are written as the bare texts `inf`,
    `-inf` and `nan`, which read back as texts.

    Args:
        tree: a mapping with str keys, or a list that is not empty; inside, mappings, lists, tuples,
            `Table`, str, int, float, bool, None, `MISSING`; a `Secret` is written as its mask.
        depth: maximum nesting depth; `Limits.depth` of the reader must be as large.

    Returns:
        The text, with a newline at its end; empty for an empty mapping.

    Raises:
        UnwritableError: SDN cannot represent a value, or the tree nests too deeply or contains itself.
    """
    lines: list[str] = []
    try:
        if isinstance(tree, Mapping):
            _write_mapping(tree, 0, lines, depth)
        elif _is_list(tree) and len(tree):
            _write_items(tree, 0, lines, depth)
        else:
            raise UnwritableError("a document is a mapping, or a list that is not empty")
    except RecursionError:
        raise UnwritableError("the tree nests more deeply than Python can follow") from None
    return "\n".join([*lines, ""]) if lines else ""


def write_entry(key: str, value: Any, column: int) -> list[str]:
    """Return the lines of one entry of a mapping, with its key at a column from 0.

    Raises:
        UnwritableError: SDN cannot represent the value.
    """
    lines: list[str] = []
    _write_mapping({key: value}, column, lines, _DEPTH)
    return lines


def write_item(value: Any, column: int) -> list[str]:
    """Return the lines of one item of a list, with its dash at a column from 0.

    Raises:
        UnwritableError: SDN cannot represent the value.
    """
    lines: list[str] = []
    _write_items([value], column, lines, _DEPTH)
    return lines


def write_row(row: Sequence[Any], depth: int = _DEPTH) -> str:
    """Return the cells of a row; null is an empty cell, except at both ends of the row.

    Args:
        row: one value per column.
        depth: maximum nesting depth of the cells.

    Raises:
        UnwritableError: SDN cannot represent a cell.
    """
    cells = [write_inline(cell, depth) for cell in row]
    for index in range(1, len(cells) - 1):
        if row[index] is None:
            cells[index] = ""
    return ", ".join(cells)


def write_inline(value: Any, depth: int = _DEPTH) -> str:
    """Return a value as it is written between brackets or commas.

    Args:
        value: a scalar, list, dict or table.
        depth: maximum nesting depth.

    Returns:
        Text without newlines.

    Raises:
        UnwritableError: SDN cannot represent a value, or the value nests too deeply.
    """
    if not _is_nested(value):
        return inline_text(value)
    if depth <= 0:
        raise UnwritableError(_TOO_DEEP)
    if isinstance(value, Mapping):
        fields = [f"{key_text(key)}: {write_inline(item, depth - 1)}" for key, item in value.items()]
        return f"{{{', '.join(fields)}}}"
    return f"[{', '.join([write_inline(item, depth - 1) for item in value])}]"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple | Table | Mapping) or _is_list(value)


def _write_mapping(tree: Mapping[Any, Any], column: int, lines: list[str], depth: int) -> None:
    if depth <= 0:
        raise UnwritableError(_TOO_DEEP)
    margin = " " * column
    for key, value in tree.items():
        name = margin + key_text(key)
        try:
            if isinstance(value, str) or not _is_nested(value):
                _write_scalar(f"{name}: ", value, line_text, column, lines)
            else:
                _write_nested(name, value, column, lines, depth)
        except UnwritableError as error:
            raise _error_inside(key, error) from None


def _write_scalar(prefix: str, value: Any, text: Callable[[Any], str], column: int, lines: list[str]) -> None:
    """Write a scalar after its key or dash; a text with newlines as a text block if that reads back."""
    use_block = isinstance(value, str) and "\n" in value and not isinstance(value, SingleLineText)
    block = _text_block(value, column) if use_block else None
    if block is None:
        lines.append(prefix + text(value))
    else:
        header, *below = block
        lines.append(prefix + header)
        lines.extend(below)


def _text_block(value: str, column: int) -> list[str] | None:
    """Return the header and the lines of a text block, or None if it would not read back.

    Args:
        value: the text.
        column: column of the key or dash, from 0.
    """
    strip = not value.endswith("\n")
    content = (value if strip else value[:-1]).split("\n")
    if not all(line.replace("\t", " ").isprintable() for line in content):
        return None
    margin = " " * (column + INDENT)
    lines = [margin + line if line else "" for line in content]
    read_back, _ = read_text_block("\n".join([*lines, ""]), 0, column, fold=False, strip=strip)
    return ["|-" if strip else "|", *lines] if read_back == value else None


def _write_nested(name: str, value: Any, column: int, lines: list[str], depth: int) -> None:
    """Write a key with its mapping, list or table."""
    if isinstance(value, Table):
        _write_table(name, value, column, lines, depth)
    elif (text := _short_inline(value, _WIDTH - len(name) - 2)) is not None:
        lines.append(f"{name}: {text}")
    elif isinstance(value, Mapping):
        lines.append(f"{name}:")
        _write_mapping(value, column + INDENT, lines, depth - 1)
    elif (columns := _table_columns(value)) is not None:
        _write_table(name, Table(columns, [tuple(row.values()) for row in value]), column, lines, depth)
    else:
        lines.append(f"{name}:")
        _write_items(value, column + INDENT, lines, depth - 1)


def _write_items(values: Iterable[Any], column: int, lines: list[str], depth: int) -> None:
    """Write the items of a list with dashes."""
    if depth <= 0:
        raise UnwritableError(_TOO_DEEP)
    prefix = " " * column + "- "
    for index, value in enumerate(values):
        try:
            if not _is_nested(value):
                _write_scalar(prefix, value, item_text, column, lines)
            elif isinstance(value, Table) and value.types:
                lines.append(prefix + _typed_header(value))
                _write_rows(value, column, lines, depth)
            elif (text := _short_inline(value, _WIDTH - len(prefix))) is not None:
                lines.append(prefix + text)
            else:
                first = len(lines)
                if isinstance(value, Mapping):
                    _write_mapping(value, column + INDENT, lines, depth - 1)
                else:
                    _write_items(value, column + INDENT, lines, depth - 1)
                lines[first] = prefix + lines[first][len(prefix) :]
        except UnwritableError as error:
            raise _error_inside(index, error) from None


def _short_inline(value: Any, width: int) -> str | None:
    """Return a short flat list or dict as it is written inline; None if it should be a block."""
    if not len(value):
        return "{}" if isinstance(value, Mapping) else "[]"
    if len(value) * 3 > width or (isinstance(value, Mapping) and len(value) > _MAX_INLINE_ENTRIES):
        return None
    items = value.values() if isinstance(value, Mapping) else value
    if any(_is_nested(item) for item in items):
        return None
    text = write_inline(value, 1)
    return text if len(text) <= width else None


def _table_columns(rows: Any) -> tuple[str, ...] | None:
    """Return the columns of a list that should be written as a table; None if it should not.

    It has at least two rows, all flat dicts with the same keys in the same order, and all keys are bare.
    """
    if len(rows) < 2 or not isinstance(rows[0], Mapping) or not rows[0]:
        return None
    columns = tuple(rows[0])
    if not all(isinstance(name, str) and BARE_KEY.fullmatch(name) for name in columns):
        return None
    for row in rows:
        if not isinstance(row, Mapping) or tuple(row) != columns or any(map(_is_nested, row.values())):
            return None
    return columns


def _write_table(name: str, table: Table, column: int, lines: list[str], depth: int) -> None:
    if table.columns:
        lines.append(f"{name} |{', '.join(map(key_text, table.columns))}|")
    else:
        lines.append(f"{name}: {_typed_header(table)}")
    _write_rows(table, column, lines, depth)


def _typed_header(table: Table) -> str:
    return f"table{{{', '.join(table.types)}}}"


def _write_rows(table: Table, column: int, lines: list[str], depth: int) -> None:
    margin = " " * (column + INDENT)
    if any(map(_is_nested, (cell for row in table.rows for cell in row))) and depth <= 1:
        raise UnwritableError(_TOO_DEEP)
    for index, row in enumerate(table.rows):
        try:
            lines.append(margin + write_row(row, depth - 1))
        except UnwritableError as error:
            raise _error_inside(index, error) from None


def _error_inside(part: str | int, error: UnwritableError) -> UnwritableError:
    """Return an error with a key or an index put before its path."""
    here = f"[{part}]" if isinstance(part, int) else str(part)
    rest = error.key_path
    separator = "" if rest.startswith("[") or not rest else "."
    return UnwritableError(error.message, key_path=f"{here}{separator}{rest}")
