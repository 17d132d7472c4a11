"""A default, which is any Python object, as values of a tree."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from simple_conf.errors import ConfError
from simple_conf.schemas.schema import attributes_of, is_schema
from simple_conf.tree.assignment import Assignment, AssignmentGroup
from simple_conf.tree.copying import key_text
from simple_conf.tree.export import simple
from simple_conf.tree.node import MARKER, MAX_DEPTH, ListNode, MappingNode, Tree, is_lazy, node_of, raw_items
from simple_conf.values import MISSING, Secret

if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath
    from simple_conf.schemas.defaults.declaration import DefaultLayer


class SameValue:
    """A default, and what it was set to in a tree.

    Args:
        value: The default.
        placed: What it was set to.
    """

    __slots__ = ("_placed", "value")

    def __init__(self, value: Any, placed: Any) -> None:
        self.value = value
        self._placed = snapshot(placed)

    def holds(self, present: Any) -> bool:
        """Return whether what the tree has now is what the default was set to, without references."""
        return is_same(self._placed, present)


def snapshot(value: Any) -> Any:
    """Return a value with copies of the dicts and lists of its nodes, whose leaves can be compared."""
    if isinstance(value, MappingNode):
        return {key: snapshot(inner) for key, inner in value.__raw__.items()}
    if isinstance(value, ListNode):
        return [snapshot(item) for item in raw_items(value)]
    return value


def is_same(known: Any, present: Any) -> bool:
    """Return whether a value is what it was when the snapshot was taken, and needs no resolving."""
    if isinstance(known, dict):
        return (
            isinstance(present, MappingNode)
            and known.keys() == present.__raw__.keys()
            and all(is_same(inner, present.__raw__[key]) for key, inner in known.items())
        )
    if isinstance(known, list):
        return (
            isinstance(present, ListNode)
            and present.__raw__ is None
            and len(known) == len(present)
            and all(map(is_same, known, present))
        )
    return known is present and (not is_lazy(known) or known is MISSING)


def planted(
    value: Any,
    tree: Tree,
    path: KeyPath,
    layer: DefaultLayer,
    origin: KeyPath,
    objects: dict[KeyPath, Any],
    known: dict[KeyPath, SameValue],
) -> Any:
    """Return a default as values of a tree.

    Args:
        value: The default.
        tree: The tree.
        path: The path in it.
        layer: The defaults that it is of.
        origin: Its path there.
        objects: Where the objects of schemas are kept, by their paths in the tree.
        known: Where every default is kept with what it became.

    Raises:
        ConfError: The default contains itself.
    """
    if len(path) > MAX_DEPTH:
        raise ConfError(f"a default is nested more than {MAX_DEPTH} deep; does it contain itself?")
    made: Any
    if (entries := entries_of(value)) is not NOT_ENTRIES:
        raw = {
            key: planted(inner, tree, (*path, key), layer, (*origin, key), objects, known)
            for key, inner in entries.items()
        }
        made = node_of(tree, path, layer, raw)
        object.__setattr__(made, "__provenance__", AssignmentGroup(raw.copy(), layer, origin))
        if is_schema(type(value)):
            objects[path] = value
    elif isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        made = ListNode(
            tree,
            path,
            layer,
            [planted(v, tree, (*path, i), layer, (*origin, i), objects, known) for i, v in enumerate(items)],
        )
        made.__provenance__ = [Assignment(layer, (*origin, i), v) for i, v in enumerate(raw_items(made))]
    else:
        made = leaf(value)
    known[path] = SameValue(value, made)
    return made


NOT_ENTRIES: dict[str, Any] = {}
"""Stands for the entries of what is not a mapping."""


def entries_of(value: Any) -> dict[str, Any]:
    """Return the fields of a schema's object or a named tuple, or the entries of a dict, by key.

    NOT_ENTRIES is for anything else.
    """
    if is_schema(type(value)):
        return {key: getattr(value, name) for key, name in attributes_of(type(value)).items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if not isinstance(value, dict):
        return NOT_ENTRIES
    try:
        pairs = ((simple(key) if isinstance(key, Enum) else key, inner) for key, inner in value.items())
        return {key_text(key): inner for key, inner in pairs}
    except ConfError:  # a file has no form for these keys
        return NOT_ENTRIES


def leaf(value: Any) -> Any:
    """Return a single value as a config has it; an object that files have no form for stays what it is."""
    if isinstance(value, Secret) or value is MISSING:
        return value
    found = simple(value)
    if isinstance(found, str):
        text = str.__str__(found)
        return MISSING if text == MARKER else text
    return found
