"""Assignments: who set a value, and what it replaced; one object for many keys, taken apart when asked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer


class Assignment:
    """One value that was set, and the one that it replaced.

    Args:
        layer: The source that set the value.
        path: The value's path in that source.
        value: The value as it was set.
        before: What it replaced, or None.
    """

    __slots__ = ("before", "layer", "path", "value")

    def __init__(self, layer: Layer, path: KeyPath, value: Any, before: Assignment | None = None) -> None:
        self.layer = layer
        self.path = path
        self.value = value
        self.before = before


class AssignmentGroup:
    """Values of one mapping that were set together.

    Args:
        values: What was set, by key.
        layer: The source that set them.
        path: The mapping's path in that source.
        over: The assignments behind ``values`` where they came from a mapping that had some.
        below: The assignments before.
    """

    __slots__ = ("below", "layer", "over", "path", "values")

    def __init__(
        self,
        values: dict[str, Any],
        layer: Layer,
        path: KeyPath,
        over: AssignmentGroup | None = None,
        below: AssignmentGroup | None = None,
    ) -> None:
        self.values = values
        self.layer = layer
        self.path = path
        self.over = over
        self.below = below


def entries(group: AssignmentGroup | None, key: str) -> list[tuple[Layer, KeyPath, Any]]:
    """Return who set a key, newest first: the source, the path in it and the value."""
    found: list[tuple[Layer, KeyPath, Any]] = []
    while group is not None:
        if key in group.values:
            found += entries(group.over, key) or [(group.layer, (*group.path, key), group.values[key])]
        group = group.below
    return found
