"""Paths that references name: read from text, and compared with the place of the reference itself."""

from __future__ import annotations

from simple_conf.errors import InterpolationError, KeyPathError
from simple_conf.keypath import parse_path
from simple_conf.references.failures import error
from simple_conf.tree.node import Linked, Overlaid, has_item, raw_item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.tree.node import Key, Node


def path_in(text: str, node: Node, key: Key) -> KeyPath:
    """Return a path that was put together from references."""
    try:
        return parse_path(text)
    except KeyPathError as failure:
        raise error(InterpolationError, node, key, f"{text!r} is not a path: {failure.message}") from None


def spread_secret(path: KeyPath, node: Node, key: Key) -> None:
    """Mark a value as a secret where it refers to one."""
    tree = node.__tree__
    if tree.hides(path):
        tree.secrets = tree.secrets | {(*node.__path__, key)}  # a new set: others may read the old one


def index_of(segment: Key) -> int | None:
    """Return a path segment as a list index: ``[0]`` and ``.0`` mean the same."""
    if isinstance(segment, int):
        return segment
    return int(segment) if segment.isascii() and segment.isdigit() else None


def encloses(found: Node, node: Node, key: Key) -> bool:
    """Return whether a reference in ``node`` names something that it is itself part of.

    What lies below keys on top of a reference is part of them too, where none of them replaces it.
    """
    if type(raw_item(node, key)) is Overlaid:
        return False  # the keys on top may replace the part; if not, what is read contains itself
    path = (*node.__path__, key)
    if found.__tree__ is node.__tree__ and path[: len(found.__path__)] == found.__path__:
        return True
    for below in found.__tree__.below:
        inside = found.__path__[len(found.__tree__.top) :]
        source = (*below.__path__, *inside)
        if below.__tree__ is node.__tree__ and path[: len(source)] == source:
            holder: Any = found
            for segment in path[len(source) : -1]:
                holder = raw_item(holder, segment) if has_item(holder, segment) else None
            if has_item(holder, key) and type(raw_item(holder, key)) is Linked:
                return True
    return False
