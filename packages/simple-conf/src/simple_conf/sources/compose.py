"""Config groups: a folder of files that a key chooses from, ``model=resnet`` for ``model/resnet.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH112, PTH118, PTH119, PTH120, PTH122, PTH208

from __future__ import annotations

import os

from simple_conf.errors import ConfError, MergeError, OverrideError
from simple_conf.keypath import format_path
from simple_conf.merging.merge import is_reference, merge, put_tree
from simple_conf.sources import extends
from simple_conf.sources.override import Override, from_overrides, read_steps
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import MappingNode

CHOICES = (".sdn", ".yaml", ".yml", ".toml")
"""The suffixes of files that a key chooses from; a folder of JSON files is more often data."""


class Choice:
    """One override that chooses a file for a key, as a step of a tree that keeps its steps.

    Args:
        path: The key.
        config: What the file says.
    """

    __slots__ = ("_config", "_path")

    def __init__(self, path: KeyPath, config: MappingNode) -> None:
        self._path = path
        self._config = config

    def apply(self, root: Any, rules: object, strict_keys: bool) -> None:  # noqa: ARG002 - as all steps
        """Put the file's values under the key, in the place of what is there."""
        put_tree(root, self._path, self._config)


class Group:
    """A key that chooses among files.

    Args:
        path: The key.
        choices: The names of the files, without suffix.
        now: The present choice, or None where there is none.
        origin: Where that is written.
    """

    __slots__ = ("choices", "now", "origin", "path")

    def __init__(self, path: KeyPath, choices: list[str], now: str | None, origin: Origin | None) -> None:
        self.path = path
        self.choices = choices
        self.now = now
        self.origin = origin


def listed(path: str | os.PathLike[str], overrides: Sequence[str], keys: Sequence[KeyPath]) -> list[Group]:
    """Return those of ``keys`` that choose among files, each with its choices.

    Args:
        path: The config file; the folders of choices stand beside it.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        keys: The keys to look at.
    """
    folder = os.path.dirname(os.fspath(path))
    found = [(key, choices) for key in keys if (choices := choices_for(key, folder))]
    base, steps = None, []
    if found:
        try:
            base, steps = extends.load(path), read_steps(overrides, extends.load)
        except ConfError:  # the choices are there all the same
            base, steps = base, []
    return [Group(key, list(choices), *present(key, choices, base, steps)) for key, choices in found]


def present(
    key: KeyPath, choices: dict[str, str], base: Any, steps: Sequence[Any]
) -> tuple[str, Origin] | tuple[None, None]:
    """Return the choice that the overrides, or else the file, make for a key, and where it is written."""
    for step in reversed(steps):
        if isinstance(step, Override) and step.path == key and step.kind != "delete":
            chosen = step.value if isinstance(step.value, str) else ""
            return (chosen, step.layer.locate(key)) if chosen in choices else (None, None)
    value = base.__raw__.get(key[0]) if base is not None and len(key) == 1 else None
    return (value, origin_at(base, key)) if isinstance(value, str) and value in choices else (None, None)


def load(
    path: str | os.PathLike[str], overrides: Sequence[str] = (), *, strict_keys: bool = False
) -> MappingNode:
    """Return a config file with the files that its keys and the overrides choose, overrides merged over it.

    Args:
        path: The config file; the folders of choices stand beside it.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        strict_keys: Whether an override of a key that is not there is an error.

    Raises:
        OverrideError: An override cannot be read, or chooses what is not there; the choices are listed.
        MergeError: The file itself chooses what is not there.
        LoadError: A file cannot be read.
    """
    folder = os.path.dirname(os.fspath(path))
    base = extends.load(path)
    chosen: list[Any] = []
    rest: list[Any] = []
    for step in read_steps(overrides, extends.load):
        file = choice_of(step, folder) if isinstance(step, Override) else None
        (rest if file is None else chosen).append(
            step if file is None else Choice(step.path, extends.load(file))
        )
    taken = {choice._path for choice in chosen}
    chosen = [*own_choices(base, folder, taken), *chosen]
    for choice in chosen:
        choice.apply(base, None, False)
    return merge([base, from_overrides(rest)], strict_keys=strict_keys) if rest else base


def choice_of(step: Override, folder: str) -> str | None:
    """Return the file that an override chooses, or None where it is an ordinary one."""
    if step.kind not in ("set", "add") or not isinstance(step.value, str):
        return None
    choices = choices_for(step.path, folder)
    if choices is None or is_reference(step.value):
        return None
    if step.value in choices:
        return choices[step.value]
    raise OverrideError(
        f"there is no choice {step.value!r} for {format_path(step.path)}",
        origin=step.layer.locate(step.path),
        hint=did_you_mean(os.path.splitext(os.path.basename(step.value))[0], choices),
    )


def own_choices(base: MappingNode, folder: str, taken: set[KeyPath]) -> list[Choice]:
    """Return the choices that the file itself makes with a plain text under a key that has a folder."""
    found = []
    for name in sorted(os.listdir(folder or ".")):
        path = (name,)
        choices = choices_for(path, folder)
        value = base.__raw__.get(name, ABSENT)
        if choices is None or path in taken or not isinstance(value, str) or is_reference(value):
            continue
        if value not in choices:
            raise MergeError(
                f"there is no choice {value!r} for {name}",
                path=name,
                origin=origin_at(base, path),
                hint=did_you_mean(value, choices),
            )
        found.append(Choice(path, extends.load(choices[value])))
    return found


def choices_for(path: KeyPath, folder: str) -> dict[str, str] | None:
    """Return the files that a key chooses from, by name, or None where there is no folder of them."""
    parts = [str(part) for part in path]
    if any(part in ("", ".", "..") or "/" in part or os.sep in part for part in parts):
        return None
    group = os.path.join(folder, *parts)
    if not os.path.isdir(group):
        return None
    files = {os.path.splitext(n)[0]: n for n in sorted(os.listdir(group)) if n.lower().endswith(CHOICES)}
    return {stem: os.path.join(group, name) for stem, name in files.items()} or None
