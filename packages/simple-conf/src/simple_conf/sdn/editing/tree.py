"""Edits of plain trees: the values that a document must have after an edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simple_conf.errors import DocumentError
from simple_conf.keypath import KeyPath, format_path
from simple_conf.values import Table


def plain(value: Any) -> Any:
    """Return a copy of a value with dicts, lists and scalars only: tables and tuples become lists."""
    if isinstance(value, Table):
        return plain(value.to_list())
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def equal_trees(left: Any, right: Any) -> bool:
    """Return whether two plain trees are equal, with their keys in the same order; True is not 1."""
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and list(left) == list(right)
            and all(equal_trees(item, right[key]) for key, item in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(equal_trees, left, right))
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def with_value(tree: Any, path: KeyPath, value: Any) -> Any:
    """Return the plain tree with a value at a path; missing mappings on the way are created.

    Raises:
        DocumentError: the path leads through something that is not a mapping or a list.
    """

    def put(holder: Any) -> Any:
        holder, part = _checked(holder, path, len(path) - 1, create=True)
        return _with_item(holder, part, value)

    return _edited(plain(tree), path, 0, put, create=True)


def without_value(tree: Any, path: KeyPath) -> Any:
    """Return the plain tree without the value at a path.

    Raises:
        DocumentError: there is no such value.
    """

    def remove(holder: Any) -> Any:
        holder, part = _checked(holder, path, len(path) - 1, create=False)
        if isinstance(part, int):
            return [*holder[:part], *holder[part + 1 :]]
        return {key: item for key, item in holder.items() if key != part}

    return _edited(plain(tree), path, 0, remove, create=False)


def with_inserted(tree: Any, path: KeyPath, value: Any, *, before: str | None = None) -> Any:
    """Return the plain tree with a new item in a list, or a new entry in a mapping.

    Args:
        tree: the tree.
        path: ends in the index of the new item, or in the new key.
        value: the item.
        before: the key before which a new key is inserted; by default it becomes the last one.

    Raises:
        DocumentError: there is no such list or mapping, or the key exists already.
    """
    name, last = _name(path[:-1]), path[-1]

    def insert(holder: Any) -> Any:
        if isinstance(last, int):
            _check(isinstance(holder, list), path, f"{name} is not a list")
            _check(0 <= last <= len(holder), path, f"{name} has {len(holder)} items")
            return [*holder[:last], value, *holder[last:]]
        _check(isinstance(holder, dict), path, f"{name} is not a mapping")
        _check(last not in holder, path, "the key exists already: set it instead")
        _check(before is None or before in holder, path, f"there is no key {before} to insert before")
        entries: dict[str, Any] = {}
        for key, item in holder.items():
            if key == before:
                entries[last] = value
            entries[key] = item
        entries.setdefault(last, value)
        return entries

    return _edited(plain(tree), path, 0, insert, create=False)


def _edited(holder: Any, path: KeyPath, depth: int, edit: Callable[[Any], Any], *, create: bool) -> Any:
    """Return the tree with an edit of the mapping or list that holds the last part of a path.

    Args:
        holder: the mapping or list at the first `depth` parts of the path.
        path: the path.
        depth: number of parts that lead to the holder.
        edit: returns the new mapping or list.
        create: whether missing mappings are created.
    """
    if depth == len(path) - 1:
        return edit(holder)
    holder, part = _checked(holder, path, depth, create=create)
    inner = {} if isinstance(part, str) and part not in holder else holder[part]
    return _with_item(holder, part, _edited(inner, path, depth + 1, edit, create=create))


def _checked(holder: Any, path: KeyPath, depth: int, *, create: bool) -> tuple[Any, str | int]:
    """Check that a mapping or list has the next part of a path, or may get it as a new key.

    Returns:
        The holder, which is a new mapping if it was None; and the part, which is not negative.
    """
    part, name = path[depth], _name(path[:depth])
    if isinstance(part, int):
        _check(isinstance(holder, list), path, f"{name} is not a list")
        _check(-len(holder) <= part < len(holder), path, f"{name} has {len(holder)} items")
        return holder, part % len(holder)
    if holder is None and create:
        return {}, part
    _check(isinstance(holder, dict), path, f"{name} is not a mapping")
    last = depth == len(path) - 1
    missing = "there is nothing at this path" if last else f"there is no {_name(path[: depth + 1])}"
    _check(create or part in holder, path, missing)
    return holder, part


def _with_item(holder: Any, part: str | int, value: Any) -> Any:
    if isinstance(part, int):
        return [*holder[:part], value, *holder[part + 1 :]]
    return {**holder, part: value}


def _name(path: Sequence[str | int]) -> str:
    return format_path(path) or "the document"


def _check(valid: bool, path: KeyPath, message: str) -> None:
    if not valid:
        raise DocumentError(message, key_path=format_path(path))
