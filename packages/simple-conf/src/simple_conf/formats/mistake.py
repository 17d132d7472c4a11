"""The error for a mistake at a place of a text."""

from __future__ import annotations

from functools import partial

from simple_conf.errors import LoadError
from simple_conf.origin.origin import Origin
from simple_conf.pattern import Pattern
from simple_conf.secret_lines import is_secret_line, masked_excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from simple_conf.source import Source

QUOTED = Pattern(r"""(?s)'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def mistake(
    source: Source, line: int, column: int, message: str, hint: str | None = None, plain: str | None = None
) -> LoadError:
    """Return the error for a place of a text; a line that may hold a secret is not quoted.

    Args:
        source: The text.
        line: The line of the place, from 1.
        column: The column of the place, from 1.
        message: What is wrong.
        hint: What to do about it.
        plain: The message without any text of the source, where the message or the hint quotes it.
    """
    quote = partial(source.excerpt, line, column)
    if is_secret_line(source.text, line):
        quote = partial(masked_excerpt, line)
        message, hint = (message, hint) if plain is None else (plain, None)
    return LoadError(message, origin=Origin("file", source.name, line, column, quote), hint=hint)


def without_quotes(message: str) -> str:
    """Return a message of a parser without what it quotes."""
    parts, end = [], 0
    for match in QUOTED.finditer(message):
        quoted = "…" if any(letter.isalnum() for letter in match[0]) else match[0]
        parts += [message[end : match.start()], quoted]
        end = match.end()
    return "".join([*parts, message[end:]])
