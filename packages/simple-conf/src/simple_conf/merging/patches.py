"""Patches: the changes that a tree made of overrides keeps, to apply them again wherever it is merged."""

from __future__ import annotations

from simple_conf.origin.layers import NamedLayer
from simple_conf.tree.copying import copy_mapping, copy_value
from simple_conf.tree.editing import store
from simple_conf.tree.node import ABSENT, MappingNode, Tree, grow, node_of
from simple_conf.tree.provenance import assignment_of, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from simple_conf.keypath import KeyPath
    from simple_conf.merging.strategy import MergeStrategy

    class Patch(Protocol):
        """A change that a tree made of overrides keeps, to apply it again wherever it is merged."""

        def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
            """Change ``root``; with ``strict_keys`` a key that is not there is an error."""


class Deletion:
    """The removal of a key by code from a tree that keeps patches.

    Args:
        path: The path of the key.
    """

    __slots__ = ("_path",)

    def __init__(self, path: KeyPath) -> None:
        self._path = path

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:  # noqa: ARG002
        """Remove the key where it is there."""
        holder: object = root
        for key in self._path[:-1]:
            holder = holder.__raw__.get(str(key)) if isinstance(holder, MappingNode) else None
        last = str(self._path[-1])
        if isinstance(holder, MappingNode) and last in holder.__raw__:
            root.__tree__.forget(self._path)
            del holder.__raw__[last]
            holder.__dict__.pop(last, None)


def means_below(patch: Patch) -> bool:
    """Return whether what a patch does depends on the config that it is merged into."""
    return getattr(patch, "means_below", False)


def refuse_unmet(root: MappingNode) -> None:
    """Refuse a config in which overrides delete what no config below them has.

    Raises:
        OverrideError: There is such an override.
    """
    for failure in root.__tree__.unmet.values():
        raise failure


def edited_parts(root: MappingNode) -> list[MappingNode | Deletion]:
    """Return what code changed in a tree that keeps patches: the parts as they are now, and deletions."""
    paths = {path_of_keys(path) for path in root.__tree__.edited}
    outer = [path for path in paths if not any(path[:end] in paths for end in range(len(path)))]
    return [part_at(root, path) for path in sorted(outer, key=str)]


def path_of_keys(path: KeyPath) -> KeyPath:
    """Return a path up to its first index: a list is changed as a whole."""
    return next((path[:end] for end, key in enumerate(path) if isinstance(key, int)), path)


def part_at(root: MappingNode, path: KeyPath) -> MappingNode | Deletion:
    """Return a copy of a tree with nothing but the value at a path; its deletion where there is none."""
    tree = Tree()
    if not path:
        tree.root = copy_mapping(root, tree, ())
        return tree.root
    source, target = root, grow({}, NamedLayer("code", "a change"))
    top, tree = target, target.__tree__
    for depth, segment in enumerate(path):
        key, inner = str(segment), (*path[:depth], str(segment))
        value = source.__raw__.get(key, ABSENT)
        if value is ABSENT:
            return Deletion(inner)
        if isinstance(value, MappingNode) and depth < len(path) - 1:
            fresh = node_of(tree, inner, value.__layer__, {})
            record(target, key, fresh, value.__layer__)
            store(target, key, fresh)
            source, target = value, fresh
            continue
        copied = copy_value(value, source, key, tree, inner, True)
        record(target, key, copied, assignment_of(source, key).layer)
        store(target, key, copied)
        break
    return top
