"""Values read in the place of others: what a reference names with keys on top, and what a resolver gives."""

from __future__ import annotations

from simple_conf.config.config import Config, change, put, store
from simple_conf.merging.merge import lay_over
from simple_conf.tree.copying import adopt
from simple_conf.tree.node import Tree, node_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer


def overlay(below: Any, node: Any, key: Any, raw: Any) -> Any:
    """Return a copy of ``below``, which a reference names, with the keys that were set on top of it.

    The copy is a tree of its own; what is written to it goes to the keys on top.
    """
    if not isinstance(below, Config):
        return raw.overrides
    tree, path = own_tree(node), (*node.__path__, key)
    under = adopt(below, tree, path, node.__layer__)
    lay_over(under, raw.overrides)

    def write_on_top(target: KeyPath, value: Any, layer: Layer) -> None:
        holder = raw.overrides
        for segment in target[len(path) : -1]:
            if not isinstance(holder.__raw__.get(segment), Config):
                store(holder, str(segment), node_of(node.__tree__, (*holder.__path__, segment), layer, {}))
            holder = holder.__raw__[segment]
        put(holder, str(target[-1]), value, layer)

    tree.behind = write_on_top
    return under


def planted(value: Any, node: Any, key: Any) -> Any:
    """Return a mapping or list that a resolver gave as one that reads like the rest of the config.

    It is a tree of its own; writing to it puts it in the place of the reference.
    """
    tree, path = own_tree(node), (*node.__path__, key)
    grown = adopt(literal(value), tree, path, node.__layer__)

    def put_in_place(target: KeyPath, _: Any, layer: Layer) -> None:
        del target
        if isinstance(node, Config):
            put(node, key, grown, layer)
        else:
            change(node, lambda items: items.__setitem__(key, grown), layer)

    tree.behind = put_in_place
    return grown


def own_tree(node: Any) -> Tree:
    """Return a tree for values that are read in the place of others, with the settings of the one around."""
    tree = Tree()
    tree.root = node.__tree__.root
    tree.frozen, tree.quiet = node.__tree__.frozen, node.__tree__.quiet
    tree.secrets = node.__tree__.secrets.copy()
    return tree


def literal(value: Any) -> Any:
    """Return plain data whose texts are read as they are, without interpolation."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {name: literal(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [literal(inner) for inner in value]
    return value
