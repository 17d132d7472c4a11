"""Text blocks: several lines of text after ``|``, ``|-``, ``>`` or ``>-``, or between triple quotes."""

from __future__ import annotations

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault

HEADER = Pattern(r"([|>])(-?)(?=[ \t]*(?:[ \t]#[^\n]*)?\n)")
"""What starts a text block: ``|`` or ``>``, perhaps ``-``, and only a comment after it on the line."""


def read_text_block(text: str, start: int, column: int, *, fold: bool, strip: bool) -> tuple[str, int]:
    """Read the lines below a ``|`` or ``>``: all that are indented more than its key.

    Args:
        text: the document; it ends in a newline.
        start: offset of the first line below the header.
        column: column, from 0, of the key or dash.
        fold: whether newlines become spaces, as after ``>``.
        strip: whether the last newline is removed, as after ``|-``.

    Returns:
        The text, and the offset of the line after the block.
    """
    lines, _, end = take_lines(text, start, column)
    value = _fold(lines) if fold else "\n".join(lines)
    return value + ("\n" if lines and not strip else ""), end


def take_lines(text: str, start: int, column: int) -> tuple[list[str], int, int]:
    """Read the lines of a text block, dedented and without trailing blank lines.

    Args:
        text: the document; it ends in a newline.
        start: offset of the first line below the header.
        column: column, from 0, of the key or dash.

    Returns:
        The lines, the offset after the last of them, and the offset of the first line after the block and
        its trailing blank lines.
    """
    lines: list[str] = []
    ends: list[int] = [start]
    offset = start
    while offset < len(text):
        newline = text.index("\n", offset)
        line = text[offset:newline]
        if line.strip(" \t") and _indentation(line) <= column:
            break
        lines.append(line)
        offset = newline + 1
        ends.append(offset)
    lines = dedent(lines)
    while lines and not lines[-1]:
        lines.pop()
    return lines, ends[len(lines)], offset


def dedent(lines: list[str]) -> list[str]:
    """Remove the indentation that all lines share; blank lines do not count."""
    margin = min((_indentation(line) for line in lines if line.strip(" \t")), default=None)
    if margin is None:
        return ["" for _ in lines]
    return [line[margin:] for line in lines]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _fold(lines: list[str]) -> str:
    """Join lines with spaces; blank lines become newlines, and lines that are indented keep theirs."""
    parts: list[str] = []
    breaks = 0
    after_indented = True  # nothing folds before the first line
    for line in lines:
        if not line:
            breaks += 1
            continue
        indented = line[0] in " \t"
        if not parts:
            parts.append("\n" * breaks)
        elif indented or after_indented:
            parts.append("\n" * (breaks + 1))
        else:
            parts.append("\n" * breaks if breaks else " ")
        parts.append(line)
        after_indented, breaks = indented, 0
    return "".join(parts)


def read_triple_quoted(text: str, start: int) -> tuple[str, int]:
    """Read a text between triple quotes; it has no escapes and no comments.

    A newline directly after the opening quotes and the line of the closing quotes, if they stand alone on
    it, are not part of the text; the indentation that all other lines share is removed.

    Args:
        text: the document.
        start: offset of the opening quotes.

    Returns:
        The text, and the offset after the closing quotes.

    Raises:
        Fault: there are no closing quotes.
    """
    close = text.find('"""', start + 3)
    if close < 0:
        raise Fault('unclosed """', start, 'close the text with """ on a line of its own')
    first, *rest = text[start + 3 : close].split("\n")
    if not rest:
        return first, close + 3
    if not rest[-1].strip(" \t"):
        rest.pop()
    lines = dedent(rest)
    return "\n".join([first, *lines] if first.strip(" \t") else lines), close + 3
