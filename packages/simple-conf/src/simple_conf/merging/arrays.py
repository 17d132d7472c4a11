"""Joining two arrays: appended, prepended, item by item, or by a field that identifies an item."""

from __future__ import annotations

from simple_conf.tree.copying import copy_value, same_depth
from simple_conf.tree.node import ListNode, MappingNode, raw_items
from simple_conf.tree.provenance import assignment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.merging.strategy import Arrays
    from simple_conf.tree.assignment import Assignment

    Item = tuple[Any, ListNode, int]
    Pair = tuple[Item, Item | None]
    Lay = Callable[[MappingNode, MappingNode], None]


def combine(mine: ListNode, other: ListNode, how: Arrays, lay: Lay) -> ListNode:
    """Return a new list in the place of ``mine`` with both arrays joined.

    Args:
        mine: The list below.
        other: The list on top.
        how: The array mode, anything but ``"replace"``.
        lay: Merges a mapping into another, in place.

    Returns:
        A list at the path and in the tree of ``mine``.
    """
    below, above = items_of(mine), items_of(other)
    pairs: list[Pair]
    if how == "append":
        pairs = [(item, None) for item in below + above]
    elif how == "prepend":
        pairs = [(item, None) for item in above + below]
    elif how == "by_index":
        pairs = [(item, above[i] if i < len(above) else None) for i, item in enumerate(below)]
        pairs += [(item, None) for item in above[len(below) :]]
    else:
        assert not isinstance(how, str)  # noqa: S101 - MergeStrategy has checked it
        pairs = paired(below, above, how["key"])
    return joined(mine, pairs, lay)


def items_of(items: ListNode) -> list[Item]:
    """Return each item as written with the list and the index that hold it."""
    return [(value, items, index) for index, value in enumerate(raw_items(items))]


def paired(below: list[Item], above: list[Item], field: str) -> list[Pair]:
    """Pair the mappings that have the same value in ``field``; the rest stays alone, in order.

    Where a value comes several times in an array, its first mapping is paired with the first one of the other
    array, its second with the second, and so on.
    """
    matches = {name: item for name, item in zip(identities(above, field), above, strict=True) if name}
    pairs: list[Pair] = []
    for name, item in zip(identities(below, field), below, strict=True):
        pairs.append((item, matches.pop(name, None)))
    used = {item[2] for _, item in pairs if item is not None}
    return pairs + [(item, None) for item in above if item[2] not in used]


def identities(items: list[Item], field: str) -> list[Any]:
    """Return what identifies each item: kind and value of its field, how often they came before; or None."""
    counts: dict[Any, int] = {}
    found: list[Any] = []
    for value, _, _ in items:
        name = value.__raw__.get(field) if isinstance(value, MappingNode) else None
        kind = bool if isinstance(name, bool) else str if isinstance(name, str) else float
        if not isinstance(name, (str, int, float)):
            found.append(None)
            continue
        counts[kind, name] = counts.get((kind, name), -1) + 1
        found.append((kind, name, counts[kind, name]))
    return found


def joined(mine: ListNode, pairs: list[Pair], lay: Lay) -> ListNode:
    """Return the list that the pairs make: the second of a pair merged over the first, or in its place."""
    tree, path = mine.__tree__, mine.__path__
    values: list[Any] = []
    provenance: list[Assignment | None] = []
    for index, (first, second) in enumerate(pairs):
        value, node, at = first
        replaced = False
        if second is not None and not goes_over(second[0], value):
            (value, node, at), second, replaced = second, None, True
        copied = copy_value(value, node, at, tree, (*path, index), same_depth(node, mine))
        if replaced and isinstance(copied, MappingNode):
            object.__setattr__(copied, "__barrier__", True)
        if second is not None:
            lay(copied, second[0])
        values.append(copied)
        provenance.append(assignment_of(node, at))
    result = ListNode(tree, path, mine.__layer__, values)
    result.__provenance__ = provenance
    return result


def goes_over(above: Any, below: Any) -> bool:
    """Return whether two items are joined; otherwise one replaces the other."""
    return isinstance(above, MappingNode) and isinstance(below, MappingNode) and not above.__barrier__
