"""A syntax fault at an offset, raised before its line and column are known."""

from __future__ import annotations

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.secret_lines import is_secret_line
from simple_conf.source import Source

_SHOWN = 60  # characters of a text that a message shows


class Fault(Exception):  # noqa: N818  # internal: the parser converts it to an SdnSyntaxError
    """What is wrong, where, and how to fix it.

    Args:
        message: what is wrong.
        offset: offset in the text, from 0.
        hint: how to fix it.
        limit: whether a limit was exceeded.
        first: offset of the first definition of a duplicate; the message names its line.
        plain: the message without any text of the document, where the message or the hint quotes it.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        hint: str | None = None,
        *,
        limit: bool = False,
        first: int | None = None,
        plain: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint
        self.limit = limit
        self.first = first
        self.plain = plain

    def to_error(self, source: Source) -> SdnSyntaxError:
        """Return the error that users see, with line, column and excerpt; a secret line is not quoted."""
        line, column = source.position(min(self.offset, len(source.text)))
        first = "" if self.first is None else f", first defined in line {source.position(self.first)[0]}"
        kind = SdnLimitError if self.limit else SdnSyntaxError
        error = kind(
            self.message + first,
            path=source.name,
            line=line,
            column=column,
            hint=self.hint,
            excerpt=source.excerpt(line, column),
            plain=None if self.plain is None else self.plain + first,
        )
        return error.masked() if is_secret_line(source.text, line) else error


class ValueLimitFault(Fault):
    """Too many values; the offset is near the value that exceeds the limit."""


class SlowPathRequired(Exception):  # noqa: N818  # internal: the parser retries without the fast path
    """The fast path found a fault: the text must be read token by token to locate it."""


def shorten(text: str) -> str:
    """Return a text as messages show it: at most 60 characters of it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: 1 cell, 2 cells."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
