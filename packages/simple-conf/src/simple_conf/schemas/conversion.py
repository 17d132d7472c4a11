"""Exact conversions of single values: nothing is lost, guessed or cut off.

``"100"`` becomes 100, ``10.0`` 10 and 3 3.0; ``2.9`` is not an int, ``True`` not a number, ``None`` not text.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from enum import Enum
from pathlib import Path, PurePath

from simple_conf.errors import ConfError
from simple_conf.suggestion import closest
from simple_conf.values import MISSING, digits_of, integer_text
from simple_conf.written import WRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeVar

    Iso = TypeVar("Iso", datetime.datetime, datetime.date, datetime.time)

WHOLE = re.compile(r"[+-]?(?:0x[0-9a-fA-F]+|[0-9]+(?:_[0-9]+)*)", re.ASCII)
DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
IN_QUOTES = "put it in double quotes"
SPECIAL = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})
UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
SPAN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|d|h|m|s)", re.ASCII)
CLOCK = re.compile(r"([0-9]+):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?", re.ASCII)


class MismatchError(ConfError, ValueError):
    """A value is not what its schema expects; becomes a ValidationIssue where its place is known.

    Args:
        expected: What the schema wants, in words.
        got: The value.
        hint: What to do about it, or None.
    """

    def __init__(self, expected: str, got: object, hint: str | None = None) -> None:
        self.expected = expected
        self.got = got
        self.hint = hint
        super().__init__(expected, got, hint)


class Unreadable:
    """A value that could not be resolved; it is passed on, to be reported with all other issues.

    Args:
        error: Why not.
    """

    __slots__ = ("error",)

    def __init__(self, error: ConfError) -> None:
        self.error = error


def refuse(expected: str, got: Any, hint: str | None = None) -> NoReturn:
    """Raise the error for a value that is not as expected.

    Raises:
        MismatchError: In any case, unless the value could not be resolved: then its own error.
    """
    if type(got) is Unreadable:
        raise got.error
    raise MismatchError(expected, got, hint)


def to_int(value: Any, convert: bool) -> int:
    """Return a whole number."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is not bool and hasattr(kind, "__index__"):
        return int(value.__index__())
    if convert and kind is str and WHOLE.fullmatch(value.strip()):
        text = value.strip()
        try:
            return int(text, 16) if "x" in text else int(text)
        except ValueError:
            return refuse("int", value, "it has more digits than Python converts; write it as 0x…")
    if convert and isinstance(value, float) and value.is_integer():
        return int(value)
    hint = "a fraction is never cut off" if isinstance(value, float) and math.isfinite(value) else None
    return refuse("int", value, hint)


def to_float(value: Any, convert: bool) -> float:
    """Return a number; whole numbers are numbers too."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return whole_to_float(value)
    if isinstance(value, float) or (
        kind is not bool and hasattr(kind, "__float__") and not hasattr(kind, "__len__")
    ):
        return float(value)
    if convert and kind is str:
        text = value.strip()
        if text.lower() in SPECIAL:
            return SPECIAL[text.lower()]
        if DECIMAL.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else refuse("float", value, "it is too large for a float")
    return refuse("float", value)


def whole_to_float(value: int) -> float:
    """Return a whole number as a float where that is exact."""
    try:
        number = float(value)
    except OverflowError:
        return refuse("float", value, "it is too large for a float")
    return number if number == value else refuse("float", value, "a float cannot hold it exactly")


def to_bool(value: Any, convert: bool) -> bool:
    """Return true or false."""
    if type(value) is bool:
        return value
    if convert and type(value) is str:
        word = value.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
    hint = f"write {'true' if value else 'false'}" if type(value) is int and value in (0, 1) else None
    return refuse("bool", value, hint)


def to_str(value: Any, convert: bool) -> str:
    """Return text."""
    if isinstance(value, str):
        return value
    if convert and isinstance(value, WRITTEN):
        return value.text or refuse("str", value, "put it in double quotes to keep it as it is written")
    if convert and type(value) in (int, float):
        try:
            return str(value)
        except ValueError:
            return refuse("str", value, "put it in double quotes to keep its digits")
    if convert and isinstance(value, os.PathLike):
        return str(os.fspath(value))
    hint = IN_QUOTES if isinstance(value, bool) else None
    return refuse("str", value, hint)


def to_none(value: Any, convert: bool) -> None:  # noqa: ARG001 - all conversions are called alike
    """Return None."""
    if value is not None:
        refuse("null", value)


def to_path(value: Any, convert: bool) -> Path:
    """Return a path."""
    if isinstance(value, Path):
        return value
    if convert and isinstance(value, str) and value:
        return Path(value)
    return refuse("a path", value)


def to_enum(kind: type[Enum], value: Any, convert: bool) -> Enum:
    """Return the member that has this value, else the one that has this name."""
    if isinstance(value, kind):
        return value
    if convert:
        for member in kind:
            if type(member.value) is type(value) and member.value == value:
                return member
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
    shown = [m.value if isinstance(m.value, str) else m.name for m in kind]
    return refuse(one_of(shown), value, close_to(value, shown))


def to_literal(choices: tuple[Any, ...], value: Any, convert: bool) -> Any:
    """Return the choice that ``value`` is."""
    for choice in choices:
        if type(choice) is type(value) and choice == value:
            return choice
    if convert:
        for choice in choices:
            if isinstance(choice, Enum) and value in (choice.value, choice.name):
                return choice
            change = SIMPLE.get(type(choice))
            try:
                if change is not None and change(value, True) == choice:
                    return choice
            except ConfError:
                continue
    return refuse(one_of(choices), value, close_to(value, choices))


def to_datetime(value: Any, convert: bool) -> datetime.datetime:
    """Return a moment, from ISO 8601 text."""
    if isinstance(value, datetime.datetime):
        return value
    return from_iso(datetime.datetime, "a date and time such as 2026-01-31T12:00:00", value, convert)


def to_date(value: Any, convert: bool) -> datetime.date:
    """Return a day, from ISO 8601 text."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    return from_iso(datetime.date, "a date such as 2026-01-31", value, convert)


