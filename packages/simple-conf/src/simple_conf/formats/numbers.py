"""Numbers of config files: exact, or an error."""

from __future__ import annotations

import math

from simple_conf.errors import LoadError


def finite(text: str) -> float:
    """Return a float, ``nan`` and ``inf`` by name included.

    Raises:
        LoadError: The number is too large for a float.
    """
    number = float(text)
    if math.isinf(number) and any(letter.isdigit() for letter in text):
        raise LoadError(f"the number {text} is too large for a float; put it in quotes to keep it as text")
    return number


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        LoadError: It has more digits than Python converts.
    """
    try:
        return int(text)
    except ValueError:
        raise LoadError(
            f"a number of {len(text):,} digits is too long; put it in quotes to keep it as text"
        ) from None
