"""Nodes: what a tree is made of, and how plain data become one.

A mapping keeps what reads natively in its instance ``__dict__`` and everything, in order and as written, in
``__raw__``; the two are one dict while nothing needs working out. Values that do (``${…}``, ``???``, tables)
are absent from ``__dict__`` until read, and a change anywhere in the tree makes them absent again. A list
keeps its values as written in ``__raw__`` while some of them need working out, else ``None``.
"""

from __future__ import annotations

import _thread
from sys import intern

from simple_conf.errors import ConfError
from simple_conf.values import MISSING, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.provenance import Step, Trail

MARKER = "???"
MAX_DEPTH = 200
PLAIN = frozenset({bool, int, float, type(None)})


class Tree:
    """What all nodes of one tree share."""

    __slots__ = (
        "behind",
        "calls",
        "frozen",
        "instant",
        "lock",
        "memo",
        "patches",
        "quiet",
        "removed",
        "root",
        "secrets",
    )

    def __init__(self) -> None:
        self.root: Any = None
        self.frozen = False
        self.quiet = False
        self.memo: list[tuple[dict[str, Any], str]] = []
        self.calls: dict[Any, Any] = {}
        self.instant: float | None = None
        self.lock = _thread.RLock()
        self.patches: list[Any] | None = None
        self.secrets: set[KeyPath] = set()
        self.removed: dict[KeyPath, Layer] = {}
        self.behind: Callable[[KeyPath, Any, Layer], None] | None = None

    def forget(self, path: KeyPath) -> None:
        """Drop every value that was worked out, and resolver results at and below ``path``, which changed."""
        self.forget_reads()
        if self.calls:
            for known in [known for known in self.calls if known[0][: len(path)] == path]:
                del self.calls[known]

    def forget_reads(self) -> None:
        """Drop every value that was worked out, but not what resolvers returned."""
        for values, key in self.memo:
            values.pop(key, None)
        self.memo.clear()

    def hides(self, path: KeyPath) -> bool:
        """Return whether the value at ``path``, or one around it, is a secret."""
        secrets = self.secrets
        return bool(secrets) and any(path[:end] in secrets for end in range(1, len(path) + 1))

    def like(self, other: Tree) -> None:
        """Take over the settings and the resolver results of ``other``."""
        self.quiet = other.quiet
        self.calls = dict(other.calls)
        self.instant = other.instant
        self.patches = None if other.patches is None else list(other.patches)
        self.secrets = set(other.secrets)
        self.removed = dict(other.removed)


class MappingNode:
    """Storage of one mapping; ``Config`` is its face."""

    __slots__ = ("__barrier__", "__dict__", "__layer__", "__path__", "__raw__", "__trail__", "__tree__")

    __tree__: Tree
    __path__: KeyPath
    __layer__: Layer
    __trail__: Step | None
    __raw__: dict[str, Any]
    __barrier__: bool

    def __init__(
        self, tree: Tree, path: KeyPath, layer: Layer, raw: dict[str, Any], lazy: list[str] | None
    ) -> None:
        self.__tree__ = tree
        self.__path__ = path
        self.__layer__ = layer
        self.__trail__ = None
        self.__raw__ = raw
        self.__barrier__ = False
        if lazy:
            self.__dict__ = {key: value for key, value in raw.items() if key not in lazy}
        else:
            self.__dict__ = raw
        self.__class__ = FACES[0]


class ListNode(list):  # type: ignore[type-arg]
    """Storage of one list; ``ConfigList`` is its face."""

    __slots__ = ("__layer__", "__path__", "__raw__", "__trail__", "__tree__")

    __tree__: Tree
    __path__: KeyPath
    __layer__: Layer
    __trail__: list[Trail | None] | None
    __raw__: list[Any] | None

    def __init__(self, tree: Tree, path: KeyPath, layer: Layer, raw: list[Any]) -> None:
        list.__init__(self, raw)
        self.__tree__ = tree
        self.__path__ = path
        self.__layer__ = layer
        self.__trail__ = None
        self.__raw__ = raw if any(map(is_lazy, raw)) else None
        self.__class__ = FACES[1]


FACES: list[type[Any]] = [MappingNode, ListNode]
"""The classes that nodes show themselves as; ``simple_conf.config.config`` puts its own here."""


class Reading:
    """How values that must be worked out are read; ``simple_conf.references.evaluation`` fills it in."""

    read: Callable[[Any, Any], Any]


class Overlaid:
    """Keys set on top of a reference: ``optim: ${defaults}`` with ``optim.lr=1`` merged over it.

    Args:
        reference: The text of the reference.
        overrides: A mapping node with what was set on top.
    """

    __slots__ = ("overrides", "reference")

    def __init__(self, reference: Any, overrides: Any) -> None:
        self.reference = reference
        self.overrides = overrides


def is_lazy(value: object) -> bool:
    """Return whether reading ``value`` needs work: a reference, ``???``, a table, a list with these."""
    kind = type(value)
    if kind is str:
        return "${" in value  # type: ignore[operator]
    if kind in PLAIN:
        return False
    if isinstance(value, ListNode):
        return value.__raw__ is not None
    return kind is Table or kind is Overlaid or value is MISSING


def wrap(values: dict[str, Any], tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Make ``values``, fresh from a parser and owned from now on, a mapping node without copying."""
    lazy: list[str] | None = None
    for key, value in values.items():
        kind = type(value)
        if kind is str:
            if "${" not in value:
                continue
        elif kind in PLAIN:
            continue
        elif kind is dict:
            values[key] = wrap(value, tree, (*path, key), layer)
            continue
        elif kind is list:
            values[key] = value = wrap_list(value, tree, (*path, key), layer)
            if value.__raw__ is None:
                continue
        elif not is_lazy(value):
            continue
        if lazy is None:
            lazy = []
        lazy.append(key)
    return MappingNode(tree, path, layer, values, lazy)


def wrap_list(values: list[Any], tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Make ``values``, fresh from a parser, a list node."""
    for index, value in enumerate(values):
        if type(value) is dict:
            values[index] = wrap(value, tree, (*path, index), layer)
        elif type(value) is list:
            values[index] = wrap_list(value, tree, (*path, index), layer)
    return ListNode(tree, path, layer, values)


def grow(values: dict[str, Any], layer: Layer) -> Any:
    """Make ``values``, fresh from a parser, the root of a new tree."""
    tree = Tree()
    tree.root = wrap(values, tree, (), layer)
    return tree.root


def marked(values: Any, depth: int = 0) -> Any:
    """Return plain data as SDN text gives them by itself: MISSING for every ``???``, keys interned.

    Raises:
        ConfError: They are nested too deeply.
    """
    if depth > MAX_DEPTH:
        raise ConfError(f"values are nested more than {MAX_DEPTH} deep")
    if isinstance(values, dict):
        return {intern(key): marked(value, depth + 1) for key, value in values.items()}
    if isinstance(values, list):
        return [marked(value, depth + 1) for value in values]
    return MISSING if isinstance(values, str) and values == MARKER else values


def node_of(tree: Tree, path: KeyPath, layer: Layer, raw: dict[str, Any]) -> Any:
    """Make a mapping node of values that are nodes or leaves already."""
    return MappingNode(tree, path, layer, raw, [key for key, value in raw.items() if is_lazy(value)])
