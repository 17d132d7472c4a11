"""Provenance: who set each value of a node, and what they overrode."""

from __future__ import annotations

from simple_conf.origin.layers import CodeLayer
from simple_conf.tree.assignment import Assignment, AssignmentGroup, entries
from simple_conf.tree.node import ListNode, raw_item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, MappingNode, Node


def assignments_of(node: MappingNode) -> AssignmentGroup:
    """Return the assignments of a mapping; where nothing was changed yet, all of it is the first one."""
    known = node.__provenance__
    return known if known is not None else AssignmentGroup(node.__raw__.copy(), node.__layer__, node.__path__)


def record(node: MappingNode, key: str, value: Any, layer: Layer) -> None:
    """Record, before it is written, that ``layer`` sets ``key`` of a mapping.

    The same line of code setting a key again and again counts once, so that a loop leaves no long history.
    """
    last = assignments_of(node)
    again = isinstance(layer, CodeLayer) and layer == last.layer and list(last.values) == [key]
    group = AssignmentGroup({key: value}, layer, node.__path__, None, last.below if again else last)
    object.__setattr__(node, "__provenance__", group)


def assignment_of(node: Node, key: Key) -> Assignment:
    """Return the last assignment of a key of a mapping or an index of a list."""
    found: Assignment | None = None
    if isinstance(node, ListNode):
        if node.__provenance__ is not None and isinstance(key, int):
            found = node.__provenance__[key]
    else:
        for layer, path, value in reversed(entries(node.__provenance__, str(key))):
            found = Assignment(layer, path, value, found)
    return found or Assignment(node.__layer__, (*node.__path__, key), raw_item(node, key))
