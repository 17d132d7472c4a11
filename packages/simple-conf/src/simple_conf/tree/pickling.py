"""Trees as plain tuples, for pickle: with origins and settings, without whatever is around them."""

from __future__ import annotations

from sys import intern

from simple_conf.tree.export import Exporter
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, Tree, node_of
from simple_conf.tree.provenance import Step, Trail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pack(root: Any) -> tuple[Any, ...]:
    """Return the root of a tree as nested tuples."""
    tree: Tree = root.__tree__
    calls = {place: result for place, result in tree.calls.items() if is_plain(result)}
    return (tree.frozen, tree.quiet, tree.instant, calls, tree.secrets, tree.patches, pack_value(root))


def is_plain(value: Any) -> bool:
    """Return whether a resolver's result is plain data; other results are made anew where they are needed."""
    if isinstance(value, dict):
        return all(is_plain(inner) for inner in value.values())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def unpack(packed: tuple[Any, ...]) -> Any:
    """Return the root of a tree that `pack` has taken apart."""
    tree = Tree()
    frozen, tree.quiet, tree.instant, tree.calls, tree.secrets, tree.patches, values = packed
    tree.root = unpack_value(values, tree, ())
    tree.frozen = frozen
    return tree.root


def pack_value(value: Any) -> Any:
    """Return a node as a tuple headed by its kind; any other value stands behind ``"value"``."""
    if isinstance(value, MappingNode):
        trail = plain_steps(value.__trail__)
        inner: Any = {key: pack_value(one) for key, one in value.__raw__.items()}
        return ("mapping", value.__layer__, value.__barrier__, trail, inner)
    if isinstance(value, ListNode):
        trails = [t and plain_trail(t) for t in value.__trail__ or ()]
        items = value if value.__raw__ is None else value.__raw__
        return ("list", value.__layer__, trails, [pack_value(one) for one in items])
    if isinstance(value, Overlaid):
        return ("overlaid", value.reference, pack_value(value.overrides))
    return ("value", value)


def unpack_value(packed: Any, tree: Tree, path: tuple[str | int, ...]) -> Any:
    """Return what `pack_value` has taken apart, at ``path`` of ``tree``."""
    kind, *rest = packed
    if kind == "mapping":
        layer, barrier, trail, inner = rest
        raw = {intern(key): unpack_value(one, tree, (*path, key)) for key, one in inner.items()}
        node = node_of(tree, path, layer, raw)
        object.__setattr__(node, "__trail__", trail)
        object.__setattr__(node, "__barrier__", barrier)
        return node
    if kind == "list":
        layer, trails, inner = rest
        values = [unpack_value(one, tree, (*path, index)) for index, one in enumerate(inner)]
        items = ListNode(tree, path, layer, values)
        items.__trail__ = trails or None
        return items
    if kind == "overlaid":
        return Overlaid(rest[0], unpack_value(rest[1], tree, path))
    return rest[0]


def plain_steps(step: Step | None) -> Step | None:
    """Return steps whose values are plain data."""
    if step is None:
        return None
    values = {key: plain_value(value) for key, value in step.values.items()}
    return Step(values, step.layer, step.path, plain_steps(step.over), plain_steps(step.below))


def plain_trail(trail: Trail) -> Trail:
    """Return a trail whose values are plain data."""
    before = plain_trail(trail.before) if trail.before else None
    return Trail(trail.layer, trail.path, plain_value(trail.value), before)


def plain_value(value: Any) -> Any:
    """Return a value as plain data, references as text."""
    return (
        Exporter(resolve=False, lenient=True).run(value)
        if isinstance(value, (MappingNode, ListNode))
        else value
    )
