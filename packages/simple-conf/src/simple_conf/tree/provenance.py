"""Trails: who set a value, and what they overrode; kept as one step for many keys, taken apart when asked."""

from __future__ import annotations

from simple_conf.origin.layers import CodeLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer


class Trail:
    """Who set one value, and what was there before.

    Args:
        layer: The source that set the value.
        path: The value's path in that source.
        value: The value as it was set.
        before: What it replaced, or None.
    """

    __slots__ = ("before", "layer", "path", "value")

    def __init__(self, layer: Layer, path: KeyPath, value: Any, before: Trail | None = None) -> None:
        self.layer = layer
        self.path = path
        self.value = value
        self.before = before


class Step:
    """Values of one mapping that were set together.

    Args:
        values: What was set, by key.
        layer: The source that set them.
        path: The mapping's path in that source.
        over: The steps behind ``values`` where they came from a mapping that had some.
        below: The step before.
    """

    __slots__ = ("below", "layer", "over", "path", "values")

    def __init__(
        self,
        values: dict[str, Any],
        layer: Layer,
        path: KeyPath,
        over: Step | None = None,
        below: Step | None = None,
    ) -> None:
        self.values = values
        self.layer = layer
        self.path = path
        self.over = over
        self.below = below


def steps_of(node: Any) -> Step:
    """Return the steps of a mapping node; where nothing was changed yet, all of it is the first one."""
    known: Step | None = node.__trail__
    return known if known is not None else Step(node.__raw__.copy(), node.__layer__, node.__path__)


def note(node: Any, key: str, value: Any, layer: Layer) -> None:
    """Remember, before it is written, that ``key`` of a mapping node is set by ``layer``.

    The same line of code setting a key again and again counts once, so that a loop leaves no trail.
    """
    below: Step | None = steps_of(node)
    if (
        isinstance(layer, CodeLayer)
        and below is not None
        and len(below.values) == 1
        and key in below.values
        and layer == below.layer
    ):
        below = below.below
    object.__setattr__(node, "__trail__", Step({key: value}, layer, node.__path__, None, below))


def entries(step: Step | None, key: str) -> list[tuple[Layer, KeyPath, Any]]:
    """Return who set a key, newest first: the source, the path in it and the value."""
    found: list[tuple[Layer, KeyPath, Any]] = []
    while step is not None:
        if key in step.values:
            found += entries(step.over, key) or [(step.layer, (*step.path, key), step.values[key])]
        step = step.below
    return found


def trail_of(node: Any, key: Any) -> Trail:
    """Return who set ``key`` of a mapping or list node."""
    raw = node if node.__raw__ is None else node.__raw__
    if isinstance(raw, list):
        known: Trail | None = node.__trail__[key] if node.__trail__ is not None else None
        return known or Trail(node.__layer__, (*node.__path__, key), raw[key])
    trail: Trail | None = None
    for layer, path, value in reversed(entries(node.__trail__, key)):
        trail = Trail(layer, path, value, trail)
    return trail or Trail(node.__layer__, (*node.__path__, key), raw[key])
