"""The tree's mappings: they read like Python objects and know where each value was written."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern

from simple_conf.errors import ConfError, FrozenConfigError, MissingKeyError, PlacedError
from simple_conf.keypath import format_path
from simple_conf.origin.layers import caller
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.comparison import alike
from simple_conf.tree.copying import adopt, copy_mapping, key_text
from simple_conf.tree.location import place, raw_of, removal
from simple_conf.tree.node import FACES, ListNode, MappingNode, Overlaid, Reading, Tree, is_lazy
from simple_conf.tree.provenance import Trail, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer


class Config(MappingNode):
    """A mapping of a configuration: read keys as attributes or as items.

    ``cfg.train.epochs`` and ``cfg["train"]["epochs"]`` are the same; paths go through ``Conf.get`` and
    ``Conf.set``. A key of the same name hides the methods ``keys``, ``values``, ``items`` and ``get``.
    Python calls ``keys`` for ``**cfg`` and ``get`` for ``match``: with a key of that name, take
    ``Conf.to_dict(cfg)`` for them.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name in self.__raw__:
            return Reading.read(self, name)
        if name[:2] == "__" and name[-2:] == "__":
            raise AttributeError(name)
        return absent(self, name)

    def __getitem__(self, key: str) -> Any:
        visible = self.__dict__
        if key in visible:
            return visible[key]
        return Reading.read(self, key) if key in self.__raw__ else absent(self, key)

    def __setattr__(self, name: str, value: Any) -> None:
        put(self, name, value, caller())

    def __setitem__(self, key: str, value: Any) -> None:
        put(self, key_text(key), value, caller())

    def __delattr__(self, name: str) -> None:
        drop(self, name)

    def __delitem__(self, key: str) -> None:
        drop(self, key)

    def __contains__(self, key: object) -> bool:
        return key in self.__raw__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__raw__)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.__raw__)

    def __len__(self) -> int:
        return len(self.__raw__)

    def keys(self) -> list[str]:
        """Return the keys, in order."""
        return list(self.__raw__)

    def values(self) -> list[Any]:
        """Return the values, in order."""
        return [self[key] for key in self.__raw__]

    def items(self) -> list[tuple[str, Any]]:
        """Return the pairs of key and value, in order."""
        return [(key, self[key]) for key in self.__raw__]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of ``key``, or ``default`` where there is none."""
        return self[key] if key in self.__raw__ else default

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Mapping):
            return NotImplemented
        if len(self) != len(other) or any(key not in other for key in self):
            return False
        return alike.compare(
            self, other, lambda: all(settled(self, k) == settled(other, k) for k in self.__raw__)
        )

    def __hash__(self) -> int:
        if not self.__tree__.frozen:
            raise TypeError("a config that can change is not hashable; freeze it first with Conf.freeze(cfg)")
        return hash(frozenset(self.__raw__))

    def __dir__(self) -> list[str]:
        return [key for key in self.__raw__ if key.isidentifier()]

    def __repr__(self) -> str:
        from simple_conf.tree.export import Exporter

        return f"Config({Exporter(resolve=False, lenient=True).run(self)!r})"

    def __copy__(self) -> Config:
        return detached(self)

    def __deepcopy__(self, memo: object) -> Config:
        return detached(self)

    def __reduce__(self) -> tuple[Any, ...]:
        from simple_conf.tree.pickling import pack, unpack

        return unpack, (pack(detached(self)),)


class ConfigList(ListNode):
    """A list of a configuration: an ordinary list whose changes are noticed."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.__tree__.secrets:
            return list.__repr__(self)
        from simple_conf.tree.export import Exporter

        return repr(Exporter(resolve=False, lenient=True).run(self))

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: object) -> list[Any]:
        return [detached(v) if isinstance(v, Config) else v for v in self]

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self.__deepcopy__(None),)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()

    def __setitem__(self, index: Any, value: Any) -> None:
        change(self, lambda items: items.__setitem__(index, value))

    def __delitem__(self, index: Any) -> None:
        change(self, lambda items: items.__delitem__(index))

    def __iadd__(self, values: Any) -> Any:  # type: ignore[misc]
        change(self, lambda items: items.extend(values))
        return self

    def __imul__(self, count: Any) -> Any:  # type: ignore[misc]
        change(self, lambda items: items.__imul__(count))
        return self

    def append(self, value: Any) -> None:
        """Add ``value`` at the end."""
        change(self, lambda items: items.append(value))

    def extend(self, values: Any) -> None:
        """Add all ``values`` at the end."""
        change(self, lambda items: items.extend(values))

    def insert(self, index: Any, value: Any) -> None:
        """Put ``value`` before ``index``."""
        change(self, lambda items: items.insert(index, value))

    def pop(self, index: Any = -1) -> Any:
        """Remove the item at ``index`` and return it."""
        refuse_frozen(self.__tree__, self.__path__)
        value = self[index]
        change(self, lambda items: items.__delitem__(index))
        return value

    def remove(self, value: Any) -> None:
        """Remove the first item equal to ``value``."""
        refuse_frozen(self.__tree__, self.__path__)
        index = self.index(value)
        change(self, lambda items: items.__delitem__(index))

    def clear(self) -> None:
        """Remove everything."""
        change(self, lambda items: items.clear())

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Sort in place."""
        refuse_frozen(self.__tree__, self.__path__)
        ordered = sorted(self, key=key, reverse=reverse)
        change(self, lambda items: items.__setitem__(slice(None), ordered))

    def reverse(self) -> None:
        """Reverse in place."""
        change(self, lambda items: items.reverse())


Mapping.register(Config)
FACES[:] = [Config, ConfigList]


def put(node: Any, key: str, value: Any, layer: Layer) -> None:
    """Set one key of a mapping to a copy of ``value``.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    path = (*node.__path__, key)
    tree: Tree = node.__tree__
    refuse_frozen(tree, path)
    adopted = adopt(value, tree, path, layer)
    note(node, key, adopted, layer)
    store(node, key, adopted)
    tree.forget(path)
    if tree.behind is not None:
        tree.behind(path, adopted, layer)


