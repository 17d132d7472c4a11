"""Nodes: the mappings and lists that a config is made of, and how plain data become nodes.

A mapping keeps the values that read natively in its instance ``__dict__`` and all values, in order and as
written, in ``__raw__``; the two are one dict while nothing needs resolving. Values that do (``${…}``,
``???``, tables) are absent from ``__dict__`` until read, and a change anywhere in the tree makes them absent
again. A list keeps its values as written in ``__raw__`` while some of them need resolving, else ``None``.
"""

from __future__ import annotations

import _thread
from sys import intern

from simple_conf.errors import ConfError
from simple_conf.values import MISSING, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from simple_conf.errors import PlacedError
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.assignment import Assignment, AssignmentGroup

    class Defaults(Protocol):
        """The lowest layer of a tree, laid below it key by key as they are looked up."""

        def fill(self, node: MappingNode, key: str, opened: bool = False) -> bool:
            """Set an absent key of a mapping to its default; return whether that was done.

            Args:
                node: The mapping.
                key: The key.
                opened: Whether a mapping is merged over the default at once: only a reference is set then,
                    since the keys of a mapping can still be filled in one by one.
            """

        def names(self, root: MappingNode, path: KeyPath) -> list[str]:
            """Return the keys that are known in the mapping at a path, whether there is one or not."""

        def lay_below(self, make: Callable[[Defaults, bool], MappingNode]) -> MappingNode:
            """Return a tree of overrides with this layer below it, made again where they choose late.

            Args:
                make: Applies the overrides over a layer; where the second argument is true, those that do
                    not fit what is there are passed over.
            """


ABSENT: Any = object()
"""The value of a key that is not there."""

MARKER = "???"
MAX_DEPTH = 200
PLAIN = frozenset({bool, int, float, type(None)})


class Tree:
    """What all nodes of one tree share.

    Attributes:
        root: The mapping at the top.
        frozen: Whether nothing can be changed.
        quiet: Whether reading an absent key gives None instead of an error.
        memo: Where resolved values are remembered: dicts, each with a key of it.
        defaults: The lowest layer, which gives the keys that are looked up and absent; or None.
        calls: What resolvers returned, by their place and arguments.
        instant: The time that all ``${time…}`` share, in seconds since 1970, once one of them is read.
        lock: Held while values are resolved.
        patches: The overrides that the tree was made of, to apply again where it is merged, and the paths of
            what was changed since; or None.
        below: Of a tree that is read in the place of a reference with keys on top, the mappings below them.
        top: Its path.
        secrets: The paths whose values are never shown.
        unmet: The errors of overrides that found nothing to delete, by the paths of these.
        removed: Who deleted the keys that overrides deleted.
        write_through: Where changes of a tree that is read in the place of a reference go, or None.
    """

    __slots__ = (
        "below",
        "calls",
        "defaults",
        "frozen",
        "instant",
        "lock",
        "memo",
        "patches",
        "quiet",
        "removed",
        "root",
        "secrets",
        "top",
        "unmet",
        "write_through",
    )

    root: MappingNode

    def __init__(self) -> None:
        self.below: tuple[MappingNode, ...] = ()
        self.top: KeyPath = ()
        self.defaults: Defaults | None = None
        self.frozen = False
        self.quiet = False
        self.memo: list[tuple[dict[Any, Any], Key]] = []
        self.calls: dict[Any, Any] = {}
        self.instant: float | None = None
        self.lock = _thread.RLock()
        self.patches: list[Any] | None = None
        self.secrets: set[KeyPath] = set()
        self.unmet: dict[KeyPath, PlacedError] = {}
        self.removed: dict[KeyPath, Layer] = {}
        self.write_through: Callable[[KeyPath, Any, Layer], None] | None = None

    def forget(self, path: KeyPath) -> None:
        """Forget all resolved values, and what resolvers returned at and below ``path``, which changed."""
        self.forget_reads()
        if self.patches is not None and path and path not in self.patches:
            self.patches.append(path)
        if self.calls:
            for known in [known for known in self.calls if known[0][: len(path)] == path]:
                del self.calls[known]

    def forget_reads(self) -> None:
        """Forget all resolved values, but not what resolvers returned."""
        for values, key in self.memo:
            values.pop(key, None)
        self.memo.clear()

    def hides(self, path: KeyPath) -> bool:
        """Return whether the value at ``path``, or one around it, is a secret."""
        secrets = self.secrets
        return bool(secrets) and any(path[:end] in secrets for end in range(1, len(path) + 1))

    def copy_settings(self, other: Tree) -> None:
        """Copy the settings, the lowest layer, the secrets and the resolver results of ``other``."""
        self.defaults = other.defaults
        self.quiet = other.quiet
        self.calls = dict(other.calls)
        self.instant = other.instant
        self.patches = None if other.patches is None else list(other.patches)
        self.unmet = dict(other.unmet)
        self.secrets = set(other.secrets)
        self.removed = dict(other.removed)


class MappingNode:
    """The storage of one mapping; every one is made as a ``Config``, which reads and writes it.

    Args:
        tree: The tree that it is part of.
        path: Its path in the tree.
        layer: The source that it comes from.
        raw: Its values as written, which belong to the node from now on.
        lazy: The keys of those that need resolving.
    """

    __slots__ = ("__barrier__", "__dict__", "__layer__", "__path__", "__provenance__", "__raw__", "__tree__")

    __tree__: Tree
    __path__: KeyPath
    __layer__: Layer
    __provenance__: AssignmentGroup | None
    __raw__: dict[str, Any]
    __barrier__: bool

    def __init__(
        self, tree: Tree, path: KeyPath, layer: Layer, raw: dict[str, Any], lazy: list[str] | None
    ) -> None:
        self.__tree__ = tree
        self.__path__ = path
        self.__layer__ = layer
        self.__provenance__ = None
        self.__raw__ = raw
        self.__barrier__ = False
        if lazy:
            self.__dict__ = {key: value for key, value in raw.items() if key not in lazy}
        else:
            self.__dict__ = raw
        self.__class__ = NODE_CLASSES[0]

    def __read__(self, key: str) -> Any:
        """Return the value of a key, resolved."""
        raise NotImplementedError


