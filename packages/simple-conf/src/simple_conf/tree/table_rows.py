"""The rows of a table as a list of a tree, which know where they were written."""

from __future__ import annotations

from simple_conf.tree.assignment import Assignment, AssignmentGroup
from simple_conf.tree.node import ListNode, MappingNode, raw_items, wrap_list
from simple_conf.tree.provenance import assignment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node
    from simple_conf.values import Table


def rows_of(table: Table, node: Node, key: Key) -> ListNode:
    """Return the rows of a table, which a node has under a key, as a list there.

    Args:
        table: The table.
        node: The mapping or list.
        key: The key or index.
    """
    found = assignment_of(node, key)
    here = (*node.__path__, key)
    rows = wrap_list(table.to_list(), node.__tree__, here, found.layer)
    if found.path != here:  # it stands at another path in its file
        place(rows, found.layer, found.path)
    return rows


def place(rows: ListNode, layer: Layer, path: KeyPath) -> None:
    """Record where each row, and each cell, of a table was written."""
    rows.__provenance__ = [Assignment(layer, (*path, at), row) for at, row in enumerate(raw_items(rows))]
    for at, row in enumerate(raw_items(rows)):
        if isinstance(row, MappingNode):
            group = AssignmentGroup(row.__raw__.copy(), layer, (*path, at))
            object.__setattr__(row, "__provenance__", group)
        elif isinstance(row, ListNode):
            row.__provenance__ = [
                Assignment(layer, (*path, at, column), cell) for column, cell in enumerate(raw_items(row))
            ]
