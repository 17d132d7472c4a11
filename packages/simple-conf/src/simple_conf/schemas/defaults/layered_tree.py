"""A tree with the defaults of a schema laid below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simple_conf.merging.merge import LenientPatch, patches_of
from simple_conf.merging.strategy import DEFAULT
from simple_conf.references.overlay import own_tree
from simple_conf.schemas.defaults.default_layer import SchemaDefaults
from simple_conf.tree.copying import copy_mapping, copy_value
from simple_conf.tree.node import ListNode, MappingNode, Tree, has_item, node_of, raw_item

if TYPE_CHECKING:
    from simple_conf.tree.node import Defaults, Node


def completed(cfg: MappingNode, schema: Any) -> MappingNode:
    """Return the root of a tree with all defaults of a schema filled in; see `layered`."""
    root = layered(cfg, schema)
    assert isinstance(root, MappingNode)  # noqa: S101 - for type checkers
    return root


def layered(cfg: Node, schema: Any) -> Node:
    """Return a mapping or list in a copy of its tree that has the defaults of a schema as its lowest layer.

    Args:
        cfg: The mapping or list.
        schema: What it must look like.
    """
    source = cfg.__tree__
    if isinstance(source.defaults, SchemaDefaults) and source.root is cfg:
        source.defaults.complete(cfg)
        return cfg

    def laid(defaults: Defaults, lenient: bool) -> MappingNode:
        tree = Tree()
        tree.copy_settings(source)
        tree.calls, tree.defaults = source.calls, defaults
        if source.patches is None:
            tree.root = copy_mapping(source.root, tree, ())
            return tree.root
        tree.root, tree.unmet = node_of(tree, (), source.root.__layer__, {}), {}
        for patch in patches_of(source.root):
            (LenientPatch(patch) if lenient else patch).apply(tree.root, DEFAULT, False)
        return tree.root

    defaults = SchemaDefaults(schema, cfg.__path__)
    root = laid(defaults, False) if source.patches is None else defaults.lay_below(laid)
    assert isinstance(root.__tree__.defaults, SchemaDefaults)  # noqa: S101 - for type checkers
    root.__tree__.defaults.complete(root)
    found: Any = root
    for segment in cfg.__path__:
        found = raw_item(found, segment) if has_item(found, segment) else None
    if isinstance(found, (MappingNode, ListNode)):
        return found
    alone = own_tree(root)  # it is read in the place of a reference
    copied: Node = copy_value(cfg, cfg, "", alone, cfg.__path__)
    return copied
