"""A text that is being edited: offsets of its lines, and splices that leave the rest as it is."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from simple_conf.source import normalise


class Splice(NamedTuple):
    """A piece of text, and what it is replaced with."""

    start: int
    end: int
    text: str


class Page:
    """The lines of a document.

    Args:
        text: the document as the parser has it, with a newline at its end.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def line_start(self, at: int) -> int:
        """Give the offset at which the line of an offset begins."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Give the offset of the newline that ends the line of an offset."""
        return self.text.index("\n", at)

    def column(self, at: int) -> int:
        """Give the column, from 0, of an offset."""
        return at - self.line_start(at)

    def is_first(self, at: int) -> bool:
        """Tell whether nothing but blanks stands before an offset on its line."""
        return not self.text[self.line_start(at) : at].strip(" ")

    def is_blank(self, start: int, end: int) -> bool:
        """Tell whether there is nothing but blanks and line ends between two offsets."""
        return not self.text[start:end].strip(" \t\n")


def splice(original: str, splices: list[Splice]) -> str:
    """Replace pieces of a text, and keep every other byte of it.

    Args:
        original: the text as it was read, perhaps with CRLF and a byte order mark.
        splices: what to replace, by offsets in the normalised text; they do not overlap.

    Returns:
        The new text; inserted lines end as the first line of the text does.
    """
    first = original.find("\n")
    newline = "\r\n" if first > 0 and original[first - 1] == "\r" else "\n"
    shift = 1 if original.startswith("\ufeff") else 0
    returns = _carriage_returns(original)
    closed = original if original.endswith("\n") or not original.strip("\ufeff") else original + newline
    parts: list[str] = []
    done = 0
    for start, end, text in sorted(splices):
        parts.append(closed[done : start + shift + bisect_left(returns, start)])
        parts.append(text.replace("\n", newline))
        done = end + shift + bisect_left(returns, end)
    result = "".join(parts) + closed[done:]
    if not original.endswith("\n") and original.strip("\ufeff"):
        result = result.removesuffix(newline)
    return result


def _carriage_returns(original: str) -> list[int]:
    """Give the offsets, in the normalised text, of the newlines that were CRLF."""
    offsets: list[int] = []
    at = original.find("\r\n")
    shift = 1 if original.startswith("\ufeff") else 0
    while at >= 0:
        offsets.append(at - shift - len(offsets))
        at = original.find("\r\n", at + 2)
    return offsets


def closed_text(original: str) -> str:
    """Give a document as the parser has it: normalised, and with a newline at its end unless it is empty."""
    text = normalise(original)
    return text if text.endswith("\n") or not text else text + "\n"
