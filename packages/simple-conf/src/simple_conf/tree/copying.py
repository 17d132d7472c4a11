"""Copies: taking values that belong to somebody else, or to another place, into a tree."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern

from simple_conf.errors import ConfError, PlacedError
from simple_conf.keypath import format_path
from simple_conf.tree.node import (
    MARKER,
    MAX_DEPTH,
    PLAIN,
    ListNode,
    MappingNode,
    Overlaid,
    Reading,
    Tree,
    is_lazy,
    node_of,
)
from simple_conf.tree.provenance import Step, Trail
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer


def adopt(value: Any, tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Copy ``value``, which belongs to somebody else, into ``tree`` at ``path``."""
    kind = type(value)
    if kind is str:
        return MISSING if value == MARKER else value
    if kind in PLAIN:
        return value
    if len(path) > MAX_DEPTH:
        raise ConfError(f"values are nested more than {MAX_DEPTH} deep; does a dict or list contain itself?")
    if isinstance(value, (MappingNode, ListNode)):
        bring_secrets(value, tree, path)
        return (
            copy_mapping(value, tree, path)
            if isinstance(value, MappingNode)
            else copy_list(value, tree, path)
        )
    if isinstance(value, Mapping):
        raw = {}
        for key, inner in value.items():
            name = key_text(key, path)
            if name in raw:
                raise ConfError(f"two keys read as {name!r}: {key!r} and another")
            raw[name] = adopt(inner, tree, (*path, name), layer)
        return node_of(tree, path, layer, raw)
    if isinstance(value, (list, tuple)):
        return ListNode(tree, path, layer, [adopt(v, tree, (*path, i), layer) for i, v in enumerate(value)])
    return value


def bring_secrets(node: Any, tree: Tree, path: KeyPath) -> None:
    """Mark at ``path`` of ``tree`` what is marked as secret in ``node``, or around it."""
    here: KeyPath = node.__path__
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


def copy_mapping(node: Any, tree: Tree, path: KeyPath, written: bool = False) -> Any:
    """Copy a mapping node to ``path`` of ``tree``, with the origins of everything in it.

    A node that leaves the tree it stands in takes the values of its references along, since what they name
    stays behind; unless it is wanted as it is ``written``.
    """
    raw: dict[str, Any] = node.__raw__.copy()
    settle = not written and leaves(node, tree, path)
    lazy: list[str] | None = None
    for key, value in raw.items():
        kind = type(value)
        if kind in PLAIN or (kind is str and "${" not in value):
            continue
        if kind is not str or settle:
            raw[key] = value = copy_value(value, node, key, tree, (*path, key), written)
        if is_lazy(value):
            if lazy is None:
                lazy = []
            lazy.append(key)
    copy = MappingNode(tree, path, node.__layer__, raw, lazy)
    here: KeyPath = node.__path__
    if here != path:
        object.__setattr__(copy, "__trail__", Step(raw.copy(), node.__layer__, here, node.__trail__))
    elif node.__trail__ is not None:
        object.__setattr__(copy, "__trail__", node.__trail__)
    if node.__barrier__:
        object.__setattr__(copy, "__barrier__", True)
    return copy


def copy_list(node: Any, tree: Tree, path: KeyPath, written: bool = False) -> Any:
    """Copy a list node to ``path`` of ``tree``, with the origins of everything in it."""
    source = node if node.__raw__ is None else node.__raw__
    raw = [copy_value(value, node, i, tree, (*path, i), written) for i, value in enumerate(source)]
    copy = ListNode(tree, path, node.__layer__, raw)
    trail: list[Trail | None] | None = node.__trail__
    here: KeyPath = node.__path__
    if here != path:
        known = trail or [None] * len(raw)
        trail = [t or Trail(node.__layer__, (*here, i), source[i], None) for i, t in enumerate(known)]
    elif trail is not None:
        trail = list(trail)
    copy.__trail__ = trail
    return copy


def copy_value(value: Any, node: Any, key: Any, tree: Tree, path: KeyPath, written: bool = False) -> Any:
    """Copy what ``node`` holds under ``key`` to ``path`` of ``tree``."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is str:
        if "${" in value and not written and leaves(node, tree, path[:-1]):
            return settled(node, key, value, tree, path)
        return value
    if isinstance(value, MappingNode):
        return copy_mapping(value, tree, path, written)
    if isinstance(value, ListNode):
        return copy_list(value, tree, path, written)
    if kind is Overlaid:
        return Overlaid(value.reference, copy_mapping(value.overrides, tree, path, written))
    return value


def leaves(node: Any, tree: Tree, path: KeyPath) -> bool:
    """Return whether what ``node`` refers to stays behind when it is copied to ``path`` of ``tree``."""
    here: KeyPath = node.__path__
    return here != path and (node.__tree__ is not tree or len(here) != len(path))


def same_depth(over: Any, base: Any) -> bool:
    """Return whether a node that is merged over another comes from a whole config, as the other one does.

    Then what it refers to comes along, even where its items get other places; a part leaves it behind.
    """
    return len(over.__path__) == len(base.__path__)


def settled(node: Any, key: Any, text: str, tree: Tree, path: KeyPath) -> Any:
    """Return what the reference ``text`` reads as where it stands now, or ``text`` where that fails."""
    try:
        value = node[key] if isinstance(node, Mapping) else Reading.read(node, key)
    except ConfError:
        return text
    return value.replace("${", "$${") if type(value) is str else adopt(value, tree, path, node.__layer__)
