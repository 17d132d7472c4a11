"""Texts with a name: read from a file, with the positions and excerpts that errors show."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.written import usual_numbers

if TYPE_CHECKING:
    from pathlib import Path

MAX_CHARACTERS = 16 * 1024 * 1024
"""Maximum length of a text unless the caller gives another one."""

_SHOWN = 100  # characters of a line that an excerpt shows


class Span(NamedTuple):
    """The place of a value in a text; lines and columns count from 1.

    Args:
        line: line of the value.
        column: column of the value.
        key_line: line of its key, or of the value where there is no key.
        key_column: column of its key, or of the value where there is no key.
    """

    line: int
    column: int
    key_line: int
    key_column: int


@dataclass(frozen=True, eq=False)
class Source:
    r"""A text and the name that errors call it by.

    Args:
        text: the text, with ``\n`` line ends and no byte order mark.
        name: the file's path as the user gave it, or a name such as ``<text>``.
    """

    text: str
    name: str = "<text>"

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    @cached_property
    def usual_numbers(self) -> frozenset[str]:
        """The numbers that the text has in one form only, the one in which Python writes them."""
        return usual_numbers(self.text)

    def position(self, offset: int) -> tuple[int, int]:
        """Give the line and column, from 1, of an offset from 0."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Give the offset, from 0, of a line and column from 1."""
        return self.line_starts[line - 1] + column - 1

    def line_text(self, line: int) -> str:
        """Give a line, from 1, without its line end."""
        if not 1 <= line <= len(self.line_starts):
            return ""
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)]

    def excerpt(self, line: int, column: int) -> str:
        """Show a line with a caret under one of its columns.

        Args:
            line: line, from 1.
            column: column in characters, from 1.

        Returns:
            Two lines of text, without a line end; a long line is shown in part.
        """
        text = self.line_text(line)
        if len(text) > _SHOWN:
            start = max(0, min(column - 1 - _SHOWN // 2, len(text) - _SHOWN))
            end = start + _SHOWN
            before, after = ("…" if start else ""), ("…" if end < len(text) else "")
            text, column = before + text[start:end] + after, column - start + len(before)
        text = "".join(
            " "
            if character == "\t"
            else character
            if character.isprintable()
            else "\N{REPLACEMENT CHARACTER}"
            for character in text
        )
        margin = f"  {line} | "
        return f"{margin}{text}\n{' ' * (len(margin) - 2)}| {' ' * (column - 1)}^"


def read_source(path: str | Path, *, limit: int = MAX_CHARACTERS, name: str | None = None) -> Source:
    r"""Read a UTF-8 file.

    Args:
        path: the file.
        limit: the largest size in bytes.
        name: what errors call it; the path by default.

    Returns:
        Its text, without a byte order mark, with ``\n`` for every CRLF.

    Raises:
        SdnSyntaxError: the bytes are not UTF-8; the message gives the byte offset.
        SdnLimitError: the file is larger than the limit.
        OSError: the file cannot be read.
    """
    with open(path, "rb") as stream:  # noqa: PTH123  # pathlib is not light
        data = stream.read(limit + 1)
    return source_from_bytes(data, name if name is not None else str(path), limit=limit)


def source_from_bytes(data: bytes, name: str, *, limit: int = MAX_CHARACTERS) -> Source:
    r"""Decode bytes as `read_source` does.

    Args:
        data: UTF-8 text.
        name: what errors call it.
        limit: the largest size in bytes.

    Returns:
        The text, without a byte order mark, with ``\n`` for every CRLF.

    Raises:
        SdnSyntaxError: the bytes are not UTF-8.
        SdnLimitError: there are too many.
    """
    if len(data) > limit:
        raise SdnLimitError(
            f"the text is larger than the limit of {limit:,} bytes",
            path=name,
            hint="raise Limits.characters to read it",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        from simple_conf.secret_lines import is_secret_line

        good = Source(normalise(data[: error.start].decode("utf-8")), name)
        line, column = good.position(len(good.text))
        failure = SdnSyntaxError(
            f"byte 0x{data[error.start]:02x} at byte offset {error.start} is not UTF-8",
            path=name,
            line=line,
            column=column,
            excerpt=good.excerpt(line, column),
            hint="save the file as UTF-8",
            plain=f"the byte at byte offset {error.start} is not UTF-8",
        )
        raise (failure.masked() if is_secret_line(good.text, line) else failure) from None
    return Source(normalise(text), name)


def normalise(text: str) -> str:
    r"""Leave out a leading byte order mark, and write CRLF as a plain newline."""
    if text.startswith("\ufeff"):
        text = text[1:]
    return text.replace("\r\n", "\n") if "\r" in text else text
