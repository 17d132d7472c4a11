"""``Config`` and ``ConfigList``: a tree's mappings and lists, which read like Python objects."""

from __future__ import annotations

from collections.abc import Mapping

from simple_conf.errors import ConfError
from simple_conf.origin.layers import caller
from simple_conf.references.evaluation import read
from simple_conf.tree.comparison import equal_pairs
from simple_conf.tree.copying import key_text, planted
from simple_conf.tree.editing import absent, change, detached, drop, put, refuse_frozen
from simple_conf.tree.export import Exporter, as_written, too_deep
from simple_conf.tree.node import MARKER, Linked, ListNode, MappingNode, Overlaid, raw_item, register_classes
from simple_conf.tree.pickling import pack, unpack
from simple_conf.values import MISSING, repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


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
            return read(self, name)
        if name[:2] == "__" and name[-2:] == "__":
            raise AttributeError(name)
        return absent(self, name)

    def __getitem__(self, key: str) -> Any:
        visible = self.__dict__
        if key in visible:
            return visible[key]
        return read(self, key) if key in self.__raw__ else absent(self, key)

    def __read__(self, key: str) -> Any:
        """Return the value of a key, resolved."""
        visible = self.__dict__
        return visible[key] if key in visible else read(self, key)

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
        try:
            return equal_pairs.compare(
                self, other, lambda: all(alike(self, other, key) for key in self.__raw__)
            )
        except RecursionError:
            raise too_deep(self) from None

    def __hash__(self) -> int:
        if not self.__tree__.frozen:
            raise TypeError("a config that can change is not hashable; freeze it first with Conf.freeze(cfg)")
        return hash(frozenset(self.__raw__))

    def __dir__(self) -> list[str]:
        return [key for key in self.__raw__ if key.isidentifier()]

    def __repr__(self) -> str:
        return f"Config({repr_of(Exporter(resolve=False, lenient=True).run(self))})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from simple_conf.config.notebook import config_html

        return config_html(self)

    def __copy__(self) -> Config:
        return as_config(detached(self))

    def __deepcopy__(self, memo: object) -> Config:
        return as_config(detached(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return unpack, (pack(detached(self)),)


class ConfigList(ListNode):
    """A list of a configuration: an ordinary list whose changes are noticed."""

    __slots__ = ()

    def __read__(self, key: int) -> Any:
        """Return the item at an index, resolved."""
        return self[key] if self.__raw__ is None else read(self, key)

    def __repr__(self) -> str:
        if not self.__tree__.secrets:
            return list.__repr__(self)
        return repr_of(Exporter(resolve=False, lenient=True).run(self))

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: object) -> list[Any]:
        return [v.__deepcopy__(memo) if isinstance(v, (Config, ConfigList)) else v for v in self]

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
register_classes(Config, ConfigList)


def as_config(node: MappingNode) -> Config:
    """Return a mapping as the `Config` that every mapping is made as."""
    assert isinstance(node, Config)  # noqa: S101 - for type checkers
    return node


def alike(cfg: Config, other: Any, key: str) -> bool:
    """Return whether two mappings have equal values under a key; in plain data ``"???"`` is a hole."""
    mine, theirs = comparable(cfg, key), comparable(other, key)
    if mine is MISSING and not isinstance(other, MappingNode):
        return theirs is MISSING or theirs == MARKER
    return bool(mine == theirs)


def comparable(node: Any, key: str) -> Any:
    """Return the value of ``key`` for comparing: as written where it cannot be resolved."""
    try:
        return node[key]
    except ConfError:
        return unresolved(node.__raw__[key]) if isinstance(node, MappingNode) else None


def unresolved(value: Any) -> Any:
    """Return a value as written, for comparing: a reference, and the keys on top of it."""
    while isinstance(value, Linked):
        value = raw_item(value.node, value.key)
    if isinstance(value, Overlaid):
        return unresolved(value.reference), as_written(value.overrides)
    return as_written(value)


def from_dict(values: Mapping[str, Any]) -> Config:
    """Return a config with a copy of ``values``.

    Raises:
        TypeError: ``values`` is not a mapping.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"from_dict takes a mapping, not {type(values).__name__}")
    return as_config(planted(values, caller()))


def config_of(values: Config | Mapping[str, Any]) -> Config:
    """Return a config as it is, and plain data as a config."""
    return values if isinstance(values, Config) else from_dict(values)
