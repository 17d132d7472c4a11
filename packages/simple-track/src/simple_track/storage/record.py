"""Records: one line of JSON for each call, exact for every number.

A metrics line is `{"step": 7, "train/loss": 0.3, "timestamp": 1704902400.123}`. JSON has no NaN and no
infinity: the value is then `null`, and `"~nonfinite": {"train/loss": "nan"}` on the same line says which it
was. Readers of JSON round integers beyond 64 bits: the value is then the nearest float, and the same side key
has all digits. A metric that is called `step` or `timestamp` is kept as `~step` or `~timestamp`.
"""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson

from simple_track.errors import ValueKindError
from simple_track.storage import exact_json
from simple_track.storage.exact_json import is_integer, is_numpy

NONFINITE = "~nonfinite"
REWIND = "~rewind"
"""The name under which the line of a rewind has its step, as a text."""
RESERVED = {
    "step": "~step",
    "timestamp": "~timestamp",
    NONFINITE: "~" + NONFINITE,
    REWIND: "~" + REWIND,
}
SYSTEM_PREFIX = "system/"
"""The names of the metrics that are sampled of the machine begin with it."""
WIDEST = 10**38
"""Integers below this, and above its negative, are kept: those that decimals of 128 bits hold."""
DEEPEST = 64
APPEND_NEWLINE = orjson.OPT_APPEND_NEWLINE

ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Scalar = int | float | bool | str


