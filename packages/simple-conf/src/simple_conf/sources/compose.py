"""Composing: a config file, the files that it extends, the files that keys choose, and overrides.

A choice is a text under a key that has a folder of choices, wherever it is written: in the file, in one that
it extends, in a chosen file, in an ``@file`` or in an override. The last choice of a key counts. Its file is
laid where the key was first chosen, so that keys merged over an earlier choice stay over the new one.
"""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH120

from __future__ import annotations

import os
from contextlib import suppress

from simple_conf.config.config import as_config
from simple_conf.errors import ConfError
from simple_conf.formats.reading import file_name
from simple_conf.keypath import KeyPath
from simple_conf.merging.merge import ConfigPatch, lay_over, merge, put_tree
from simple_conf.merging.strategy import DEFAULT
from simple_conf.origin.layers import NamedLayer
from simple_conf.sources import extends
from simple_conf.sources.choice import (
    Choice,
    checked,
    choice_of,
    choices_in,
    choices_within,
    refuse_other_words,
)
from simple_conf.sources.dotlist import read_patches
from simple_conf.sources.groups import Group, choices_for
from simple_conf.sources.override import Override, merge_overrides
from simple_conf.tree.node import MappingNode, grow
from simple_conf.tree.provenance import assignments_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from importlib.resources.abc import Traversable

    from simple_conf.config.config import Config
    from simple_conf.merging.merge import Patch
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import Defaults

MAX_DEPTH = 64


class LaidFile:
    """A file that is merged over what is there, at a path.

    Args:
        path: Where; empty for the top.
        config: Its values, without those of the files that it extends.
        replaces: Whether it replaces what is there: the lowest file of a choice.
    """

    __slots__ = ("config", "path", "replaces")

    def __init__(self, path: KeyPath, config: MappingNode, replaces: bool = False) -> None:
        self.path = path
        self.config = config
        self.replaces = replaces

    def resets(self, key: KeyPath) -> bool:
        """Return whether it replaces what was laid under a key before by something that is no choice."""
        depth = len(self.path)
        if key[:depth] != self.path:
            return False
        if self.replaces and len(key) > depth:
            return True
        value: object = self.config
        for segment in key[depth:]:
            if not isinstance(value, MappingNode):
                return True
            if segment not in value.__raw__:
                return False
            value = value.__raw__[str(segment)]
        return not isinstance(value, MappingNode)


Item = LaidFile | Choice | Override


def listed(path: str | os.PathLike[str], overrides: Sequence[str], keys: Sequence[KeyPath]) -> list[Group]:
    """Return those of ``keys`` that choose among files, each with its choices.

    Args:
        path: The config file.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        keys: The keys to look at.
    """
    folders = [os.path.dirname(os.fspath(path))]
    now: dict[KeyPath, tuple[str, Origin]] = {}
    with suppress(ConfError):  # the choices are there all the same
        files, folders = stack_of(path)
        items, _ = split(files, overrides, folders)
        _, last = laid_out(items, folders)
        now = {key: (choice.name, choice.origin) for key, choice in last.items()}
    found = [(key, choices) for key in keys if (choices := choices_for(key, folders))]
    return [Group(key, list(choices), *now.get(key, (None, None))) for key, choices in found]


def load(
    path: str | os.PathLike[str] | Traversable,
    overrides: Sequence[str] = (),
    *,
    strict_keys: bool = False,
    defaults: Defaults | None = None,
    environment: Sequence[Override] = (),
    known: Collection[str] = (),
) -> Config:
    """Return a config file with the files that its keys and the overrides choose, overrides merged over it.

    Args:
        path: The config file; folders of choices are beside it, and beside the files that it extends.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        strict_keys: Whether an override of a key that is not there is an error.
        defaults: The layer below the file, which overrides and references see.
        environment: Overrides of environment variables, below the others.
        known: The keys at the top of the schema.

    Raises:
        OverrideError: An override cannot be read, or chooses what is not there; the choices are listed.
        MergeError: A file chooses what is not there.
        LoadError: A file cannot be read.
    """
    files, folders = stack_of(file_name(path))
    items, rest = split(files, overrides, folders, environment, known)
    laid, _ = laid_out(items, folders)
    base = built(laid, files[-1], defaults)
    if not rest:
        return as_config(base)
    return as_config(merge_overrides(base, rest, strict_keys))


def stack_of(path: str | os.PathLike[str]) -> tuple[list[MappingNode], list[str]]:
    """Return the configs of a file and of those that it extends, lowest first, and their folders."""
    names: list[str] = []
    files = extends.layers(path, names)
    return files, list(dict.fromkeys(os.path.dirname(name) for name in names))


