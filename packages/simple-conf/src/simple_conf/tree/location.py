"""Origins of the values of a tree."""

from __future__ import annotations

from simple_conf.tree.masking import censor_of
from simple_conf.tree.node import Overlaid, has_item, raw_item
from simple_conf.tree.provenance import assignment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.assignment import Assignment
    from simple_conf.tree.node import Key, MappingNode, Node


def origin_at(root: MappingNode, path: KeyPath, key: bool = False) -> Origin:
    """Return the origin of the value, or of the key, at ``path`` of a tree as written.

    Below a reference it is the origin of the reference.
    """
    node: Any = root
    found: Assignment | None = None
    for segment in path:
        node = node.overrides if type(node) is Overlaid else node
        if not has_item(node, segment):
            break
        found = assignment_of(node, segment)
        node = raw_item(node, segment)
    origin = root.__layer__.locate((), key) if found is None else found.layer.locate(found.path, key)
    return shielded(origin, root) if root.__tree__.secrets else origin


def origin_in(node: Node, key: Key) -> Origin:
    """Return the origin of the value that a node has under ``key``."""
    found = assignment_of(node, key)
    origin = found.layer.locate(found.path)
    root = node.__tree__.root
    return shielded(origin, root) if root.__tree__.secrets else origin


def deletion_at(root: MappingNode, path: KeyPath) -> Origin | None:
    """Return the origin of the override that deleted the key at ``path``, or None where none did."""
    layer = root.__tree__.removed.get(path)
    return None if layer is None else layer.locate(path, key=True)


def shielded(origin: Origin, root: MappingNode) -> Origin:
    """Return an origin that shows no secret, not even one that is on the same line."""
    return origin.masked() if censor_of(root).hits(f"{origin.name}\n{origin.excerpt()}") else origin
