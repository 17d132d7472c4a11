"""Config groups: a folder of files that a key chooses from, ``model=resnet`` for ``model/resnet.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH112, PTH118, PTH119, PTH120, PTH122, PTH208

from __future__ import annotations

import os
from contextlib import suppress

from simple_conf.config.config import as_config
from simple_conf.errors import ConfError, MergeError, OverrideError
from simple_conf.keypath import format_path
from simple_conf.merging.merge import is_reference, merge, put_tree, refuse_unmet
from simple_conf.merging.strategy import DEFAULT
from simple_conf.sources import extends
from simple_conf.sources.dotlist import read_patches
from simple_conf.sources.override import Override, from_overrides
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from simple_conf.config.config import Config
    from simple_conf.keypath import KeyPath
    from simple_conf.merging.merge import Patch
    from simple_conf.merging.strategy import MergeStrategy
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import Defaults, MappingNode

CHOICES = (".sdn", ".yaml", ".yml", ".toml")
"""The suffixes of files that a key chooses from; a folder of JSON files is more often data."""


class Choice:
    """An override that chooses a file for a key.

    Args:
        path: The key.
        config: The config of the file.
    """

    __slots__ = ("_config", "_path")

    def __init__(self, path: KeyPath, config: MappingNode) -> None:
        self._path = path
        self._config = config

    @property
    def path(self) -> KeyPath:
        """The key."""
        return self._path

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:  # noqa: ARG002
        """Replace what is under the key by the values of the file."""
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
        path: The config file; the folders of choices are beside it.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        keys: The keys to look at.
    """
    folder = os.path.dirname(os.fspath(path))
    found = [(key, choices) for key in keys if (choices := choices_for(key, folder))]
    base: MappingNode | None = None
    patches: list[Patch] = []
    if found:
        with suppress(ConfError):  # the choices are there all the same
            base, patches = extends.load(path), read_patches(overrides, extends.load)
    return [Group(key, list(choices), *present(key, choices, base, patches)) for key, choices in found]


def present(
    key: KeyPath, choices: dict[str, str], base: MappingNode | None, patches: Sequence[Patch]
) -> tuple[str, Origin] | tuple[None, None]:
    """Return the choice that the overrides, or else the file, make for a key, and where it is written."""
    for patch in reversed(patches):
        if isinstance(patch, Override) and patch.path == key and patch.kind != "delete":
            chosen = patch.value if isinstance(patch.value, str) else ""
            return (chosen, patch.layer.locate(key)) if chosen in choices else (None, None)
    if base is None or len(key) != 1:
        return None, None
    value = base.__raw__.get(str(key[0]))
    return (value, origin_at(base, key)) if isinstance(value, str) and value in choices else (None, None)


def load(
    path: str | os.PathLike[str],
    overrides: Sequence[str] = (),
    *,
    strict_keys: bool = False,
    defaults: Defaults | None = None,
) -> Config:
    """Return a config file with the files that its keys and the overrides choose, overrides merged over it.

    Args:
        path: The config file; the folders of choices are beside it.
        overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
        strict_keys: Whether an override of a key that is not there is an error.
        defaults: The layer below the file, which overrides and references see.

    Raises:
        OverrideError: An override cannot be read, or chooses what is not there; the choices are listed.
        MergeError: The file itself chooses what is not there.
        LoadError: A file cannot be read.
    """
    folder = os.path.dirname(os.fspath(path))
    base = extends.load(path)
    base.__tree__.defaults = defaults
    chosen: list[Choice] = []
    rest: list[Patch] = []
    for patch in read_patches(overrides, extends.load):
        choice = choice_of(patch, folder) if isinstance(patch, Override) else None
        if choice is None:
            rest.append(patch)
        else:
            chosen.append(choice)
    taken = {choice.path for choice in chosen}
    for choice in [*own_choices(base, folder, taken), *chosen]:
        choice.apply(base, DEFAULT, False)
    if not rest:
        return base
    merged = merge([base, from_overrides(rest)], strict_keys=strict_keys)
    refuse_unmet(merged)
    return as_config(merged)


def choice_of(override: Override, folder: str) -> Choice | None:
    """Return the choice of a file that an override makes, or None where it is an ordinary one.

    Raises:
        OverrideError: There is no such choice.
    """
    if override.kind not in ("set", "add") or not isinstance(override.value, str):
        return None
    choices = choices_for(override.path, folder)
    if choices is None or is_reference(override.value):
        return None
    if override.value in choices:
        return Choice(override.path, extends.load(choices[override.value]))
    raise OverrideError(
        f"there is no choice {override.value!r} for {format_path(override.path)}",
        origin=override.layer.locate(override.path),
        hint=did_you_mean(os.path.splitext(os.path.basename(override.value))[0], choices),
    )


def own_choices(base: MappingNode, folder: str, taken: set[KeyPath]) -> list[Choice]:
    """Return the choices that the file itself makes with a plain text under a key that has a folder.

    Args:
        base: The config of the file.
        folder: The folder that it is in.
        taken: The keys that overrides choose for.

    Raises:
        MergeError: There is no such choice.
    """
    found: list[Choice] = []
    for name in sorted(os.listdir(folder or ".")):
        path: KeyPath = (name,)
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
