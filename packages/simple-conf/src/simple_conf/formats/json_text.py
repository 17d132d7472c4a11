"""JSON by the standard library's parser, with duplicate keys refused and positions found on demand."""

from __future__ import annotations

import json

from simple_conf.errors import LoadError
from simple_conf.formats import json_places
from simple_conf.formats.numbers import NumberError, finite, shown, whole
from simple_conf.origin.layers import TextLayer
from simple_conf.origin.origin import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.origin.layers import Layer
    from simple_conf.source import Source


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
        where = Origin("file", source.name, line, column, lambda: source.excerpt(line, column))
        hint = advice(source.text, failure.pos) if comma is None else "take the comma away"
        message = failure.msg if comma is None else "there is a comma after the last item"
        raise LoadError(f"not JSON: {message}", origin=where, hint=hint) from None
    except NumberError as failure:
        raise shown(failure, source) from None
    except DuplicateKey:
        raise twice(source) from None
    except RecursionError:
        raise LoadError("nested too deeply", origin=Origin("file", source.name)) from None
    return values, TextLayer(source, json_places.search)


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
    where = Origin("file", source.name, line, column, lambda: source.excerpt(line, column))
    return LoadError(f"the key {key!r} comes twice in one object", origin=where)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's pairs as a dict."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise DuplicateKey
    return values


def special(name: str) -> float:
    """Return NaN or an infinity, which Python's JSON writes."""
    return float(name.replace("Infinity", "inf"))
