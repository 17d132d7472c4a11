"""Trees as plain tuples, for pickle: with origins and settings, without whatever is around them."""

from __future__ import annotations

from sys import intern

from simple_conf.tree.assignment import Assignment, AssignmentGroup
from simple_conf.tree.export import as_written
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, Tree, node_of, raw_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath


def pack(root: MappingNode) -> tuple[Any, ...]:
    """Return the root of a tree as nested tuples."""
    tree = root.__tree__
    calls = {place: result for place, result in tree.calls.items() if is_plain(result)}
    return (tree.frozen, tree.quiet, tree.instant, calls, tree.secrets, tree.patches, pack_value(root))


def is_plain(value: Any) -> bool:
    """Return whether a resolver's result is plain data; other results are not kept."""
    if isinstance(value, dict):
        return all(is_plain(inner) for inner in value.values())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def unpack(packed: tuple[Any, ...]) -> MappingNode:
    """Return the root of a tree that `pack` has taken apart."""
    tree = Tree()
    frozen, tree.quiet, tree.instant, tree.calls, tree.secrets, tree.patches, values = packed
    tree.root = unpack_value(values, tree, ())
    tree.frozen = frozen
    return tree.root


def pack_value(value: Any) -> tuple[Any, ...]:
    """Return a value as a tuple that begins with its kind, ``"value"`` for any that is not a node."""
    if isinstance(value, MappingNode):
        known = plain_group(value.__provenance__)
        inner = {key: pack_value(one) for key, one in value.__raw__.items()}
        return ("mapping", value.__layer__, value.__barrier__, known, inner)
    if isinstance(value, ListNode):
        assignments = [one and plain_assignment(one) for one in value.__provenance__ or ()]
        return ("list", value.__layer__, assignments, [pack_value(one) for one in raw_items(value)])
    if isinstance(value, Overlaid):
        return ("overlaid", value.reference, pack_value(value.overrides))
    return ("value", value)


def unpack_value(packed: tuple[Any, ...], tree: Tree, path: KeyPath) -> Any:
    """Return what `pack_value` has taken apart, at ``path`` of ``tree``."""
    kind, *rest = packed
    if kind == "mapping":
        layer, barrier, known, inner = rest
        raw = {intern(key): unpack_value(one, tree, (*path, key)) for key, one in inner.items()}
        node = node_of(tree, path, layer, raw)
        object.__setattr__(node, "__provenance__", known)
        object.__setattr__(node, "__barrier__", barrier)
        return node
    if kind == "list":
        layer, assignments, inner = rest
        values = [unpack_value(one, tree, (*path, index)) for index, one in enumerate(inner)]
        items = ListNode(tree, path, layer, values)
        items.__provenance__ = assignments or None
        return items
    if kind == "overlaid":
        return Overlaid(rest[0], unpack_value(rest[1], tree, path))
    return rest[0]


def plain_group(group: AssignmentGroup | None) -> AssignmentGroup | None:
    """Return assignments whose values are plain data."""
    if group is None:
        return None
    values = {key: as_written(value) for key, value in group.values.items()}
    return AssignmentGroup(values, group.layer, group.path, plain_group(group.over), plain_group(group.below))


def plain_assignment(assignment: Assignment) -> Assignment:
    """Return an assignment whose values are plain data."""
    before = plain_assignment(assignment.before) if assignment.before else None
    return Assignment(assignment.layer, assignment.path, as_written(assignment.value), before)
