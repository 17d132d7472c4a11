"""JSON for what users hand us: numpy scalars become numbers, and NaN and ±inf, which JSON has not, are kept.

A non-finite float is written `{"$float": "nan"}` (`"inf"`, `"-inf"`), an integer beyond 64 bits `{"$int":
"…"}`; stock JSON readers still read the text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from simple_track.errors import TrackError


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
        return _encode_text(value, where)
    if isinstance(value, np.generic | np.ndarray):
        return encode(value.tolist(), where)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else {"$int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, Mapping):
        return _encode_mapping(value, where)
    if isinstance(value, list | tuple):
        return [encode(item, f"{where}[{index}]") for index, item in enumerate(value)]
    raise NotJsonError(where, value)


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
        if len(value) == 1 and "$float" in value:
            return float(value["$float"])
        if len(value) == 1 and "$int" in value:
            return int(value["$int"])
        if len(value) == 1 and "$dict" in value:
            value = value["$dict"]
        return {key: decode(item) for key, item in value.items()}
    return value
