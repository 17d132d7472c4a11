"""Numbers of config files: exact, or an error that shows the number."""

from __future__ import annotations

import math
import re

from simple_conf.errors import LoadError
from simple_conf.formats.mistake import mistake
from simple_conf.origin.origin import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from simple_conf.source import Source

DIGITS = 4300  # as many as `int` takes
TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\n]*\'|#[^\n]*'
    r"|([\w.+-]+)(?![\w.+-])(?![ \t]*[=.])",
    re.DOTALL,
)
"""What is skipped in JSON and TOML, and in the group what may be a number there."""


class NumberError(LoadError):
    """A number has no exact value; names the number, not its place.

    Args:
        message: What is wrong.
        text: The number as written.
        plain: The message without the number.
    """

    def __init__(self, message: str, text: str, plain: str | None = None) -> None:
        self.text = text
        self.plain = plain or message
        super().__init__(message)


def finite(text: str) -> float:
    """Return a float, ``nan`` and ``inf`` by name included.

    Raises:
        NumberError: The number is too large for a float.
    """
    number = float(text)
    if math.isinf(number) and any(letter.isdigit() for letter in text):
        raise NumberError(
            f"the number {brief(text)} is too large for a float; put it in quotes to keep it as text",
            text,
            "a number is too large for a float; put it in quotes to keep it as text",
        )
    return number


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        NumberError: It has more digits than Python converts.
    """
    try:
        return int(text)
    except ValueError:
        raise NumberError(
            f"a number of {len(text):,} digits is too long; put it in quotes to keep it as text", text
        ) from None


def brief(text: str) -> str:
    """Return a number as an error shows it."""
    return text if len(text) <= 40 else f"{text[:20]}…{text[-10:]}"


def shown(failure: NumberError, source: Source) -> LoadError:
    """Return the error with the place of the first such number in JSON or TOML text."""
    found = next((t for t in TOKEN.finditer(source.text) if t[1] == failure.text), None)
    if found is None:
        return LoadError(failure.plain, origin=Origin("file", source.name))
    line, column = source.position(found.start(1))
    return mistake(source, line, column, failure.message, plain=failure.plain)


def too_long(source: Source) -> NumberError | None:
    """Return the error for the first whole number in TOML text with more digits than Python converts."""
    for token in TOKEN.finditer(source.text):
        digits = (token[1] or "").replace("_", "").lstrip("+-")
        if len(digits) > DIGITS and digits.isdecimal():
            message = f"a number of {len(digits):,} digits is too long; put it in quotes to keep it as text"
            return NumberError(message, token[1])
    return None