def to_time(value: Any, convert: bool) -> datetime.time:
    """Return a time of day, from ISO 8601 text."""
    if isinstance(value, datetime.time):
        return value
    return from_iso(datetime.time, "a time such as 12:30", value, convert)


def from_iso(kind: type[Iso], expected: str, value: Any, convert: bool) -> Iso:
    """Return a date or time from ISO 8601 text."""
    if convert and isinstance(value, str):
        try:
            return kind.fromisoformat(value.strip())
        except ValueError:
            pass
    return refuse(expected, value)


def to_timedelta(value: Any, convert: bool) -> datetime.timedelta:
    """Return a span of time: seconds as a number, ``1h 30m``, or ``12:30:00``."""
    if isinstance(value, datetime.timedelta):
        return value
    if convert and type(value) in (int, float) and math.isfinite(value):
        return datetime.timedelta(seconds=value)
    if convert and isinstance(value, str):
        text, at, total = value.strip(), 0, 0.0
        clock = CLOCK.fullmatch(text)
        if clock is not None:
            hours, minutes, seconds = clock.groups()
            return datetime.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds or 0))
        while (piece := SPAN.match(text, at)) is not None:
            total += float(piece[1]) * UNITS[piece[2]]
            at = piece.end()
        if text and at == len(text):
            return datetime.timedelta(seconds=total)
    return refuse("a time span such as 1h 30m, 12:30:00 or 90 (seconds)", value)


def one_of(choices: Any) -> str:
    """Return choices in words."""
    plain = [choice.name if isinstance(choice, Enum) else choice for choice in choices]
    shown = [repr(choice) if not isinstance(choice, str) else f'"{choice}"' for choice in plain]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def close_to(value: Any, choices: Any) -> str | None:
    """Return a hint where a text looks like one of the choices."""
    texts = [choice for choice in choices if isinstance(choice, str)]
    close = closest(value, texts) if isinstance(value, str) else None
    return f"did you mean {close!r}?" if close else None


def shown(value: Any) -> str:
    """Return a value as an error shows it, in the words of config files."""
    if value is MISSING:
        return "???"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"text {value!r}" if len(value) <= 60 else f"text {value[:60]!r}…"
    if isinstance(value, int):
        text = integer_text(value)
        return text if "x" not in text else f"a number of {digits_of(value)}"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if hasattr(value, "keys") or isinstance(value, dict):
        return "a mapping"
    return f"{type(value).__name__} {value!r}"[:80]


SIMPLE: dict[type, Callable[[Any, bool], Any]] = {
    int: to_int,
    float: to_float,
    bool: to_bool,
    str: to_str,
    type(None): to_none,
    Path: to_path,
    PurePath: to_path,
    datetime.datetime: to_datetime,
    datetime.date: to_date,
    datetime.time: to_time,
    datetime.timedelta: to_timedelta,
}
"""The conversion to each type."""
