"""Indentation: where the next statement begins, and which blocks it closes."""

from __future__ import annotations

from collections.abc import Iterator

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.patterns import BLANK_LINES
from simple_conf.sdn.parsing.token import Lexeme

_SPACE = Pattern(rf"{BLANK_LINES}( *)")
_END_OF_LINE = Pattern(r"[ \t]*(?:(?<=[ \t])#[^\n]*)?\n")


class Layout:
    """Keeps the place of a reader among the lines of a document.

    Args:
        text: the document; it ends in a newline, and has neither CRLF nor control characters.
        limits: how large it may be.
    """

    __slots__ = ("at", "budget", "levels", "text", "width")

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.budget = Budget(limits)
        self.levels: list[int] = []
        self.at = 0  # offset of the next statement
        self.width = 0  # its column, from 0

    @property
    def ended(self) -> bool:
        """Whether there is no further statement."""
        return self.at >= len(self.text)

    @property
    def deeper(self) -> bool:
        """Whether the next statement is indented further than the block that is open."""
        return self.width > self.levels[-1] and self.at < len(self.text)

    def begin(self) -> None:
        """Go to the first statement; its column is that of the whole document."""
        self.skip(0)
        self.levels.append(self.width)

    def skip(self, at: int) -> None:
        """Go to the next statement from the beginning of a line, over blank lines and comments.

        Raises:
            Fault: it is indented with a tab.
        """
        self.move(*_statement_after(self.text, at))

    def move(self, at: int, width: int) -> None:
        """Go to a statement whose place is known.

        Raises:
            Fault: it is indented with a tab.
        """
        self.at, self.width = at, width
        if self.text.startswith("\t", at):
            raise Fault("a tab in the indentation", at, "indent with spaces")

    def next_width(self, at: int) -> int:
        """Give the column of the statement that follows the line of an offset; -1 where there is none."""
        statement, width = _statement_after(self.text, self.text.index("\n", at) + 1)
        return width if statement < len(self.text) else -1

    def indent(self, width: int, at: int) -> Lexeme:
        """Open a block at a column."""
        self.levels.append(width)
        self.budget.deeper(at)
        return Lexeme("_INDENT", None, at)

    def dedent(self) -> Iterator[Lexeme]:
        """Close the blocks that end before the next statement.

        Raises:
            Fault: it stands at a column where no block was opened.
        """
        levels = self.levels
        if self.width > levels[-1]:
            raise Fault(
                "unexpected indentation",
                self.at,
                f"begin it at column {levels[-1] + 1}; a line that should hold it ends with a colon",
            )
        if self.width not in levels:
            columns = " or ".join(str(level + 1) for level in levels)
            raise Fault("this line is indented less than its block", self.at, f"begin it at column {columns}")
        while levels[-1] != self.width:
            levels.pop()
            self.budget.shallower()
            yield Lexeme("_DEDENT", None, self.at)

    def end(self) -> Iterator[Lexeme]:
        """Close what is open at the end of the document."""
        for _ in self.levels[1:]:
            yield Lexeme("_DEDENT", None, len(self.text))
        del self.levels[1:]

    def line_ends(self, at: int) -> bool:
        """Tell whether nothing but blanks or a comment follows on the line."""
        return _END_OF_LINE.match(self.text, at) is not None or self.text[at] == "#"

    def finish(self, at: int) -> None:
        """End a statement, and go to the next.

        Raises:
            Fault: something other than a comment follows on the line.
        """
        match = _END_OF_LINE.match(self.text, at)
        if match is None:
            raise stray(self.text, at)
        self.skip(match.end())


def _statement_after(text: str, at: int) -> tuple[int, int]:
    """Find the first statement from the beginning of a line on: its offset, and its column."""
    while True:
        match = _SPACE.match(text, at)
        assert match is not None  # noqa: S101  # the pattern matches nothing, too
        if match.start(1) == at or match.end() == len(text):
            return match.end(), match.end() - match.start(1)
        at = match.start(1)


def stray(text: str, at: int) -> Fault:
    """Say what is wrong with text that follows a whole value on its line."""
    if text[at] == "#":
        return Fault("no space before this #", at, "put a space before a comment")
    while text[at] in " \t":
        at += 1
    before = text[:at].rstrip(" \t")[-1:]
    if text[at] == ",":
        return Fault("a comma at the end of a value", at, "take it out: the line ends the value")
    if before == '"':
        return Fault(
            "text after the closing quote",
            at,
            'write \\" for a quote inside, or put the whole value in quotes',
        )
    return Fault(
        f"text after the closing {before}", at, "end the line here, or put the whole value in double quotes"
    )