def store(node: Any, key: str, value: Any) -> None:
    """Write a value that belongs to the tree already under one key of a mapping."""
    key = intern(key)
    raw, visible = node.__raw__, node.__dict__
    if is_lazy(value):
        if visible is raw:
            visible = dict(raw)
            object.__setattr__(node, "__dict__", visible)
        visible.pop(key, None)
    elif visible is not raw:
        visible[key] = value
    raw[key] = value


def drop(node: Any, key: str) -> None:
    """Remove one key of a mapping.

    Raises:
        FrozenConfigError: The config is frozen.
        MissingKeyError: There is no such key.
    """
    path = (*node.__path__, key)
    refuse_frozen(node.__tree__, path)
    if key not in node.__raw__:
        raise missing_key(node, key)
    node.__tree__.forget(path)
    if node.__tree__.behind is not None:
        raise PlacedError(
            "this mapping is read through a reference with keys set on top; nothing can be deleted from it",
            path=format_path(path),
        )
    del node.__raw__[key]
    node.__dict__.pop(key, None)


def change(items: Any, edit: Callable[[list[Any]], object], layer: Layer | None = None) -> None:
    """Apply ``edit`` to a list and take what is new in it into the tree.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    tree: Tree = items.__tree__
    refuse_frozen(tree, items.__path__)
    before = list(items) if items.__raw__ is None else items.__raw__
    trails = items.__trail__ or [None] * len(before)
    known = {
        id(value): trail or Trail(items.__layer__, (*items.__path__, index), value)
        for index, (value, trail) in enumerate(zip(before, trails, strict=True))
    }
    edited = list(before)
    edit(edited)
    layer = layer or caller()
    adopted = [keep(value, tree, (*items.__path__, i), layer) for i, value in enumerate(edited)]
    trail = [
        known.get(id(value)) or Trail(layer, (*items.__path__, i), new)
        for i, (value, new) in enumerate(zip(edited, adopted, strict=True))
    ]
    list.__setitem__(items, slice(None), adopted)
    items.__raw__ = adopted if any(map(is_lazy, adopted)) else None
    items.__trail__ = trail
    tree.forget(items.__path__)
    if tree.behind is not None:
        tree.behind(items.__path__, items, layer)
    else:
        settle_in(items)


def keep(value: Any, tree: Tree, path: KeyPath, layer: Layer) -> Any:
    """Return ``value`` itself where it stands at ``path`` of ``tree`` already, else a copy that does."""
    if isinstance(value, (MappingNode, ListNode)) and value.__tree__ is tree and value.__path__ == path:
        return value
    return adopt(value, tree, path, layer)


def settle_in(items: Any) -> None:
    """Let whatever holds a changed list know whether reading it needs work now."""
    holder, path = items.__tree__.root, items.__path__
    above = []
    for segment in path[:-1]:
        above.append((holder, segment))
        inner = raw_of(holder)[segment]
        holder = inner.overrides if type(inner) is Overlaid else inner
    above.append((holder, path[-1]))
    for node, key in reversed(above):
        if isinstance(node, MappingNode):
            value = node.__raw__.get(key)
            if isinstance(value, ListNode):
                store(node, key, value)
            return
        values = raw_of(node)
        node.__raw__ = list(values) if any(map(is_lazy, values)) else None


def throw_on_missing(cfg: Config, throw: bool) -> None:
    """Say whether reading an absent key raises, as it does at first, or gives None.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    tree: Tree = cfg.__tree__
    refuse_frozen(tree, cfg.__path__)
    tree.quiet = not throw
    tree.forget_reads()