class ListNode(list["Any"]):
    """The storage of one list; every one is made as a ``ConfigList``, which notices changes.

    Args:
        tree: The tree that it is part of.
        path: Its path in the tree.
        layer: The source that it comes from.
        raw: Its items as written, which belong to the node from now on.
    """

    __slots__ = ("__layer__", "__path__", "__provenance__", "__raw__", "__tree__")

    __tree__: Tree
    __path__: KeyPath
    __layer__: Layer
    __provenance__: list[Assignment | None] | None
    __raw__: list[Any] | None

    def __init__(self, tree: Tree, path: KeyPath, layer: Layer, raw: list[Any]) -> None:
        list.__init__(self, raw)
        self.__tree__ = tree
        self.__path__ = path
        self.__layer__ = layer
        self.__provenance__ = None
        self.__raw__ = raw if any(map(is_lazy, raw)) else None
        self.__class__ = NODE_CLASSES[1]

    def __read__(self, key: int) -> Any:
        """Return the item at an index, resolved."""
        raise NotImplementedError


Node = MappingNode | ListNode
Key = str | int

NODE_CLASSES: list[type[Any]] = [MappingNode, ListNode]
"""The classes that nodes are made as: ``simple_conf.config.config`` registers ``Config`` and ``ConfigList``.

They read by the evaluation of references, which makes nodes itself and so cannot import them.
"""


def register_classes(mapping: type[MappingNode], items: type[ListNode]) -> None:
    """Make all nodes from now on as objects of these two classes."""
    NODE_CLASSES[:] = [mapping, items]


class Linked:
    """A value that is read at another place: in a mapping that has keys on top, what lies below them.

    Args:
        node: The mapping or list that holds it there.
        key: Its key or index there.
    """

    __slots__ = ("key", "node")

    def __init__(self, node: Node, key: Key) -> None:
        self.node = node
        self.key = key


class Overlaid:
    """Keys set on top of a reference: ``optim: ${defaults}`` with ``optim.lr=1`` merged over it.

    Args:
        reference: The text of the reference, or where it is written.
        overrides: The keys that were set on top.

    Attributes:
        known: What it is read as, under ``"value"``, until something in the tree changes.
    """

    __slots__ = ("known", "overrides", "reference")

    def __init__(self, reference: str | Linked, overrides: MappingNode) -> None:
        self.reference = reference
        self.overrides = overrides
        self.known: dict[Any, Any] = {}


LAZY = frozenset({Table, Overlaid, Linked})


def raw_items(items: ListNode) -> list[Any]:
    """Return the items of a list as written."""
    return items if items.__raw__ is None else items.__raw__


def raw_item(node: Node, key: Key) -> Any:
    """Return the value of a key of a mapping, or of an index of a list, as written."""
    raw: Any = node if node.__raw__ is None else node.__raw__
    return raw[key]


def read_item(node: Node, key: Key) -> Any:
    """Return the value of a key of a mapping, or of an index of a list, resolved."""
    kind: Any = type(node)
    return kind.__read__(node, key)  # by the class: the node may have a key of this name


def has_item(node: object, key: Key) -> bool:
    """Return whether a value is a node that holds something under a key or an index."""
    if isinstance(node, MappingNode):
        return key in node.__raw__
    return isinstance(node, ListNode) and isinstance(key, int) and -len(node) <= key < len(node)


def has_key(node: MappingNode, key: str, opened: bool = False) -> bool:
    """Return whether a mapping holds a key, which the lowest layer of its tree may give.

    Args:
        node: The mapping.
        key: The key.
        opened: Whether a mapping is merged over the value at once; see `Defaults`.
    """
    if key in node.__raw__:
        return True
    defaults = node.__tree__.defaults
    return defaults is not None and defaults.fill(node, key, opened)


def is_lazy(value: Any) -> bool:
    """Return whether a value needs resolving: a reference, ``???``, a table, a list with one of these."""
    kind = type(value)
    if kind is str:
        return "${" in value
    if kind in PLAIN:
        return False
    if isinstance(value, ListNode):
        return value.__raw__ is not None
    return kind in LAZY or value is MISSING


def wrap(values: dict[str, Any], tree: Tree, path: KeyPath, layer: Layer) -> MappingNode:
    """Make a mapping of ``values``, which come fresh from a parser and are owned from now on."""
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


def wrap_list(values: list[Any], tree: Tree, path: KeyPath, layer: Layer) -> ListNode:
    """Make a list of ``values``, which come fresh from a parser and are owned from now on."""
    for index, value in enumerate(values):
        if type(value) is dict:
            values[index] = wrap(value, tree, (*path, index), layer)
        elif type(value) is list:
            values[index] = wrap_list(value, tree, (*path, index), layer)
    return ListNode(tree, path, layer, values)


def grow(values: dict[str, Any], layer: Layer) -> MappingNode:
    """Make ``values``, which come fresh from a parser, the root of a new tree."""
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


def node_of(tree: Tree, path: KeyPath, layer: Layer, raw: dict[str, Any]) -> MappingNode:
    """Make a mapping of values that are nodes or leaves already."""
    return MappingNode(tree, path, layer, raw, [key for key, value in raw.items() if is_lazy(value)])
