"""TOML by the standard library's parser, with positions found on demand."""

from __future__ import annotations

import re
import tomllib

from simple_conf.errors import LoadError
from simple_conf.formats.mistake import mistake, without_quotes
from simple_conf.formats.numbers import NumberError, finite, shown, too_long
from simple_conf.origin.layers import TextLayer
from simple_conf.origin.origin import Origin
from simple_conf.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer

PLACE = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")
PART = re.compile(r"\s*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*")
HEADER = re.compile(r"\s*(\[\[?)(.*?)\]\]?\s*(?:#.*)?$")


def read(source: Source) -> tuple[Any, Layer]:
    """Return the values of TOML text and the layer that locates them.

    Raises:
        LoadError: The text is not TOML.
    """
    try:
        values = tomllib.loads(source.text, parse_float=finite)
    except tomllib.TOMLDecodeError as failure:
        message = f"not TOML: {PLACE.sub('', str(failure)).strip()}"
        line, column = place(source, str(failure))
        raise mistake(source, line, column, message, plain=without_quotes(message)) from None
    except NumberError as failure:
        raise shown(failure, source) from None
    except RecursionError:
        raise LoadError("nested too deeply", origin=Origin("file", source.name)) from None
    except ValueError as failure:
        if (long := too_long(source)) is not None:
            raise shown(long, source) from None
        raise LoadError(f"not TOML: {failure}", origin=Origin("file", source.name)) from None
    return values, TextLayer(source, search)


def place(source: Source, message: str) -> tuple[int, int]:
    """Return the line and the column that tomllib names in its message."""
    match = PLACE.search(message)
    if match and match[1]:
        return int(match[1]), int(match[2])
    return source.position(len(source.text))


def search(source: Source) -> Callable[[KeyPath], Span | None]:
    """Return what finds a value by the line of its key; one in an inline array by the array."""
    places: dict[KeyPath, Span] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(source.text.split("\n"), 1):
        header = HEADER.match(line)
        if header and "=" not in header[2].split("]")[0]:
            table = located(dotted(header[2])[0], counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            column = header.start(2) + 1
            places.setdefault(table, Span(number, column, number, column))
            continue
        keys, end = dotted(line)
        if keys and line[end : end + 1] == "=":
            column = end + 2 + len(line[end + 1 :]) - len(line[end + 1 :].lstrip())
            begin = len(line) - len(line.lstrip()) + 1
            places.setdefault((*table, *keys), Span(number, column, number, begin))
    return places.get


def located(keys: tuple[str, ...], counts: dict[KeyPath, int]) -> KeyPath:
    """Return a header's path with the index of the last item of every array of tables on the way."""
    path: KeyPath = ()
    for depth, key in enumerate(keys):
        path = (*path, key)
        if path in counts and depth < len(keys) - 1:
            path = (*path, counts[path])
    return path


def dotted(text: str) -> tuple[tuple[str, ...], int]:
    """Return the keys of a dotted key at the start of ``text``, and the offset after them."""
    keys: list[str] = []
    at = 0
    while (match := PART.match(text, at)) is not None:
        keys.append(next(group for group in match.groups() if group is not None))
        at = match.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return tuple(keys), at
