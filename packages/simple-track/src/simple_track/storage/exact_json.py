"""JSON that keeps every number: NaN, ±inf and integers beyond 64 bits, which JSON readers do not agree about.

A non-finite float is written `{"$float": "nan"}` (`"inf"`, `"-inf"`), an integer beyond 64 bits `{"$int":
"…"}`; stock JSON readers still read the text. Numpy scalars and arrays become numbers and lists.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

from simple_track.errors import TrackError

_LONGEST_INTEGER = 12_000  # bits; Python converts up to 4,300 digits
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class NotJsonError(TrackError, TypeError):
    """A value that has no JSON form, with the place where it stands."""

    def __init__(self, where: str, value: object, what: str | None = None) -> None:
        self.where = where
        self.value = value
        super().__init__(
            f"{where}: {what or type(value).__name__} cannot be kept as JSON; "
            "give a number, text, bool, None, or a list or dict of these."
        )


def encode(value: Any, where: str = "value") -> Any:
    """The JSON-able form of a value.

    Args:
        value: None, bool, int, float, str, numpy scalars and arrays, and lists, tuples and string-keyed
            dicts of them.
        where: Names the value in an error.

    Raises:
        NotJsonError: Something in it has no JSON form.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _encode_text(str.__str__(value), where)
    if is_numpy(value):
        return encode(_as_plain(value, where), where)
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else {"$int": _encode_integer(int(value), where)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, Mapping):
        return _encode_mapping(value, where)
    if isinstance(value, list | tuple):
        return [encode(item, f"{where}[{index}]") for index, item in enumerate(value)]
    raise NotJsonError(where, value)


def is_numpy(value: Any) -> bool:
    """Whether a value is a numpy scalar or array; as long as nobody has imported numpy, no value is."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic | numpy.ndarray)


def _as_plain(value: Any, where: str) -> Any:
    """Python values of a numpy scalar or array; those that numpy would change on the way are refused."""
    if value.dtype.kind not in "biufUO" or (value.dtype.kind == "f" and value.dtype.itemsize > 8):
        raise NotJsonError(where, value, f"numpy {value.dtype}")
    if getattr(value, "mask", None) is not None and value.mask.any():
        raise NotJsonError(where, value, "a masked array")
    return value.tolist()


def _encode_integer(value: int, where: str) -> str:
    if value.bit_length() > _LONGEST_INTEGER:
        raise NotJsonError(where, value, f"an integer of {value.bit_length()} bits")
    return str(value)


def _encode_text(text: str, where: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotJsonError(where, text, "text that is no valid Unicode") from error
    return text


def _encode_mapping(value: Mapping[Any, Any], where: str) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise NotJsonError(f"{where}, key {key!r}", key)
        _encode_text(key, f"{where}, key {key!r}")
    encoded = {key: encode(item, f"{where}.{key}") for key, item in value.items()}
    if len(encoded) == 1 and next(iter(encoded)).startswith("$"):
        return {"$dict": encoded}  # so that a user's own {"$float": …} is not taken for ours
    return encoded


def decode(value: Any) -> Any:
    """The value that `encode` was given, with numpy scalars and tuples as plain numbers and lists."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        match value:
            case {"$float": str(text)} if len(value) == 1 and text in _FLOATS:
                return _FLOATS[text]
            case {"$int": str(text)} if len(value) == 1 and is_integer(text):
                return int(text)
            case {"$dict": dict(inner)} if len(value) == 1:
                value = inner
        return {key: decode(item) for key, item in value.items()}
    return value


def is_integer(text: str) -> bool:
    """Whether a text is a plain decimal integer, of a length that Python converts."""
    return len(text) <= _LONGEST_INTEGER // 3 and text.isascii() and text.removeprefix("-").isdigit()
