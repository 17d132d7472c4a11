"""JSON by the standard library's parser, with duplicate keys refused and positions found on demand."""

from __future__ import annotations

import json
import math

from simple_conf.errors import LoadError, UnwritableError
from simple_conf.formats import json_places
from simple_conf.formats.mistake import mistake
from simple_conf.formats.numbers import NumberError, finite, shown, whole
from simple_conf.keypath import format_path
from simple_conf.origin.layers import TextLayer
from simple_conf.origin.origin import Origin
from simple_conf.pattern import Pattern
from simple_conf.values import digits_of, integer_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.source import Source


WAYS = ("error", "text")


class DuplicateKey(Exception):  # noqa: N818 - caught in this module
    """A key comes twice in one object."""


def read(source: Source) -> tuple[Any, Layer]:
    """Return the values of JSON text and the layer that locates them.

    Raises:
        LoadError: The text is not JSON, or has a key twice in one object.
    """
    try:
        values = json.loads(
            source.text, object_pairs_hook=unique, parse_constant=special, parse_float=finite, parse_int=whole
        )
    except json.JSONDecodeError as failure:
        comma = last_comma(source.text, failure.pos)
        line, column = source.position(failure.pos if comma is None else comma)
        hint = advice(source.text, failure.pos) if comma is None else "take the comma away"
        message = failure.msg if comma is None else "there is a comma after the last item"
        raise mistake(source, line, column, f"not JSON: {message}", hint) from None
    except NumberError as failure:
        raise shown(failure, source) from None
    except DuplicateKey:
        raise twice(source) from None
    except RecursionError:
        raise LoadError("nested too deeply", origin=Origin("file", source.name)) from None
    return values, TextLayer(source, json_places.search)


SURROGATE = Pattern(r"[\ud800-\udfff]")
"""Half of a character, which UTF-8 cannot hold and JSON can, as an escape."""


def write(values: Any, non_finite: str = "error") -> str:
    """Return plain data as JSON text, without a newline at its end.

    Args:
        values: The data.
        non_finite: What becomes of infinities and NaN, for which JSON has no number: ``"error"``, or
            ``"text"`` for the texts ``"inf"``, ``"-inf"`` and ``"nan"``.

    Raises:
        UnwritableError: A number is ``inf`` or ``nan``, or a whole number longer than what reads it takes.
        ValueError: There is no such way.
    """
    if non_finite not in WAYS:
        raise ValueError(f"non_finite is one of {', '.join(map(repr, WAYS))}, not {non_finite!r}")
    if non_finite == "text":
        values = with_texts(values)
    try:
        text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
        return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    except ValueError:
        refuse_not_finite(values, ())
        found = long_integer(values, ())
        if found is None:
            raise
    path, number = found
    raise UnwritableError(
        f"a number of {digits_of(number)} is too long for JSON; make it a text", key_path=format_path(path)
    )


def refuse_not_finite(value: Any, path: KeyPath) -> None:
    """Refuse ``inf`` and ``nan`` in plain data, for which JSON has no form.

    Raises:
        UnwritableError: There is one.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise UnwritableError(
            f'JSON has no number {value}; write it as text with non_finite="text", or write YAML',
            key_path=format_path(path),
        )
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        refuse_not_finite(inner, (*path, key))


def with_texts(value: Any) -> Any:
    """Return plain data with the texts that Python has for infinities and NaN in their place."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {key: with_texts(inner) for key, inner in value.items()}
    return [with_texts(inner) for inner in value] if isinstance(value, list) else value


def long_integer(value: Any, path: KeyPath) -> tuple[KeyPath, int] | None:
    """Return the path and the value of the first whole number that Python does not write, if there is one."""
    if isinstance(value, int):
        return (path, value) if "x" in integer_text(value) else None
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (long_integer(inner, (*path, key)) for key, inner in items)
    return next((one for one in found if one is not None), None)


def last_comma(text: str, at: int) -> int | None:
    """Return the offset of a comma before a closing bracket, if that is the error at or before ``at``.

    Some versions of Python report the comma, others the bracket.
    """
    comma = at if text[at : at + 1] == "," else len(text[:at].rstrip()) - 1
    closes = text[comma + 1 :].lstrip()[:1] in ("}", "]")
    return comma if closes and text[comma : comma + 1] == "," else None


def advice(text: str, at: int) -> str | None:
    """Return what to do about text that is not JSON from ``at`` on, where that is a usual slip."""
    rest = text[at:].lstrip()
    if not text.strip():
        return "the file is empty; an empty config is {}"
    if rest.startswith(("//", "/*", "#")):
        return "JSON has no comments; SDN, YAML and TOML do"
    if rest.startswith("'"):
        return "use double quotes"
    if rest.startswith(("True", "False", "None")):
        return "JSON writes true, false and null"
    return None


def twice(source: Source) -> LoadError:
    """Return the error for text in which a key comes twice in one object."""
    try:
        key, line, column = json_places.repeated(source)
    except RecursionError:
        return LoadError("a key comes twice in one object", origin=Origin("file", source.name))
    message = f"the key {key!r} comes twice in one object"
    return mistake(source, line, column, message, plain="a key comes twice in one object")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's pairs as a dict."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise DuplicateKey
    return values


def special(name: str) -> float:
    """Return NaN or an infinity, which Python's JSON writes."""
    return float(name.replace("Infinity", "inf"))
