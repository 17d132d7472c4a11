"""The text of numbers in the files, arguments and variables that they were read from."""

from __future__ import annotations

from simple_conf.origin.layers import ArgumentLayer, TextLayer, VariableLayer
from simple_conf.pattern import Pattern
from simple_conf.tree.node import has_item, raw_item
from simple_conf.tree.provenance import assignment_of
from simple_conf.written import number_at, reads_as, usual_numbers, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.tree.node import Key, Node

SPACE = Pattern(r"(?:\s|#[^\n]*)*")
PIECE = Pattern(
    r'(?s:"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\n]*\''
    r"|#[^\n]*|[\[\]{}=,])"
)
"""Brackets, commas and equals signs of TOML, and the strings and comments in which they mean nothing."""


def number_in(node: Node, key: Key, value: Any) -> Any:
    """Return a number that is written under a key of a node with its text, if it was read from one.

    Args:
        node: The mapping or list.
        key: The key or index.
        value: The number.
    """
    layer, path = node.__layer__, (*node.__path__, key)
    if node.__provenance__ is not None:
        found = assignment_of(node, key)
        layer, path = found.layer, found.path
    if isinstance(layer, TextLayer):
        usual = layer.source.usual_numbers
    elif isinstance(layer, (ArgumentLayer, VariableLayer)):
        usual = usual_numbers(layer.text)
    else:
        return value
    if str(value) in usual:
        return value  # its text is that of Python
    text = text_at(layer, path)
    if text is not None and reads_as(text, value):
        return written(value, text)
    return written(value, None) if is_in_place(node) else value


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
    from simple_conf.sdn import parse
    from simple_conf.source import Source

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
