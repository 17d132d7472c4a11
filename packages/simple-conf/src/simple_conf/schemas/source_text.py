"""Which fields take the text that a number was written as."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from simple_conf.references.evaluation import NUMBERS
from simple_conf.values import Secret

if TYPE_CHECKING:
    from simple_conf.tree.node import Key, Node


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
    return NUMBERS.with_text(node, key, value)