def refuse_frozen(tree: Tree, path: KeyPath) -> None:
    """Raise FrozenConfigError where ``tree`` must not change."""
    if tree.frozen:
        raise FrozenConfigError(
            "this config is frozen and cannot change",
            path=format_path(path),
            hint="Conf.unfreeze(cfg) returns a copy that can",
        )


def missing_key(node: Any, key: Any) -> MissingKeyError:
    """Return the error for reading ``key`` of a mapping that has none."""
    tree: Tree = node.__tree__
    path = (*node.__path__, key)
    deleted = removal(tree.root, path)
    hint = did_you_mean(str(key), node.__raw__)
    if "." in str(key) and str(key).partition(".")[0] in node.__raw__:
        hint = f"a dot is part of a key here; for a path: Conf.get(cfg, {str(key)!r})"
    return MissingKeyError(
        f"there is no key {str(key)!r} here" + (", it was deleted" if deleted else ""),
        path=format_path(path),
        origin=deleted or place(tree.root, node.__path__),
        hint=None if deleted else hint,
    )


def absent(node: Any, key: Any) -> None:
    """Answer a read of a key that is not there: None where the config was told so, else an error."""
    if node.__tree__.quiet:
        return
    raise missing_key(node, key)


def detached(node: Any) -> Config:
    """Return a copy of a mapping node as a tree of its own, with the same settings."""
    tree = Tree()
    depth = len(node.__path__)
    tree.root = copy_mapping(node, tree, ())
    tree.like(node.__tree__)
    tree.frozen = node.__tree__.frozen
    if depth:
        tree.calls = {}
        tree.secrets = {p[depth:] for p in node.__tree__.secrets if p[:depth] == node.__path__}
        tree.removed = {p[depth:]: by for p, by in tree.removed.items() if p[:depth] == node.__path__}
    root: Config = tree.root
    return root


def settled(node: Any, key: str) -> Any:
    """Return what ``key`` reads as, for comparing: as written where it cannot be worked out."""
    try:
        return node[key]
    except ConfError:
        return node.__raw__[key] if isinstance(node, MappingNode) else None
