"""Records: one line of JSON for each call, exact for every number.

A metrics line is `{"step": 7, "train/loss": 0.3, "timestamp": 1704902400.123}`. JSON has no NaN and no
infinity: the value is then `null`, and `"~nonfinite": {"train/loss": "nan"}` on the same line says which it
was. A metric that is called `step` or `timestamp` is kept as `~step` or `~timestamp`.
"""

from __future__ import annotations

import json
import math
import numbers
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from simple_track.errors import ValueKindError

NONFINITE = "~nonfinite"
RESERVED = {"step": "~step", "timestamp": "~timestamp", NONFINITE: "~" + NONFINITE}
SYSTEM_PREFIX = "system/"
"""The names of the metrics that are sampled of the machine begin with it."""
LARGEST = 2**64
DEEPEST = 64
APPEND_NEWLINE = orjson.OPT_APPEND_NEWLINE

ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Scalar = int | float | bool | str


def flatten(values: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield every leaf of nested mappings with its path, joined by `/`; reserved names get a `~` in front.

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
        else:
            yield RESERVED.get(path, path), value


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
        ValueKindError: It is none of these, or a whole number that no float can hold.
    """
    given = value
    try:
        if _is_tensor(value):
            value = _single(key, value)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return plain_text(str(value))
        if isinstance(value, numbers.Integral):
            whole = int(value)
            return whole if -(LARGEST // 2) <= whole < LARGEST else float(whole)
        if isinstance(value, numbers.Real) or hasattr(value, "__float__"):
            return float(value)
    except (ArithmeticError, ValueError, RuntimeError) as error:
        raise ValueKindError(key, _type_name(given), f"it has no value as a number ({error})") from error
    raise ValueKindError(key, _type_name(given), _advice(given))


def _advice(value: Any) -> str:
    """What to log instead of a value that is no scalar."""
    if value is None:
        return "leave the name out where there is no value"
    if isinstance(value, list | tuple | set):
        return "log one number for each name, or all by log_histogram, log_plot or a Track.Table"
    for method, advice in ADVICE.items():
        if hasattr(value, method):
            return advice
    return "log a number, a bool, a string, or a media value"


def is_numpy(value: Any) -> bool:
    """Whether a value is a numpy scalar or array; while nobody has imported numpy, nothing is."""
    generic = getattr(sys.modules.get("numpy"), "generic", None)
    return generic is not None and isinstance(value, generic | sys.modules["numpy"].ndarray)


def _is_tensor(value: Any) -> bool:
    """Whether it is an array or a scalar of numpy, torch or their like."""
    return hasattr(value, "item") and hasattr(value, "shape")


def _single(key: str, value: Any) -> Any:
    if math.prod(value.shape) != 1:
        shape = tuple(int(n) for n in value.shape)
        hint = "log one number, or the whole by log_histogram, log_image or Table"
        raise ValueKindError(key, f"{_type_name(value)} of shape {shape}", hint)
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
    """Replace NaN and infinities by None and add the side key that names them."""
    odd = {k: str(v) for k, v in values.items() if isinstance(v, float) and not math.isfinite(v)}
    return {**values, **dict.fromkeys(odd), NONFINITE: odd} if odd else dict(values)


def restore_nonfinite(record: dict[str, Any]) -> dict[str, Any]:
    """Put NaN and infinities back in place, and take the side key away."""
    odd = record.get(NONFINITE)
    if isinstance(odd, dict):
        del record[NONFINITE]
        for key, text in odd.items():
            if text in ODD:
                record[key] = ODD[text]
    return record


def encode_metrics(step: int, values: Mapping[str, Scalar], timestamp: float) -> bytes:
    """One metrics line, with its newline.

    Args:
        step: The step.
        values: Flat names and plain scalars, as `flatten` and `as_scalar` give them.
        timestamp: Seconds since 1970.
    """
    line = {"step": step, **mark_nonfinite(values), "timestamp": timestamp}
    return orjson.dumps(line, option=APPEND_NEWLINE)


def encode_event(event: Mapping[str, Any]) -> bytes:
    """One history line, with its newline; NaN inside becomes null (value writers encode their own)."""
    try:
        return orjson.dumps(dict(event), option=APPEND_NEWLINE)
    except TypeError:  # whole numbers beyond 64 bits
        return json.dumps(dict(event)).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any] | None:
    """The record in one line, or None for a torn or foreign one."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return restore_nonfinite(record) if isinstance(record, dict) else None
