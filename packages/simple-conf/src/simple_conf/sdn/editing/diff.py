"""Differences between two trees, path by path."""

from __future__ import annotations

from typing import Any, NamedTuple

from simple_conf.keypath import KeyPath
from simple_conf.sdn.editing.tree import equal_trees, plain


class Difference(NamedTuple):
    """A path at which two trees differ.

    Args:
        path: the path.
        old: the old value in a tuple, or None if the old tree has none.
        new: the new value in a tuple, or None if the new tree has none.
    """

    path: KeyPath
    old: tuple[Any] | None
    new: tuple[Any] | None


def differences(old: Any, new: Any) -> list[Difference]:
    """Return the differences between two trees.

    Lists are compared item by item, a table is the list of its rows, and the order of keys is ignored.

    Args:
        old: a tree of dicts, lists, tables and scalars.
        new: the other tree.

    Returns:
        Differences in the order of the old tree; in each mapping, new keys come last.
    """
    found: list[Difference] = []
    _compare(plain(old), plain(new), (), found)
    return found


def _compare(old: Any, new: Any, path: KeyPath, found: list[Difference]) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key in new:
                _compare(value, new[key], (*path, key), found)
            else:
                found.append(Difference((*path, key), (value,), None))
        found.extend(Difference((*path, key), None, (value,)) for key, value in new.items() if key not in old)
    elif isinstance(old, list) and isinstance(new, list):
        shared = min(len(old), len(new))
        for index in range(shared):
            _compare(old[index], new[index], (*path, index), found)
        found.extend(Difference((*path, index), (old[index],), None) for index in range(shared, len(old)))
        found.extend(Difference((*path, index), None, (new[index],)) for index in range(shared, len(new)))
    elif not equal_trees(old, new):
        found.append(Difference(path, (old,), (new,)))
