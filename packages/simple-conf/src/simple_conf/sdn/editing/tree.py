"""Edits of a plain tree: what an edit of a document must come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simple_conf.errors import DocumentError
from simple_conf.keypath import KeyPath, format_path
from simple_conf.values import Table


def plain(value: Any) -> Any:
    """Give a value as new dicts, lists and scalars; tables and tuples become lists."""
    if isinstance(value, Table):
        return plain(value.to_list())
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Tell whether two plain trees are equal, and a truth value is not taken for a number."""
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and list(left) == list(right)
            and all(same(left[k], right[k]) for k in left)
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def with_value(tree: Any, path: KeyPath, value: Any) -> Any:
    """Give the plain tree with a value set at a path; absent mappings on the way come into being.

    Raises:
        DocumentError: the path goes through something that is not a mapping or a list.
    """

    def put(holder: Any, part: str | int) -> Any:
        if isinstance(part, int):
            return [*holder[:part], value, *holder[part:][1:]]
        return {**holder, part: value}

    return _changed(plain(tree), path, 0, put, grow=True)


def without(tree: Any, path: KeyPath) -> Any:
    """Give the plain tree without what stands at a path.

    Raises:
        DocumentError: nothing stands there.
    """

    def drop(holder: Any, part: str | int) -> Any:
        if isinstance(part, int):
            return [*holder[:part], *holder[part:][1:]]
        return {key: item for key, item in holder.items() if key != part}

    return _changed(plain(tree), path, 0, drop, grow=False)


def with_inserted(tree: Any, path: KeyPath, value: Any, *, before: str | None = None) -> Any:
    """Give the plain tree with an item inserted into a list, or an entry into a mapping.

    Raises:
        DocumentError: there is no such list or mapping, or the key is taken.
    """
    *way, last = path

    def insert(holder: Any, part: str | int) -> Any:
        inner = holder[part]
        if isinstance(last, int):
            _check(
                isinstance(inner, list) and 0 <= last <= len(inner), path, "there is no such place in a list"
            )
            return _put(holder, part, [*inner[:last], value, *inner[last:]])
        _check(isinstance(inner, dict), path, "its parent is not a mapping")
        _check(last not in inner, path, "the key is there already: set it")
        _check(before is None or before in inner, path, f"there is no key {before} to insert before")
        entries = dict[str, Any]()
        for key, item in inner.items():
            if key == before:
                entries[last] = value
            entries[key] = item
        entries.setdefault(last, value)
        return _put(holder, part, entries)

    return _changed({"": plain(tree)}, ("", *way), 0, insert, grow=False)[""]


def _put(holder: Any, part: str | int, value: Any) -> Any:
    if isinstance(part, int):
        return [*holder[:part], value, *holder[part + 1 :]]
    return {**holder, part: value}


def _changed(
    holder: Any, path: KeyPath, depth: int, change: Callable[[Any, str | int], Any], *, grow: bool
) -> Any:
    part, here = path[depth], path[: depth + 1]
    last = depth == len(path) - 1
    if isinstance(part, int):
        _check(isinstance(holder, list), path, f"{_name(path[:depth])} is not a list")
        _check(-len(holder) <= part < len(holder), path, f"{_name(path[:depth])} has {len(holder)} items")
        part %= len(holder)
    else:
        if holder is None and grow:
            holder = {}
        _check(isinstance(holder, dict), path, f"{_name(path[:depth])} is not a mapping")
        if part not in holder:
            _check(grow, path, "there is nothing at this path" if last else f"there is no {_name(here)}")
            holder = holder if last else {**holder, part: {}}
    if last:
        return change(holder, part)
    return _put(holder, part, _changed(holder[part], path, depth + 1, change, grow=grow))


def _name(path: KeyPath) -> str:
    return format_path(path) or "the document"


def _check(fine: bool, path: KeyPath, message: str) -> None:
    if not fine:
        raise DocumentError(message, key_path=format_path(path))
