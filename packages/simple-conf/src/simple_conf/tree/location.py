"""Where the values of a tree were written."""

from __future__ import annotations

from simple_conf.tree.masking import censor_of
from simple_conf.tree.node import ListNode, MappingNode, Overlaid
from simple_conf.tree.provenance import trail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.provenance import Trail


def raw_of(node: Any) -> Any:
    """Return the values of a node as written: a dict or a list."""
    return node if node.__raw__ is None else node.__raw__


def place(root: Any, path: KeyPath, key: bool = False) -> Origin:
    """Return the origin of the value, or of the key, at ``path`` of the tree as written.

    Below a reference it is the origin of the reference.
    """
    node = root
    trail: Trail | None = None
    for segment in path:
        node = node.overrides if type(node) is Overlaid else node
        if not has_segment(node, segment):
            break
        trail = trail_of(node, segment)
        node = raw_of(node)[segment]
    found = root.__layer__.locate((), key) if trail is None else trail.layer.locate(trail.path, key)
    return shielded(found, root) if root.__tree__.secrets else found


def removal(root: Any, path: KeyPath) -> Origin | None:
    """Return the override that deleted the key at ``path``, or None where none did."""
    layer = root.__tree__.removed.get(path)
    return None if layer is None else layer.locate(path, key=True)


def place_in(node: Any, key: Any) -> Origin:
    """Return the origin of the value that a node has under ``key``."""
    trail = trail_of(node, key)
    found = trail.layer.locate(trail.path)
    root = node.__tree__.root
    return shielded(found, root) if root.__tree__.secrets else found


def shielded(found: Origin, root: Any) -> Origin:
    """Return an origin that shows no secret, not even one that stands on the same line."""
    return found.masked() if censor_of(root).hits(f"{found.name}\n{found.excerpt()}") else found


def has_segment(node: Any, segment: Any) -> bool:
    """Return whether a node holds something under a segment of a path."""
    if isinstance(node, MappingNode):
        return segment in node.__raw__
    return isinstance(node, ListNode) and isinstance(segment, int) and segment < len(raw_of(node))
