"""Numbers that know the text that they were read from, for fields that take text."""

from __future__ import annotations

from simple_conf.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class WrittenInt(int):
    """A whole number as it was written.

    Attributes:
        text: The text; None where it cannot be found any more.
    """

    text: str | None


class WrittenFloat(float):
    """A float as it was written.

    Attributes:
        text: The text; None where it cannot be found any more.
    """

    text: str | None


TOKEN = Pattern(r"(?:[&!]\S*[ \t]+)*([^\s,\[\]{}()#\"'|:]+)")
"""A number at its place in a file; in YAML an anchor or a tag may stand before it."""

NUMBER = Pattern(r"(?<![\w.])[-+]?\.?[0-9][\w.+-]*")
"""What may be a number anywhere in a text."""

WRITTEN = (WrittenInt, WrittenFloat)
KINDS: dict[type, type[WrittenInt] | type[WrittenFloat]] = {int: WrittenInt, float: WrittenFloat}


def written(value: float, text: str | None) -> WrittenInt | WrittenFloat:
    """Return a number with the text that it was read from."""
    made = KINDS[type(value)](value)
    made.text = text
    return made


def bare(value: Any) -> Any:
    """Return a number without its text; other values as they are."""
    if isinstance(value, WrittenInt):
        return int(value)
    return float(value) if isinstance(value, WrittenFloat) else value


def reads_as(text: str, value: float) -> bool:
    """Return whether a text, by the rules of any file format, is a number."""
    digits = text.replace("_", "")
    try:
        if type(value) is int:
            return int(digits, 10 if digits.lstrip("+-").isdecimal() else 0) == value
        number = float(digits.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return False
    return number == value or (number != number and value != value)


def number_at(text: str, at: int) -> str | None:
    """Return the word at an offset of a text, which may be a number."""
    token = TOKEN.match(text, at)
    return token[1] if token else None


def usual_numbers(text: str) -> frozenset[str]:
    """Return the numbers that a text has in one form only, the one in which Python writes them.

    `1.0` is not among them: it can be read as a whole number, and then its text is lost.
    """
    forms: dict[float, set[str]] = {}
    for token in NUMBER.finditer(text):
        if (value := number_of(token[0])) is not None:
            forms.setdefault(value, set()).add(token[0])
    return frozenset(
        form
        for value, (form, *more) in forms.items()
        if not more and form == str(value) and not (isinstance(value, float) and value.is_integer())
    )


def number_of(text: str) -> float | None:
    """Return the number that a text is by the rules of any file format, or None."""
    digits = text.replace("_", "")
    try:
        return int(digits, 10 if digits.lstrip("+-").isdecimal() else 0)
    except ValueError:
        pass
    try:
        return float(digits)
    except ValueError:
        return None