def flatten(values: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield every leaf of nested mappings that is not None, with its path, joined by `/`.

    Reserved names get a `~` in front. Two leaves may have one path, as in {"a/b": 1, "a": {"b": 2}}: see
    `free_name`.

    Args:
        values: What was logged.
        prefix: Goes before every key.
        depth: How deep this mapping lies.

    Raises:
        ValueKindError: A key is not text (numbers are taken as text), or the nesting has no end.
    """
    if depth > DEEPEST:
        hint = f"it is nested deeper than {DEEPEST}"
        raise ValueKindError(prefix[: prefix.find("/")], "dict", hint)
    for key, value in values.items():
        if not isinstance(key, str | int | float) or isinstance(key, bool):
            raise ValueKindError(f"{prefix}{key!r}", type(key).__name__, "names are text", "take a name")
        path = f"{prefix}{plain_text(str(key))}"
        if isinstance(value, Mapping):
            yield from flatten(value, path + "/", depth + 1)
        elif value is not None:
            yield RESERVED.get(path, path), value


def free_name(name: str, *taken: Mapping[str, Any]) -> str:
    """The name, with as many `~` in front as it takes to differ from those that one call has used already.

    Args:
        name: The flat name of a value.
        taken: The values of the call by name, whatever their kind.
    """
    while any(name in names for names in taken):
        name = f"~{name}"
    return name


_NUMPY_SCALARS: dict[str, type[int | float]] = {
    **dict.fromkeys(("float16", "float32", "float64"), float),
    **dict.fromkeys([f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)], int),
    "bool": bool,
    "bool_": bool,
}

ADVICE = {  # by what only such things have
    "savefig": "log it by log_figure, or as Track.Media.Figure(…)",
    "tobitmap": "log it by log_image, or as Track.Media.Image(…)",
    "to_parquet": "log it as a Track.Table(data=…)",
    "isoformat": "log its text, or its timestamp()",
}


def as_scalar(key: str, value: Any) -> Scalar:
    """The plain number, bool or string behind a value.

    Args:
        key: The name it is logged under, for the message.
        value: A Python, numpy or torch scalar, an array of one element, or text.

    Raises:
        ValueKindError: It is none of these, or a number that neither an integer of `WIDEST` nor a float of 64
            bits holds as it is.
    """
    given = value
    try:
        if _is_tensor(value):
            value = _single(key, value)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return plain_text(str.__str__(value))
        if isinstance(value, numbers.Integral):
            whole = int(value)
            return whole if -WIDEST < whole < WIDEST else _as_float(key, given, whole)
        if isinstance(value, numbers.Real | Decimal) or hasattr(type(value), "__float__"):
            return _as_float(key, given, value)
    except (ArithmeticError, ValueError, RuntimeError) as error:
        raise ValueKindError(key, _type_name(given), f"it has no value as a number ({error})") from error
    raise ValueKindError(key, _type_name(given), _advice(given))


def _as_float(key: str, given: Any, number: Any) -> float:
    """The float of 64 bits that a number stands for; one that it would be rounded to is refused.

    A Decimal may have as many digits as a float shows; what only says what it is as a float, by `__float__`,
    is taken at its word.
    """
    plain = float(number)
    if isinstance(number, Decimal):
        exact = number.is_nan() or Decimal(repr(plain)) == number
    else:
        exact = isinstance(number, float) or plain != plain or not _compares(number) or plain == number
    if not exact:
        hint = "a float of 64 bits would round it; log float(value) where that will do, or its text"
        raise ValueKindError(key, f"{_type_name(given)} ({number})"[:100], hint)
    return plain


def _compares(number: Any) -> bool:
    """Whether a number is of a type that knows if it equals a float."""
    return isinstance(number, numbers.Rational) or (is_numpy(number) and number.dtype.itemsize > 8)


NUMBER_TYPES: dict[type, type[int | float]] = {float: float, int: int, bool: bool}
"""What converts a number of each type without changing it; types of numpy are added when they are met."""


def number_converter(converted: list[int | float]) -> Callable[[Any], int | float]:
    """What gives an encoder the plain numbers of numpy's scalars, as `as_scalar` does, and of nothing else.

    Args:
        converted: Takes every number that was converted.
    """
    kinds, note = NUMBER_TYPES, converted.append

    def convert(value: Any) -> int | float:
        kind = type(value)
        number = kinds[kind](value) if kind in kinds else _first_of_its_kind(value)
        note(number)
        return number

    return convert


def _first_of_its_kind(value: Any) -> int | float:
    kind = type(value)
    if kind.__module__ != "numpy":
        raise TypeError(kind.__name__)
    NUMBER_TYPES[kind] = _NUMPY_SCALARS[kind.__name__]  # a KeyError for those that no plain number equals
    return NUMBER_TYPES[kind](value)


def _advice(value: Any) -> str:
    """What to log instead of a value that is no scalar."""
    if isinstance(value, list | tuple | set):
        return "log one number for each name, or all by log_histogram, log_plot or a Track.Table"
    for method, advice in ADVICE.items():
        if hasattr(value, method):
            return advice
    return "log a number, a bool, a string, or a media value"


def _is_tensor(value: Any) -> bool:
    """Whether it is an array or a scalar of numpy, torch or their like."""
    return hasattr(value, "item") and hasattr(value, "shape") and not isinstance(value, type)


def _single(key: str, value: Any) -> Any:
    if math.prod(value.shape) != 1:
        shape = tuple(int(n) for n in value.shape)
        hint = "log one number, or the whole by log_histogram, log_image or Table"
        raise ValueKindError(key, f"{_type_name(value)} of shape {shape}", hint)
    if is_numpy(value):
        if value.dtype.kind in "cmMV":  # `item` would drop the unit of a duration, `float` the imaginary part
            raise ValueKindError(key, f"{_type_name(value)} ({value.dtype})", _advice(value.item()))
        if getattr(value, "mask", None) is not None and value.mask.any():
            raise ValueKindError(key, _type_name(value), "it is masked; leave the name out, or log None")
        if value.dtype.itemsize > 8 and value.dtype.kind == "f":
            return value.reshape(())[()]
    return value.item()


def plain_text(value: str) -> str:
    """Text that every file can hold: half surrogates are written out as escapes."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def mark_nonfinite(values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace numbers that JSON does not hold, and add the side key that says what they were."""
    odd: dict[str, str] = {}
    nearest: dict[str, float | None] = {}
    for key, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            odd[key], nearest[key] = str(value), None
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            odd[key], nearest[key] = str(int(value)), float(value)
    return {**values, **nearest, NONFINITE: odd} if odd else dict(values)


def restore_nonfinite(record: dict[str, Any]) -> dict[str, Any]:
    """Put the numbers that `mark_nonfinite` replaced back in place, and take the side key away."""
    odd = record.get(NONFINITE)
    if isinstance(odd, dict):
        del record[NONFINITE]
        for key, text in odd.items():
            if not isinstance(text, str):
                continue
            if text in ODD:
                record[key] = ODD[text]
            elif len(text) < len(str(-WIDEST)) and is_integer(text):
                record[key] = int(text)
    return record


def mark_summary(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A summary as its file and its events keep it: plain values, of which some are lists."""
    return mark_nonfinite({key: _summary_value(key, value) for key, value in summary.items()})


def _summary_value(key: str, value: Any) -> Any:
    if type(value) in (float, int, str, bool, type(None)):
        return value
    return exact_json.encode(value, key) if isinstance(value, list) else as_scalar(key, value)  # of an enum


def restore_summary(tree: dict[str, Any]) -> dict[str, Any]:
    """The summary that `mark_summary` was given."""
    for key, value in tree.items():
        if isinstance(value, list):
            tree[key] = exact_json.decode(value)
    return restore_nonfinite(tree)


def encode_metrics(step: int, values: Mapping[str, Scalar], timestamp: float) -> bytes:
    """One metrics line, with its newline.

    Args:
        step: The step.
        values: Flat names and plain scalars, as `flatten` and `as_scalar` give them.
        timestamp: Seconds since 1970.
    """
    line = {"step": step, **mark_nonfinite(values), "timestamp": timestamp}
    return orjson.dumps(line, option=APPEND_NEWLINE)


_CONFIGS = {"config": "values", "state": "config"}  # kind of event, and the field that holds part of a config
_NESTED = {**_CONFIGS, "summary": "value"}


def encode_event(event: Mapping[str, Any]) -> bytes:
    """One history line, with its newline; what belongs to a config is exact JSON."""
    plain = dict(event)
    field = _CONFIGS.get(plain.get("event", ""), "")
    if field in plain:
        plain[field] = exact_json.encode(plain[field], field)
    try:
        return orjson.dumps(plain, option=APPEND_NEWLINE)
    except TypeError:  # integers beyond 64 bits
        return json.dumps(plain).encode("ascii") + b"\n"


def restore_event(event: dict[str, Any]) -> dict[str, Any]:
    """The event that `encode_event` was given, from the record of its line."""
    kind = event.get("event")
    field = _NESTED.get(kind) if isinstance(kind, str) else None
    if field is not None and field in event:
        event[field] = exact_json.decode(event[field])
    return event


def decode(line: bytes) -> dict[str, Any] | None:
    """The record in one line, or None for a torn or foreign one."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return restore_nonfinite(record) if isinstance(record, dict) else None
