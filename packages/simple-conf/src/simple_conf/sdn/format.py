"""Formats a document: the same values and comments, with uniform indentation and spacing."""

from __future__ import annotations

from simple_conf.errors import DocumentError
from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Buffer
from simple_conf.sdn.format_inline import InlineFormatter, join_names
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parser import parse
from simple_conf.sdn.parsing.layout import with_final_newline
from simple_conf.sdn.parsing.position import BLOCKS, Position
from simple_conf.sdn.parsing.tables import NAMED_HEADER
from simple_conf.sdn.parsing.text_block import take_lines
from simple_conf.sdn.writer import INDENT
from simple_conf.source import Source, normalise

_TEXT_BLOCK_HEADER = Pattern(r"[|>]-?")


def format_text(text: str, *, name: str = "<text>", limits: Limits | None = None) -> str:
    r"""Format a document.

    Blocks are indented by two spaces; a colon and one space follow a key, a comma and one space separate
    cells and inline values, and two spaces precede a comment at the end of a line; there is at most one
    blank line between statements. Values stay as they are written, with their quotes, number formats and
    line breaks inside brackets. Formatting a formatted document changes nothing.

    Args:
        text: SDN text.
        name: name of the text in errors.
        limits: limits on its size.

    Returns:
        The formatted text, with ``\n`` line ends.

    Raises:
        SdnSyntaxError: the text is not SDN.
        DocumentError: formatting would change a value.
    """
    parsed = parse(Source(normalise(text), name), limits=limits)
    formatted = Formatter(with_final_newline(parsed.source.text)).document(parsed.positions)
    if parse(Source(formatted, name), limits=limits).values != parsed.values:
        raise DocumentError("this document cannot be formatted without changing a value", key_path="")
    return formatted


class Formatter:
    """Formats a document line by line, from the positions of its values.

    Args:
        text: the document; it ends in a newline.
    """

    __slots__ = ("_buffer", "_columns", "_done", "_inline", "_lines", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._buffer = Buffer(text)
        self._inline = InlineFormatter(text)
        self._lines: list[str] = []
        self._done = 0  # offset of the first line that is not formatted yet
        self._columns: list[tuple[int, int]] = []  # old and new column of each block around the last line

    def document(self, root: Position) -> str:
        """Return the formatted document.

        Args:
            root: position of the document.
        """
        if root.children:
            self._block(root, 0, 0, None)
        self._gap(len(self._text), 0, 0)
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        return "\n".join([*self._lines, ""]) if self._lines else ""

    def _gap(self, end: int, column: int, depth: int, *, first: bool = False) -> None:
        """Write the comments up to an offset, and at most one blank line between them.

        Args:
            end: offset of the next statement's line.
            column: new column of the next statement.
            depth: number of blocks around it.
            first: whether it is the first statement of its block.
        """
        *lines, _ = self._text[self._done : end].split("\n") if self._done < end else [""]
        blank = False
        for line in lines:
            comment = line.strip(" \t")
            if not comment:
                blank = True
                continue
            self._blank_line(blank and not first)
            blank = False
            old_column = len(line) - len(line.lstrip(" \t"))
            new_column = column if first else self._comment_column(old_column, column, depth)
            self._lines.append(" " * new_column + comment)
            first = False
        self._blank_line(blank and not first)
        del self._columns[depth + 1 :]

    def _blank_line(self, wanted: bool) -> None:
        if wanted and self._lines and self._lines[-1]:
            self._lines.append("")

    def _comment_column(self, old_column: int, column: int, depth: int) -> int:
        """Return the new column of a comment: that of the innermost block that it is indented for."""
        inner = [new for old, new in self._columns[depth + 1 :] if old <= old_column]
        return inner[-1] if inner else column

    def _block(self, block: Position, column: int, depth: int, prefix: str | None) -> None:
        """Write a block.

        Args:
            block: its position.
            column: its new column.
            depth: number of blocks around it.
            prefix: the dashes on whose line the first item stands, or None.
        """
        items = block.items()
        self._columns[depth:] = [(self._buffer.column(items[0].key_start), column)]
        for index, item in enumerate(items):
            start = prefix if index == 0 and prefix is not None else None
            if start is None:
                line_start = self._buffer.line_start(item.key_start)
                self._gap(line_start, column, depth, first=index == 0 and depth > 0)
                start = " " * column
            if block.kind == "plain_list":
                self._entry(item, start, column, depth)
            elif block.kind == "dash_list":
                self._entry(item, f"{start}- ", column, depth)
            elif item.kind == "named_table":
                self._named_table(item, start, column, depth)
            else:
                self._entry(item, f"{start}{self._inline.key(item)}: ", column, depth)

    def _entry(self, item: Position, prefix: str, column: int, depth: int) -> None:
        """Write a value after its key or dash; `prefix` is the line so far."""
        if item.kind in BLOCKS:
            self._nested_block(item, prefix, column, depth)
        elif item.kind == "null":
            self._line(prefix.rstrip(" "), item.key_end)
        elif item.kind == "text_block" and self._text[item.start] in "|>":
            self._text_block(item, prefix, column)
        elif item.kind == "typed_table":
            header, end = self._inline.typed_header(item)
            self._line(prefix + header, end)
            self._rows(item, column, depth)
        else:
            self._line(prefix + self._inline.value(item, column), item.end)

    def _nested_block(self, block: Position, prefix: str, column: int, depth: int) -> None:
        first = block.items()[0]
        between = self._text[block.key_end : first.key_start]
        after_dash = prefix.endswith("- ") and block.kind != "plain_list" and not between.strip(" \t\n")
        if after_dash:
            self._done = self._buffer.line_start(first.key_start)
        else:
            self._line(prefix.rstrip(" "), block.key_end)
        self._block(block, column + INDENT, depth + 1, prefix if after_dash else None)

    def _text_block(self, item: Position, prefix: str, column: int) -> None:
        header = _TEXT_BLOCK_HEADER.match(self._text, item.start)
        assert header is not None  # noqa: S101  # the parser found a text block here
        self._line(prefix + header[0], header.end())
        key_column = self._buffer.column(item.key_start)
        lines, self._done, _ = take_lines(self._text, self._done, key_column)
        margin = " " * (column + INDENT)
        self._lines.extend(margin + line if line else "" for line in lines)

    def _named_table(self, table: Position, start: str, column: int, depth: int) -> None:
        match = NAMED_HEADER.match(self._text, table.key_start)
        assert match is not None  # noqa: S101  # the parser found a table here
        header = f"{start}{match[1]} |{join_names(match[2])}|"
        rows = table.items()
        line_start = self._buffer.line_start
        if rows and line_start(rows[0].start) == line_start(table.key_start):
            self._line(f"{header} {self._inline.row(rows[0])}", rows[0].end)
            return
        self._line(header, table.key_end)
        self._rows(table, column, depth)

    def _rows(self, table: Position, column: int, depth: int) -> None:
        row_column = column + INDENT
        for index, row in enumerate(table.items()):
            if index == 0:
                self._columns[depth + 1 :] = [(self._buffer.column(row.start), row_column)]
            self._gap(self._buffer.line_start(row.start), row_column, depth + 1, first=index == 0)
            self._line(" " * row_column + self._inline.row(row), row.end)

    def _line(self, line: str, end: int) -> None:
        """Write a line, with the comment that follows an offset on its old line."""
        line_end = self._buffer.line_end(end)
        comment = self._text[end:line_end].lstrip(" \t,").rstrip(" \t")
        self._lines.append(f"{line}  {comment}" if comment else line)
        self._done = line_end + 1
