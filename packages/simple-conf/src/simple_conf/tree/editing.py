"""Changing a tree: setting and removing keys, editing lists, and refusing both where it is frozen."""

from __future__ import annotations

from sys import intern

from simple_conf.errors import FrozenConfigError, MissingKeyError, PlacedError
from simple_conf.keypath import format_path
from simple_conf.origin.layers import caller
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.assignment import Assignment
from simple_conf.tree.copying import adopt, copy_mapping
from simple_conf.tree.location import deletion_at, origin_at
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, Tree, is_lazy, raw_item, raw_items
from simple_conf.tree.provenance import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node


def put(node: MappingNode, key: str, value: Any, layer: Layer) -> None:
    """Set one key of a mapping to a copy of ``value``.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    path = (*node.__path__, key)
    tree = node.__tree__
    refuse_frozen(tree, path)
    adopted = adopt(value, tree, path, layer)
    record(node, key, adopted, layer)
    store(node, key, adopted)
    tree.forget(path)
    if tree.write_through is not None:
        tree.write_through(path, adopted, layer)


def store(node: MappingNode, key: str, value: Any) -> None:
    """Write a value that belongs to the tree already under one key of a mapping."""
    key = intern(key)
    raw, visible = node.__raw__, node.__dict__
    if is_lazy(value):
        if visible is raw:
            visible = dict(raw)
            object.__setattr__(node, "__dict__", visible)
        visible.pop(key, None)
    elif visible is not raw:
        visible[key] = value
    raw[key] = value


def drop(node: MappingNode, key: str) -> None:
    """Remove one key of a mapping.

    Raises:
        FrozenConfigError: The config is frozen.
        MissingKeyError: There is no such key.
        PlacedError: The mapping is read through a reference with keys set on top of it.
    """
    path = (*node.__path__, key)
    refuse_frozen(node.__tree__, path)
    if key not in node.__raw__:
        raise missing_key(node, key)
    node.__tree__.forget(path)
    if node.__tree__.write_through is not None:
        raise PlacedError(
            "this mapping is read through a reference with keys set on top; nothing can be deleted from it",
            path=format_path(path),
        )
    del node.__raw__[key]
    node.__dict__.pop(key, None)


def change(items: ListNode, edit: Callable[[list[Any]], object], layer: Layer | None = None) -> None:
    """Apply ``edit`` to a list and copy what is new in it into the tree.

    Args:
        items: The list.
        edit: Changes the plain list that it is given.
        layer: Who does it; by default the line of code that is running now.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    tree = items.__tree__
    refuse_frozen(tree, items.__path__)
    known = assignments_by_item(items)
    edited = list(raw_items(items))
    edit(edited)
    layer = layer or caller()
    adopted = [keep(value, tree, (*items.__path__, i), layer) for i, value in enumerate(edited)]
    provenance: list[Assignment | None] = []
    for index, (value, new) in enumerate(zip(edited, adopted, strict=True)):
        same = known.get(id(value))
        if same is None:
            provenance.append(Assignment(layer, (*items.__path__, index), new))
        else:
            provenance.append(same.pop(0) if len(same) > 1 else same[0])
    list.__setitem__(items, slice(None), adopted)
    items.__raw__ = adopted if any(map(is_lazy, adopted)) else None
    items.__provenance__ = provenance
    tree.forget(items.__path__)
    if tree.write_through is not None:
        tree.write_through(items.__path__, items, layer)
    else:
        update_holders(items)


def assignments_by_item(items: ListNode) -> dict[int, list[Assignment]]:
    """Return the assignments of a list by the ids of its items; one item may come several times."""
    values = raw_items(items)
    known: dict[int, list[Assignment]] = {}
    for index, one in enumerate(items.__provenance__ or [None] * len(values)):
        value = values[index]
        one = one or Assignment(items.__layer__, (*items.__path__, index), value)
        known.setdefault(id(value), []).append(one)
    return known


def keep(value: Any, tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Return ``value`` itself where it is at ``path`` of ``tree`` already, else a copy that is."""
    if isinstance(value, (MappingNode, ListNode)) and value.__tree__ is tree and value.__path__ == path:
        return value
    return adopt(value, tree, path, layer)


def update_holders(items: ListNode) -> None:
    """Update what holds a changed list: reading the list may need resolving now, or no longer."""
    holder: Any = items.__tree__.root
    path = items.__path__
    holders: list[tuple[Node, Key]] = []
    for segment in path[:-1]:
        holders.append((holder, segment))
        inner = raw_item(holder, segment)
        holder = inner.overrides if type(inner) is Overlaid else inner
    holders.append((holder, path[-1]))
    for node, key in reversed(holders):
        if isinstance(node, MappingNode):
            value = node.__raw__.get(str(key))
            if isinstance(value, ListNode):
                store(node, str(key), value)
            return
        values = raw_items(node)
        node.__raw__ = list(values) if any(map(is_lazy, values)) else None


def throw_on_missing(cfg: MappingNode, throw: bool) -> None:
    """Set whether reading an absent key raises, which is the default, or gives None.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    tree = cfg.__tree__
    refuse_frozen(tree, cfg.__path__)
    tree.quiet = not throw
    tree.forget_reads()


def refuse_frozen(tree: Tree, path: KeyPath) -> None:
    """Raise FrozenConfigError where ``tree`` must not change."""
    if tree.frozen:
        raise FrozenConfigError(
            "this config is frozen and cannot change",
            path=format_path(path),
            hint="Conf.unfreeze(cfg) returns a copy that can",
        )


def missing_key(node: MappingNode, key: Key) -> MissingKeyError:
    """Return the error for reading ``key`` of a mapping that has none."""
    tree = node.__tree__
    path = (*node.__path__, key)
    deleted = deletion_at(tree.root, path)
    hint = did_you_mean(str(key), node.__raw__)
    if "." in str(key) and str(key).partition(".")[0] in node.__raw__:
        hint = f"a dot is part of a key here; for a path: Conf.get(cfg, {str(key)!r})"
    return MissingKeyError(
        f"there is no key {str(key)!r} here" + (", it was deleted" if deleted else ""),
        path=format_path(path),
        origin=deleted or origin_at(tree.root, node.__path__),
        hint=None if deleted else hint,
    )


def absent(node: MappingNode, key: Key) -> None:
    """Return None for a key that is not there, where the config says so.

    Raises:
        MissingKeyError: The config says nothing else.
    """
    if node.__tree__.quiet:
        return
    raise missing_key(node, key)


def detached(node: MappingNode) -> MappingNode:
    """Return a copy of a mapping as a tree of its own, with the same settings."""
    tree = Tree()
    depth = len(node.__path__)
    tree.root = copy_mapping(node, tree, ())
    tree.copy_settings(node.__tree__)
    tree.frozen = node.__tree__.frozen
    if depth:
        tree.calls = {}
        tree.patches, tree.unmet, tree.defaults = None, {}, None  # they are about the whole config
        tree.secrets = {p[depth:] for p in node.__tree__.secrets if p[:depth] == node.__path__}
        tree.removed = {p[depth:]: by for p, by in tree.removed.items() if p[:depth] == node.__path__}
    return tree.root
