"""NaN and infinities in nested values, for files that have texts instead.

SDN writes `clip: inf` and reads it back as the text "inf". A list of places, as JSON pointers (RFC 6901),
says which of these texts are numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def as_text(tree: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """Plain nested values without NaN and infinities, and the places where these stood.

    Args:
        tree: Plain values in mappings and lists.
    """
    places = list(_places(tree, ""))
    return (_texts(tree), places) if places else (tree, places)


def restored(tree: dict[str, Any], places: list[Any]) -> dict[str, Any]:
    """A copy of what `as_text` made, with the numbers back; a place that is gone is passed over.

    Args:
        tree: Plain values in mappings and lists.
        places: JSON pointers.
    """
    copy: dict[str, Any] = _copied(tree)
    for place in places:
        *way, last = [step.replace("~1", "/").replace("~0", "~") for step in str(place).split("/")[1:]] or [
            ""
        ]
        holder: Any = copy
        for step in way:
            holder = _item(holder, step)
        text = _item(holder, last)
        if isinstance(text, str) and text in NUMBERS:
            holder[int(last) if isinstance(holder, list) else last] = NUMBERS[text]
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _item(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    inside = isinstance(holder, list) and step.isdecimal() and int(step) < len(holder)
    return holder[int(step)] if inside else None


def _places(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _places(item, f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(item, f"{path}/{number}")


def _texts(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    return [_texts(item) for item in value] if isinstance(value, list) else value
