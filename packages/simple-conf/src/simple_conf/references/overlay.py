"""Values that are read in the place of a reference: what it names with keys on top, and resolver results."""

from __future__ import annotations

from simple_conf.merging.merge import lay_over
from simple_conf.tree.assignment import AssignmentGroup
from simple_conf.tree.copying import adopt, copy_secrets
from simple_conf.tree.editing import change, put, store
from simple_conf.tree.node import Linked, ListNode, MappingNode, Overlaid, Tree, node_of, raw_items
from simple_conf.tree.provenance import assignment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node


def overlay(below: Any, node: Node, key: Key, raw: Overlaid) -> MappingNode:
    """Return a copy of ``below``, which a reference names, with the keys that were set on top of it.

    The copy is a tree of its own; what is written to it goes to the keys on top.
    """
    if not isinstance(below, MappingNode):
        return raw.overrides
    tree, path = own_tree(node), (*node.__path__, key)
    copy_secrets(below, tree, path)
    tree.top = path
    tree.below = (below, *below.__tree__.below)
    under = linked(below, tree, path)
    lay_over(under, raw.overrides)

    def write_on_top(target: KeyPath, value: Any, layer: Layer) -> None:
        holder = raw.overrides
        for segment in map(str, target[len(path) : -1]):
            inner = holder.__raw__.get(segment)
            if not isinstance(inner, MappingNode):
                inner = node_of(node.__tree__, (*holder.__path__, segment), layer, {})
                store(holder, segment, inner)
            holder = inner
        put(holder, str(target[-1]), value, layer)

    tree.write_through = write_on_top
    return under


def linked(node: MappingNode, tree: Tree, path: KeyPath) -> MappingNode:
    """Return a copy of a mapping whose references are resolved where they are written, once they are read."""
    raw = {key: link(value, node, key, tree, (*path, key)) for key, value in node.__raw__.items()}
    copy = node_of(tree, path, node.__layer__, raw)
    group = AssignmentGroup(raw.copy(), node.__layer__, node.__path__, node.__provenance__)
    object.__setattr__(copy, "__provenance__", group)
    return copy


def link(value: Any, node: Node, key: Key, tree: Tree, path: KeyPath) -> Any:
    """Return a copy of what a mapping or list holds under a key; see `linked`."""
    if type(value) is Overlaid or (type(value) is str and "${" in value):
        return Linked(node, key)
    if isinstance(value, MappingNode):
        return linked(value, tree, path)
    if not isinstance(value, ListNode):
        return value
    items = raw_items(value)
    raw = [link(item, value, index, tree, (*path, index)) for index, item in enumerate(items)]
    copy = ListNode(tree, path, value.__layer__, raw)
    copy.__provenance__ = [assignment_of(value, index) for index in range(len(items))]
    return copy


def resolver_result(value: Any, node: Node, key: Key) -> Node:
    """Return a mapping or list that a resolver gave as one that reads like the rest of the config.

    It is a tree of its own; writing to it puts it in the place of the reference.
    """
    tree, path = own_tree(node), (*node.__path__, key)
    grown: Node = adopt(escaped(value), tree, path, node.__layer__)

    def put_in_place(target: KeyPath, _: Any, layer: Layer) -> None:
        del target
        if isinstance(node, MappingNode):
            put(node, str(key), grown, layer)
        else:
            change(node, lambda items: items.__setitem__(int(key), grown), layer)

    tree.write_through = put_in_place
    return grown


def own_tree(node: Node) -> Tree:
    """Return a tree for values that are read in the place of others, with the settings of the one around."""
    tree = Tree()
    tree.root = node.__tree__.root
    tree.defaults = node.__tree__.defaults
    tree.frozen, tree.quiet = node.__tree__.frozen, node.__tree__.quiet
    tree.secrets = node.__tree__.secrets.copy()
    return tree


def escaped(value: Any) -> Any:
    """Return plain data whose texts read as they are, without interpolation."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {name: escaped(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [escaped(inner) for inner in value]
    return value
