"""Text of several lines as data: ``|`` ``|-`` ``>`` ``>-`` and triple quotes."""

from __future__ import annotations

from itertools import takewhile

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault

MARK = Pattern(r"([|>])(-?)(?=[ \t]*(?:[ \t]#[^\n]*)?\n)")
"""What opens a block of text: a bar or an angle, perhaps a minus, and nothing else on the line."""


def read_block(text: str, at: int, level: int, *, fold: bool, strip: bool) -> tuple[str, int]:
    """Read the lines below a ``|`` or ``>``: all that are indented deeper than their key.

    Args:
        text: the whole document; it ends in a newline.
        at: offset of the first line below the mark.
        level: column, from 0, of the key or dash that the text belongs to.
        fold: whether a line end becomes a space, as after ``>``.
        strip: whether the last line end is left out, as after ``|-``.

    Returns:
        The text, and the offset of the line after it.
    """
    body, _, at = take_lines(text, at, level)
    value = _fold(body) if fold else "\n".join(body)
    return value + ("\n" if body and not strip else ""), at


def take_lines(text: str, at: int, level: int) -> tuple[list[str], int, int]:
    """Take the lines of a block of text, dedented, without empty ones at its end.

    Args:
        text: the whole document; it ends in a newline.
        at: offset of the first line below the mark.
        level: column, from 0, of the key or dash that the text belongs to.

    Returns:
        The lines, the offset after the last of them, and the offset of the next statement's line or so.
    """
    lines: list[str] = []
    starts: list[int] = [at]
    while at < len(text):
        newline = text.index("\n", at)
        line = text[at:newline]
        content = line.lstrip(" ")
        if content.strip(" \t") and len(line) - len(content) <= level:
            break
        lines.append(line)
        at = newline + 1
        starts.append(at)
    body = dedent(lines)
    while body and not body[-1]:
        body.pop()
    return body, starts[len(body)], at


def dedent(lines: list[str]) -> list[str]:
    """Take away the indentation that all lines share; a blank line need not have it."""
    margin = min((_indent(line) for line in lines if line.strip(" \t")), default=None)
    if margin is None:
        return ["" for _ in lines]
    return [line[margin:] if len(line) > margin else "" for line in lines]


def _indent(line: str) -> int:
    return sum(1 for _ in takewhile(lambda character: character == " ", line))


def _fold(lines: list[str]) -> str:
    """Join lines by spaces; empty lines stay line ends, and lines indented further stay as they are."""
    parts: list[str] = []
    breaks = 0
    before_deep = True  # before the first line nothing folds
    for line in lines:
        if not line:
            breaks += 1
            continue
        deep = line[0] in " \t"
        if parts:
            if deep or before_deep:
                parts.append("\n" * (breaks + 1))
            else:
                parts.append("\n" * breaks if breaks else " ")
        else:
            parts.append("\n" * breaks)
        parts.append(line)
        before_deep, breaks = deep, 0
    return "".join(parts)


def read_triple(text: str, at: int) -> tuple[str, int]:
    '''Read the text between ``"""`` and ``"""``; nothing inside has a meaning.

    A line end right after the opening quotes, and the line of the closing quotes when they stand
    alone on it, are not part of the text; the indentation that all lines share is taken away.

    Args:
        text: the whole document.
        at: offset of the opening quotes.

    Returns:
        The text, and the offset after the closing quotes.

    Raises:
        Fault: there are no closing quotes.
    '''
    close = text.find('"""', at + 3)
    if close < 0:
        raise Fault('unclosed """', at, 'close the text with """ on a line of its own')
    first, *rest = text[at + 3 : close].split("\n")
    if not rest:
        return first, close + 3
    if not rest[-1].strip(" \t"):
        rest.pop()
    lines = dedent(rest)
    return "\n".join([first, *lines] if first.strip(" \t") else lines), close + 3
