"""How two trees differ, path by path."""

from __future__ import annotations

from typing import Any

from simple_conf.keypath import KeyPath
from simple_conf.sdn.editing.tree import plain, same

Difference = tuple[KeyPath, tuple[Any] | None, tuple[Any] | None]
"""A path, the old value in a tuple or None where there was none, and the new one likewise."""


def differences(old: Any, new: Any) -> list[Difference]:
    """List the paths at which two trees differ.

    Args:
        old: a tree of dicts, lists, tables and scalars.
        new: another one.

    Returns:
        In the order of the old tree, and then what is only in the new one. A list is compared item by
        item; a table is a list of its rows; the order of keys does not count.
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
                found.append(((*path, key), (value,), None))
        found.extend(((*path, key), None, (value,)) for key, value in new.items() if key not in old)
    elif isinstance(old, list) and isinstance(new, list):
        for number in range(max(len(old), len(new))):
            here = (*path, number)
            if number >= len(new):
                found.append((here, (old[number],), None))
            elif number >= len(old):
                found.append((here, None, (new[number],)))
            else:
                _compare(old[number], new[number], here, found)
    elif not same(old, new):
        found.append((path, (old,), (new,)))
