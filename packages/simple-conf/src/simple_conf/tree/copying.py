"""Copies: values that belong to somebody else, or to another place, are copied into a tree."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern

from simple_conf.errors import ConfError, PlacedError
from simple_conf.keypath import format_path
from simple_conf.tree.assignment import Assignment, AssignmentGroup
from simple_conf.tree.node import (
    MARKER,
    MAX_DEPTH,
    PLAIN,
    Linked,
    ListNode,
    MappingNode,
    Overlaid,
    Tree,
    is_lazy,
    node_of,
    raw_item,
    raw_items,
    read_item,
)
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node


def adopt(value: Any, tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Copy ``value``, which belongs to somebody else, to ``path`` of ``tree``.

    Args:
        value: A node, plain data or any other object; other objects are taken as they are.
        tree: The tree.
        path: The path in it.
        layer: The source of plain data; nodes keep the origins of their values.

    Raises:
        ConfError: The value is nested too deeply, or two keys of a mapping are the same as text.
        PlacedError: A key of a mapping is neither text nor a whole number.
    """
    kind = type(value)
    if kind is str:
        return MISSING if value == MARKER else value
    if kind in PLAIN:
        return value
    if len(path) > MAX_DEPTH:
        raise ConfError(f"values are nested more than {MAX_DEPTH} deep; does a dict or list contain itself?")
    if isinstance(value, MappingNode):
        copy_secrets(value, tree, path)
        return copy_mapping(value, tree, path)
    if isinstance(value, ListNode):
        copy_secrets(value, tree, path)
        return copy_list(value, tree, path)
    if isinstance(value, Mapping):
        raw: dict[str, Any] = {}
        for key, inner in value.items():
            name = key_text(key, path)
            if name in raw:
                raise ConfError(f"two keys read as {name!r}: {key!r} and another")
            raw[name] = adopt(inner, tree, (*path, name), layer)
        return node_of(tree, path, layer, raw)
    if isinstance(value, (list, tuple)):
        return ListNode(tree, path, layer, [adopt(v, tree, (*path, i), layer) for i, v in enumerate(value)])
    return value


def planted(values: Mapping[Any, Any], layer: Layer) -> MappingNode:
    """Return the root of a new tree with a copy of ``values``; see `adopt`."""
    tree = Tree()
    tree.root = adopt(values, tree, (), layer)
    return tree.root


def copy_secrets(node: Node, tree: Tree, path: KeyPath) -> None:
    """Mark at ``path`` of ``tree`` what is marked as secret in ``node``, or around it."""
    here = node.__path__
    for secret in node.__tree__.secrets.copy():
        if secret[: len(here)] == here:
            tree.secrets.add((*path, *secret[len(here) :]))
        elif here[: len(secret)] == secret:
            tree.secrets.add(path)


def key_text(key: object, path: KeyPath = ()) -> str:
    """Return a mapping's key as text: strings as they are, whole numbers written out.

    It is interned, since the interpreter is fast only at attributes whose name is the very key.
    """
    if isinstance(key, str):
        return intern(str.__str__(key))
    if isinstance(key, int) and not isinstance(key, bool):
        return intern(str(key))
    kind = type(key).__name__
    raise PlacedError(f"a key must be text or a whole number, not {kind}: {key!r}", path=format_path(path))


def copy_mapping(node: MappingNode, tree: Tree, path: KeyPath, written: bool = False) -> MappingNode:
    """Copy a mapping to ``path`` of ``tree``, with the origins of everything in it.

    Args:
        node: The mapping. Where it leaves the tree that it is part of, its references are replaced by their
            values, since what they name stays behind.
        tree: The tree.
        path: The path in it.
        written: Whether references are kept in any case.
    """
    raw = node.__raw__.copy()
    replace = not written and leaves(node, tree, path)
    lazy: list[str] | None = None
    for key, value in raw.items():
        kind = type(value)
        if kind in PLAIN or (kind is str and "${" not in value):
            continue
        if kind is not str or replace:
            raw[key] = value = copy_value(value, node, key, tree, (*path, key), written)
        if is_lazy(value):
            if lazy is None:
                lazy = []
            lazy.append(key)
    copy = MappingNode(tree, path, node.__layer__, raw, lazy)
    known, here = node.__provenance__, node.__path__
    if here != path:
        known = AssignmentGroup(raw.copy(), node.__layer__, here, known)
    if known is not None:
        object.__setattr__(copy, "__provenance__", known)
    if node.__barrier__:
        object.__setattr__(copy, "__barrier__", True)
    return copy


def copy_list(node: ListNode, tree: Tree, path: KeyPath, written: bool = False) -> ListNode:
    """Copy a list to ``path`` of ``tree``, with the origins of everything in it; see `copy_mapping`."""
    source = raw_items(node)
    raw = [copy_value(value, node, i, tree, (*path, i), written) for i, value in enumerate(source)]
    copy = ListNode(tree, path, node.__layer__, raw)
    known, here = node.__provenance__, node.__path__
    if here != path:
        copy.__provenance__ = [
            one or Assignment(node.__layer__, (*here, i), source[i])
            for i, one in enumerate(known or [None] * len(raw))
        ]
    elif known is not None:
        copy.__provenance__ = list(known)
    return copy


def copy_value(value: Any, node: Node, key: Key, tree: Tree, path: KeyPath, written: bool = False) -> Any:
    """Copy what ``node`` holds under ``key`` to ``path`` of ``tree``; see `copy_mapping`."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is str:
        if "${" in value and not written and leaves(node, tree, path[:-1]):
            return resolved_copy(node, key, value, tree, path)
        return value
    if isinstance(value, MappingNode):
        return copy_mapping(value, tree, path, written)
    if isinstance(value, ListNode):
        return copy_list(value, tree, path, written)
    if kind is Linked and leaves(node, tree, path[:-1]):
        return resolved_copy(node, key, value, tree, path)
    if kind is Overlaid:
        if not written and leaves(node, tree, path[:-1]):
            return resolved_copy(node, key, value, tree, path)
        return Overlaid(value.reference, copy_mapping(value.overrides, tree, path, written))
    return value


def leaves(node: Node, tree: Tree, path: KeyPath) -> bool:
    """Return whether what ``node`` refers to stays behind when it is copied to ``path`` of ``tree``."""
    here = node.__path__
    return here != path and (node.__tree__ is not tree or len(here) != len(path))


def same_depth(over: Node, base: Node) -> bool:
    """Return whether a node that is merged over another comes from a whole config, as the other one does.

    Then what it refers to comes along, even where its items get other places; a part leaves it behind.
    """
    return len(over.__path__) == len(base.__path__)


def resolved_copy(node: Node, key: Key, reference: str | Linked | Overlaid, tree: Tree, path: KeyPath) -> Any:
    """Return a copy of the value of a reference, or the reference itself where it cannot be resolved."""
    try:
        value = read_item(node, key)
    except ConfError:
        if isinstance(reference, Overlaid):
            return Overlaid(reference.reference, copy_mapping(reference.overrides, tree, path))
        return written_at(reference)
    return value.replace("${", "$${") if type(value) is str else adopt(value, tree, path, node.__layer__)


def written_at(value: Any) -> Any:
    """Return what is written where a value is read, which is elsewhere for what lies below keys on top."""
    while type(value) is Linked:
        value = raw_item(value.node, value.key)
    return value.reference if type(value) is Overlaid else value
