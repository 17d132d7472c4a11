"""A mistake in a text, by its offset: what the stages raise before anyone knows a line or a column."""

from __future__ import annotations

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.source import Source


class Fault(Exception):  # noqa: N818  # never leaves the package: it becomes an SdnSyntaxError
    """What is wrong, where, and what to do.

    Args:
        message: what is wrong.
        at: offset in the text, from 0.
        hint: what to do.
        limit: whether a limit was reached.
        other: offset of an earlier place, whose line the message adds.
    """

    def __init__(
        self, message: str, at: int, hint: str | None = None, *, limit: bool = False, other: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint
        self.limit = limit
        self.other = other

    def error(self, source: Source) -> SdnSyntaxError:
        """Give the error that a user sees."""
        line, column = source.position(min(self.at, len(source.text)))
        earlier = "" if self.other is None else f", first in line {source.position(self.other)[0]}"
        kind = SdnLimitError if self.limit else SdnSyntaxError
        return kind(
            self.message + earlier,
            path=source.name,
            line=line,
            column=column,
            hint=self.hint,
            excerpt=source.excerpt(line, column),
        )


class Spent(Fault):
    """There are too many values; the place is the line where they became too many, or near it."""


def brief(text: str) -> str:
    """Give a text as a message shows it: the beginning of a long one."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN = 60  # characters


class Again(Exception):  # noqa: N818  # asks for the long way, which finds the place
    """Something is wrong in a run: read the text token by token to find where."""
