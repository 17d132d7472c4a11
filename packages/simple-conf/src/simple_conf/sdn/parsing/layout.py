"""Indentation: where the next statement starts, and which blocks it closes."""

from __future__ import annotations

from collections.abc import Iterator

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault, shorten
from simple_conf.sdn.parsing.literals import NUMBER_STARTS, is_scalar
from simple_conf.sdn.parsing.patterns import BLANK_LINES
from simple_conf.sdn.parsing.token import Token

_STATEMENT = Pattern(rf"{BLANK_LINES}( *)")
_LINE_END = Pattern(r"[ \t]*(?:(?<=[ \t])#[^\n]*)?\n")


class Layout:
    """Tracks the next statement of a document and the columns of the open blocks.

    Args:
        text: the document; it ends in a newline, and has neither CRLF nor control characters.
        limits: limits of the parse.

    Attributes:
        budget: what is left of the limits.
        levels: columns, from 0, of the open blocks, from the outermost on.
        offset: offset of the next statement.
        column: column, from 0, of the next statement.
    """

    __slots__ = ("budget", "column", "levels", "offset", "text")

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.budget = Budget(limits)
        self.levels: list[int] = []
        self.offset = 0
        self.column = 0

    @property
    def at_end(self) -> bool:
        """Whether there is no further statement."""
        return self.offset >= len(self.text)

    @property
    def indented(self) -> bool:
        """Whether the next statement is indented more than the innermost open block."""
        return self.column > self.levels[-1] and self.offset < len(self.text)

    def begin(self) -> None:
        """Go to the first statement; its column is that of the top-level block."""
        self.skip_to_statement(0)
        self.levels.append(self.column)

    def skip_to_statement(self, line_start: int) -> None:
        """Go to the next statement from the start of a line, over blank lines and comments.

        Raises:
            Fault: it is indented with a tab.
        """
        self.move(*_next_statement(self.text, line_start))

    def move(self, offset: int, column: int) -> None:
        """Go to a statement at a known offset and column.

        Raises:
            Fault: it is indented with a tab.
        """
        self.offset, self.column = offset, column
        if self.text.startswith("\t", offset):
            raise Fault("a tab in the indentation", offset, "indent with spaces")

    def next_column(self, offset: int) -> int:
        """Return the column of the statement after the line of an offset, or -1 if there is none."""
        statement, column = _next_statement(self.text, self.text.index("\n", offset) + 1)
        return column if statement < len(self.text) else -1

    def indent(self, column: int, offset: int) -> Token:
        """Open a block at a column."""
        self.levels.append(column)
        self.budget.enter(offset)
        return Token("_INDENT", None, offset)

    def dedent(self) -> Iterator[Token]:
        """Close the blocks that end before the next statement.

        Raises:
            Fault: no open block has the column of the statement.
        """
        levels = self.levels
        if self.column > levels[-1]:
            raise Fault(
                "unexpected indentation",
                self.offset,
                f"start it at column {levels[-1] + 1}; a key that opens a block ends with a colon",
            )
        if self.column not in levels:
            columns = " or ".join(str(level + 1) for level in levels)
            raise Fault(
                "this line is indented less than its block", self.offset, f"start it at column {columns}"
            )
        while levels[-1] != self.column:
            levels.pop()
            self.budget.leave()
            yield Token("_DEDENT", None, self.offset)

    def end(self) -> Iterator[Token]:
        """Close the open blocks at the end of the document."""
        for _ in self.levels[1:]:
            yield Token("_DEDENT", None, len(self.text))
        del self.levels[1:]

    def is_line_end(self, offset: int) -> bool:
        """Return whether only blanks or a comment follow on the line."""
        return is_line_end(self.text, offset)

    def end_statement(self, offset: int) -> None:
        """End a statement, and go to the next one.

        Args:
            offset: offset after the statement.

        Raises:
            Fault: something other than a comment follows on the line.
        """
        match = _LINE_END.match(self.text, offset)
        if match is None:
            raise trailing_text_fault(self.text, offset)
        self.skip_to_statement(match.end())


def _next_statement(text: str, line_start: int) -> tuple[int, int]:
    """Find the first statement from the start of a line on: its offset and its column."""
    while True:
        match = _STATEMENT.match(text, line_start)
        assert match is not None  # noqa: S101  # the pattern matches the empty text
        if match.start(1) == line_start or match.end() == len(text):
            return match.end(), match.end() - match.start(1)
        line_start = match.start(1)


def is_line_end(text: str, offset: int) -> bool:
    """Return whether only blanks or a comment follow on the line."""
    return _LINE_END.match(text, offset) is not None or text[offset] == "#"


def trailing_text_fault(text: str, offset: int) -> Fault:
    """Return the fault for text that follows a complete value on its line."""
    if text[offset] == "#":
        return Fault("no space before this #", offset, "put a space before a comment")
    while text[offset] in " \t":
        offset += 1
    before = text[:offset].rstrip(" \t")[-1:]
    if text[offset] == ",":
        if not is_line_end(text, offset + 1):
            return Fault(
                "a comma after a value",
                offset,
                "put the values in [ ] for a list, or the whole value in double quotes for a text",
            )
        return Fault("a comma at the end of a value", offset, "remove it: the end of the line ends the value")
    if before == '"':
        return Fault(
            "unexpected text after the closing quote",
            offset,
            'write \\" for a quote inside, or put the whole value in quotes',
        )
    return Fault(
        f"unexpected text after the closing {before}",
        offset,
        "end the line here, or put the whole value in double quotes",
    )


def comma_fault(text: str, start: int, offset: int) -> Fault:
    """Return the fault for a comma at the end of a bare value, which starts at ``start``."""
    message = "a comma at the end of a value"
    value = text[start:offset].rstrip(", \t")
    written = value if "," not in value else f"[{value}] for a list"
    text_form = shorten(f"{value},").replace("\\", "\\\\").replace('"', '\\"')
    if not value or (value[0] in NUMBER_STARTS and not is_scalar(value)):
        hint = f'remove it, or write "{text_form}" for the text'
    else:
        hint = f'write {shorten(written)}, or "{text_form}" for the text'
    return Fault(message, offset, hint, plain=message)


def with_final_newline(text: str) -> str:
    """Return a document as the lexer expects it, with a newline at its end."""
    return text if text.endswith("\n") else text + "\n"
