"""The text of numbers in the files, arguments and variables that they were read from."""

from __future__ import annotations

import os
import re
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from simple_conf.errors import ConfError
from simple_conf.origin.layers import ArgumentLayer, TextLayer, VariableLayer
from simple_conf.references.evaluation import path_of
from simple_conf.sdn import parse
from simple_conf.source import Source
from simple_conf.template import Call, Reference, read_template
from simple_conf.tree.node import ListNode, has_item, raw_item, read_item
from simple_conf.tree.provenance import assignment_of
from simple_conf.values import Secret
from simple_conf.written import KINDS, number_at, reads_as, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simple_conf.keypath import KeyPath
    from simple_conf.tree.node import Key, Node

MAX_DEPTH = 64
SPACE = re.compile(r"(?:\s|#[^\n]*)*")
PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\n]*\''
    r"|#[^\n]*|[\[\]{}=,]",
    re.DOTALL,
)
"""Brackets, commas and equals signs of TOML, and the strings and comments in which they mean nothing."""


def takes_text(kind: Any) -> bool:
    """Return whether a number may become text in a field of a type."""
    kind = getattr(kind, "__supertype__", kind)
    if get_origin(kind) in (Union, UnionType, Secret):
        return any(map(takes_text, get_args(kind)))
    if get_origin(kind) is Literal:
        return any(isinstance(choice, str) for choice in get_args(kind))
    return kind is str


def with_text(node: Node, key: Key, value: Any) -> Any:
    """Return a number that a node has under a key with the text that it was read from, if there is one.

    Args:
        node: The mapping or list.
        key: The key or index.
        value: Its value, resolved.
    """
    if type(value) not in KINDS:
        return value
    place: tuple[Node, Key] | str | None = (node, key)
    for _ in range(MAX_DEPTH):
        if not isinstance(place, tuple) or not has_item(*place) or not isinstance(raw_item(*place), str):
            break
        place = named_place(*place)
    if isinstance(place, str):
        place = place.strip()
        return written(value, place) if reads_as(place, value) else value
    if place is None or not has_item(*place):
        return value
    found = assignment_of(*place)
    if not isinstance(found.layer, (TextLayer, ArgumentLayer, VariableLayer)):
        return value
    text = text_at(found.layer, found.path)
    if text is not None and reads_as(text, value):
        return written(value, text)
    return written(value, None) if is_in_place(place[0]) else value


def named_place(node: Node, key: Key) -> tuple[Node, Key] | str | None:
    """Return the place that a reference names, or the text that it takes from the environment."""
    try:
        part = read_template(raw_item(node, key)).whole
        if isinstance(part, Reference):
            path = path_of(part, node, key, [(node, key)])
            holder: Any = node.__tree__.root
            for segment in path[:-1]:
                holder = read_item(holder, index_or_key(holder, segment))
            return (holder, index_or_key(holder, path[-1])) if path else None
        if isinstance(part, Call) and part.name == "env" and isinstance(part.arguments[0], str):
            default = part.text.partition(",")[2].strip()
            return os.environ.get(part.arguments[0], default)
    except (ConfError, LookupError, TypeError, ValueError):
        pass
    return None


def index_or_key(holder: Any, segment: Key) -> Key:
    """Return a segment of a path as a mapping or a list takes it."""
    return int(segment) if isinstance(holder, ListNode) else str(segment)


def is_in_place(node: Node) -> bool:
    """Return whether a node is where its path says, and not the result of a resolver."""
    holder: Any = node.__tree__.root
    for segment in node.__path__:
        if not has_item(holder, segment):
            return False
        holder = raw_item(holder, segment)
    return holder is node


def text_at(layer: Any, path: KeyPath) -> str | None:
    """Return the text of the scalar at a path of a source, or None where it is not found."""
    if isinstance(layer, TextLayer):
        return text_in_file(layer, path)
    source = Source(f"x: {layer.text}")
    find = parse(source).locate
    for start in range(len(path) + 1):  # the first keys are those of the argument itself
        span = find(("x", *path[start:]))
        if span is not None:
            return number_at(source.text, source.offset(span.line, span.column))
    return None


def text_in_file(layer: TextLayer[Any], path: KeyPath) -> str | None:
    """Return the text of the scalar at a path of a file, or None where it is not found."""
    text = layer.source.text
    for known in (path, (*path[:-1], "<<", *path[-1:])):  # YAML merges a mapping in by `<<`
        if (span := layer.find(known)) is not None:
            return number_at(text, layer.source.offset(*span[:2]))
    for end in range(len(path) - 1, 0, -1):  # TOML has places for keys, not for what is in brackets
        if (span := layer.find(path[:end])) is not None:
            at = offset_in_brackets(text, layer.source.offset(*span[:2]), path[end:])
            return None if at is None else number_at(text, at)
    return None


def offset_in_brackets(text: str, at: int, path: KeyPath) -> int | None:
    """Return the offset of a value inside the inline arrays and tables of TOML, or None.

    Args:
        text: The text of the file.
        at: The offset of the outermost bracket.
        path: The path from there.
    """
    for segment in path:
        at = SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if text[at : at + 1] != ("[" if isinstance(segment, int) else "{"):
            return None
        found = next((start for key, start in entries(text, at) if key == segment), None)
        if found is None:
            return None
        at = found
    return SPACE.match(text, at).end()  # type: ignore[union-attr]


def entries(text: str, at: int) -> Iterator[tuple[Key, int]]:
    """Yield each key or index in an inline array or table of TOML with the offset of its value."""
    array, depth, index, start = text[at] == "[", 0, 0, at + 1
    key: str | None = None
    for piece in PIECE.finditer(text, at + 1):
        mark = piece[0]
        if mark in "[{":
            depth += 1
        elif mark == "=" and not array and not depth and key is None:
            key, start = text[start : piece.start()].strip().strip("\"'"), piece.end()
        elif mark in ",]}" and not depth:
            if array or key is not None:
                yield (index if array else key or ""), start
            index, key, start = index + 1, None, piece.end()
            if mark != ",":
                return
        elif mark in "]}":
            depth -= 1
