"""The text of a document that is edited: its lines, and splices that replace parts of it."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from simple_conf.sdn.parsing.layout import with_final_newline
from simple_conf.source import normalise


class Splice(NamedTuple):
    """A range of a text, and its replacement.

    Args:
        start: offset of the range.
        end: offset after the range.
        text: the replacement.
    """

    start: int
    end: int
    text: str


class Buffer:
    """The lines of a document.

    Args:
        text: the document as `normalised` returns it.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of an offset starts."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return the offset of the newline that ends the line of an offset."""
        return self.text.index("\n", offset)

    def column(self, offset: int) -> int:
        """Return the column, from 0, of an offset."""
        return offset - self.line_start(offset)

    def starts_line(self, offset: int) -> bool:
        """Return whether only spaces precede an offset on its line."""
        return not self.text[self.line_start(offset) : offset].strip(" ")

    def is_blank(self, start: int, end: int) -> bool:
        """Return whether there are only blanks and newlines between two offsets."""
        return not self.text[start:end].strip(" \t\n")


def normalised(original: str) -> str:
    """Return a document as it is parsed: normalised, and with a newline at its end unless it is empty."""
    text = normalise(original)
    return with_final_newline(text) if text else text


def apply_splices(original: str, splices: list[Splice]) -> str:
    """Replace parts of a text, and keep every other byte of it.

    Args:
        original: the text as it was read, perhaps with CRLF and a byte order mark.
        splices: replacements, with offsets in the `normalised` text; they do not overlap.

    Returns:
        The new text; inserted lines end like the first line of the text.
    """
    first = original.find("\n")
    newline = "\r\n" if first > 0 and original[first - 1] == "\r" else "\n"
    is_closed = original.endswith("\n") or original in ("", "\ufeff")
    text = original if is_closed else original + newline
    mark = 1 if original.startswith("\ufeff") else 0
    returns = _carriage_returns(text)
    parts: list[str] = []
    done = 0
    for start, end, replacement in sorted(splices):
        parts.append(text[done : start + mark + bisect_left(returns, start)])
        parts.append(replacement.replace("\n", newline))
        done = end + mark + bisect_left(returns, end)
    result = "".join(parts) + text[done:]
    return result if is_closed else result.removesuffix(newline)


def _carriage_returns(text: str) -> list[int]:
    """Return the offsets, in the normalised text, of the newlines that were CRLF."""
    offsets: list[int] = []
    found = text.find("\r\n")
    mark = 1 if text.startswith("\ufeff") else 0
    while found >= 0:
        offsets.append(found - mark - len(offsets))
        found = text.find("\r\n", found + 2)
    return offsets