def split(
    files: Sequence[MappingNode],
    overrides: Sequence[str],
    folders: list[str],
    environment: Sequence[Override] = (),
    known: Collection[str] = (),
) -> tuple[list[Item], list[Patch]]:
    """Return the files and choices in the order in which they are laid, and the overrides to merge over them.

    The choices of overrides come before the other overrides, which stay over what is chosen.

    Args:
        files: The config file and those that it extends.
        overrides: Overrides as text; an ``@file`` among them adds its folders where it extends others.
        folders: Where folders of choices are.
        environment: Overrides of environment variables.
        known: The keys at the top of the schema.
    """
    stacks: list[list[MappingNode]] = []

    def read(name: str) -> MappingNode:
        stack, beside = stack_of(name)
        folders.extend(one for one in beside[1:] if one not in folders)
        stacks.append(stack)
        return stack[-1]

    patches: list[Patch] = [*environment, *read_patches(overrides, read)]
    items: list[Item] = []
    for file in files:
        items += [LaidFile((), file), *choices_in(file, (), folders)]
    top = {*known, *(key for file in files for key in file.__raw__)}
    chosen: list[Choice] = []
    rest: list[Patch] = []
    for patch in patches:
        if isinstance(patch, Override):
            refuse_other_words(patch, folders, top)
            inner, patch = choices_within(patch, folders)
            chosen += inner
            choice = choice_of(patch, folders)
            if choice is None:
                rest.append(patch)
            else:
                rest = left_of(rest, choice.path)
                chosen.append(choice)
            continue
        for file in stacks.pop(0):
            for choice in choices_in(file, (), folders):
                rest = left_of(rest, choice.path)
                choice.drop()
                chosen.append(choice)
            rest.append(ConfigPatch(file))
    return [*items, *sorted(chosen, key=lambda one: len(one.path))], rest


def left_of(patches: list[Patch], path: KeyPath) -> list[Patch]:
    """Return the overrides that stay over a later choice of a key.

    What deletes the key, or sets it to something that is no mapping, is replaced by the choice, and so is
    what was set beneath the key before that.
    """
    replaced = [at for at, patch in enumerate(patches) if replaces(patch, path)]
    if not replaced:
        return patches
    return [
        patch
        for at, patch in enumerate(patches)
        if at > replaced[-1] or not (isinstance(patch, Override) and patch.path[: len(path)] == path)
    ]


def replaces(patch: Patch, path: KeyPath) -> bool:
    """Return whether an override sets a key to something that a later choice of the key replaces."""
    return isinstance(patch, Override) and patch.path == path and not isinstance(patch.value, dict)


def laid_out(items: list[Item], folders: Sequence[str]) -> tuple[list[LaidFile], dict[KeyPath, Choice]]:
    """Return the files in the order in which they are laid, chosen ones among them, and the last choices.

    Keys are taken by their depth, since a chosen file may choose for keys inside.
    """
    last: dict[KeyPath, Choice] = {}
    for depth in range(1, MAX_DEPTH):
        choices = [item for item in items if isinstance(item, Choice)]
        if not choices:
            break
        for path in dict.fromkeys(choice.path for choice in choices if len(choice.path) == depth):
            items = with_choice(items, path, folders, last)
    return [item for item in items if isinstance(item, LaidFile)], last


def with_choice(
    items: list[Item], path: KeyPath, folders: Sequence[str], last: dict[KeyPath, Choice]
) -> list[Item]:
    """Return the items with the files of the choices of one key in their place."""
    runs: list[list[Choice]] = [[]]
    for item in items:
        if isinstance(item, Choice):
            if item.path == path:
                runs[-1].append(item)
        elif isinstance(item, LaidFile) and item.resets(path) and not chooses(items, item, path):
            runs.append([])
    if not runs[-1]:
        last.pop(path, None)
    first = {id(run[0]): run[-1] for run in runs if run}
    made: list[Item] = []
    for item in items:
        if not isinstance(item, Choice) or item.path != path:
            made.append(item)
        elif id(item) in first:
            choice = last[path] = first[id(item)]
            name = checked(choice, choices_for(path, folders) or {})
            for number, file in enumerate(extends.layers(name, [])):
                made += [LaidFile(path, file, number == 0), *choices_in(file, path, folders)]
        else:
            item.drop()
    return made


def chooses(items: Sequence[Item], file: LaidFile, path: KeyPath) -> bool:
    """Return whether a file chooses for a key."""
    return any(isinstance(one, Choice) and one.path == path and one.file is file.config for one in items)


def built(laid: Sequence[LaidFile], top: MappingNode, defaults: Defaults | None) -> MappingNode:
    """Return the tree of all files, each merged over those before it; it is of the file ``top``."""
    root = merge([laid[0].config], DEFAULT)
    root.__tree__.defaults = defaults
    for item in laid[1:]:
        if item.replaces:
            put_tree(root, item.path, item.config)
            continue
        over = item.config
        if item.path:
            over = grow({}, NamedLayer("file", ""))
            put_tree(over, item.path, item.config)
        lay_over(root, over)
        if item.path:
            node = root
            for segment in item.path:
                node = node.__raw__[str(segment)]
            name_after(node, item.config)
    name_after(root, top)
    return root


def name_after(node: MappingNode, file: MappingNode) -> None:
    """Let absent keys of a mapping be missing in a file: the one that was asked for."""
    if node.__layer__ is not file.__layer__:
        object.__setattr__(node, "__provenance__", assignments_of(node))  # before the layer changes
        object.__setattr__(node, "__layer__", file.__layer__)
