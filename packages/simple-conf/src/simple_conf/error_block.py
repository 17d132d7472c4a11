"""The error block: what a command line prints of an error, in colour on a terminal."""

from __future__ import annotations

import os

from simple_conf.errors import ResolveError, ValidationError
from simple_conf.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

RED, BOLD, CYAN, DIM, RESET = "\033[1;31m", "\033[1m", "\033[36m", "\033[2m", "\033[0m"
LABEL = "error:"
_MARGIN = Pattern(r"( +[0-9]* \| )(.*)")
_CARET = Pattern(r" +\^")
_HINT = Pattern(r"( +hint:)(.*)")


def error_block(failure: BaseException, color: bool = False, label: bool = True) -> str:
    """Return the text of an error: ``error:`` before each thing that is wrong, then its place and a hint.

    Args:
        failure: The error.
        color: Whether the text has the colours of a terminal.
        label: Whether it has ``error:``.
    """
    before = (f"{RED}{LABEL}{RESET} " if color else f"{LABEL} ") if label else ""
    lines: list[str] = []
    for part in parts_of(failure):
        head, *rest = part.split("\n")
        lines += [f"{before}{BOLD}{head}{RESET}", *map(colored, rest)] if color else [before + head, *rest]
    return "\n".join(lines)


def parts_of(failure: BaseException) -> Iterator[str]:
    """Yield the text of each thing that an error reports."""
    if isinstance(failure, ValidationError):
        yield from failure.blocks()
    elif isinstance(failure, ResolveError):
        for inner in failure.errors:
            yield from parts_of(inner)
    else:
        yield str(failure)


def colored(line: str) -> str:
    """Return a line below the first one in colour: the margin dim, the caret red, the hint cyan."""
    if hint := _HINT.fullmatch(line):
        return f"{CYAN}{hint[1]}{RESET}{hint[2]}"
    margin = _MARGIN.fullmatch(line)
    before, text = (f"{DIM}{margin[1]}{RESET}", margin[2]) if margin is not None else ("", line)
    if _CARET.fullmatch(text) or text == "^":
        text = f"{RED}{text}{RESET}"
    return before + text


def shows_color(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that shows colours, and the user wants them (``NO_COLOR``)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(getattr(stream, "isatty", lambda: False)())


def print_error(failure: BaseException, stream: TextIO, label: bool = True) -> None:
    """Print the error block of an error.

    Args:
        failure: The error.
        stream: Where to, such as ``sys.stderr``; it may not know every letter.
        label: Whether the block has ``error:``.
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text = error_block(failure, shows_color(stream), label)
    print(text.encode(encoding, "replace").decode(encoding), file=stream)
