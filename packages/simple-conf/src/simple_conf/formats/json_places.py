"""The place of each value of a JSON text."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from simple_conf.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from simple_conf.keypath import KeyPath

SPACE = re.compile(r"[ \t\r\n]*")
SCALAR = re.compile(r"[^\s,\]}]+")


def search(source: Source) -> Callable[[KeyPath], Span | None]:
    """Return a function that gives the place of the value at a path of valid JSON text."""
    places: dict[KeyPath, tuple[int, int]] = {}
    scan(source.text, skip(source.text, 0), (), 0, places)

    def find(path: KeyPath) -> Span | None:
        if path not in places:
            return None
        key, value = places[path]
        return Span(*source.position(value), *source.position(key))

    return find


class Repeated(Exception):  # noqa: N818 - caught in this module
    """A key comes twice in one object; holds the key and its offset."""


class Once(dict["KeyPath", tuple[int, int]]):
    """Places by path, none of which may be set twice."""

    def __setitem__(self, path: KeyPath, place: tuple[int, int]) -> None:
        if path in self:
            raise Repeated(path[-1], place[0])
        super().__setitem__(path, place)


def repeated(source: Source) -> tuple[str, int, int]:
    """Return the first key that comes twice in one object, with line and column of the second time.

    Raises:
        RecursionError: It is too deep.
    """
    try:
        scan(source.text, skip(source.text, 0), (), 0, Once())
    except Repeated as found:
        key, at = found.args
        return str(key), *source.position(at)
    raise RecursionError


def skip(text: str, at: int) -> int:
    """Return the offset of the next character that is not white space."""
    match = SPACE.match(text, at)
    return match.end() if match else at


def scan(text: str, at: int, path: KeyPath, key_at: int, places: dict[KeyPath, tuple[int, int]]) -> int:
    """Add the places of the value at ``at`` and of all values in it; return the offset after it."""
    places[path] = (key_at, at)
    if text[at] == '"':
        return int(scanstring(text, at + 1)[1])
    if text[at] not in "{[":
        match = SCALAR.match(text, at)
        return match.end() if match else at + 1
    closer, index = "}" if text[at] == "{" else "]", 0
    at = skip(text, at + 1)
    while text[at] != closer:
        name: str | int = index
        inner_key = at
        if closer == "}":
            name, at = scanstring(text, at + 1)
            at = skip(text, skip(text, at) + 1)
        at = skip(text, scan(text, at, (*path, name), inner_key, places))
        index += 1
        if text[at] == ",":
            at = skip(text, at + 1)
    return at + 1
