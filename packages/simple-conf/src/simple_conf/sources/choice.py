"""Choices: a text under a key that has a folder of files, which stands for one of them."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH110, PTH112, PTH118, PTH119, PTH122

from __future__ import annotations

import os

from simple_conf.errors import ConfError, MergeError, OverrideError
from simple_conf.keypath import format_path
from simple_conf.merging.merge import is_reference
from simple_conf.sources.groups import CHOICES, choices_for
from simple_conf.sources.override import Override
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import MappingNode
from simple_conf.values import integer_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin

EXPERIMENTS = ("experiment", "experiments")


class Choice:
    """A text that chooses a file for a key.

    Args:
        path: The key.
        name: What is chosen.
        origin: Where that is written.
        holder: The mapping that holds the text, or None where an override gives it.
        file: The config of the file that it is in, or None.
    """

    __slots__ = ("file", "holder", "name", "origin", "path")

    def __init__(
        self,
        path: KeyPath,
        name: str,
        origin: Origin,
        holder: MappingNode | None = None,
        file: MappingNode | None = None,
    ) -> None:
        self.path = path
        self.name = name
        self.origin = origin
        self.holder = holder
        self.file = file

    def drop(self) -> None:
        """Take the text out of its file, whose other values are merged over what is chosen elsewhere."""
        if self.holder is not None:
            key = str(self.path[-1])
            self.holder.__raw__.pop(key, None)
            self.holder.__dict__.pop(key, None)


def choices_in(file: MappingNode, path: KeyPath, folders: Sequence[str]) -> list[Choice]:
    """Return the choices that a file makes.

    Args:
        file: Its config.
        path: Where it is laid.
        folders: Where folders of choices are.
    """

    def walk(node: MappingNode, here: KeyPath) -> Iterator[Choice]:
        for key, value in node.__raw__.items():
            inner = (*here, key)
            if isinstance(value, MappingNode):
                if any(os.path.isdir(os.path.join(folder, *map(str, inner))) for folder in folders):
                    yield from walk(value, inner)
            elif (name := name_in(value, inner, folders)) is not None:
                yield Choice(inner, name, origin_at(file, (*node.__path__, key)), node, file)

    return list(walk(file, path))


def choice_of(override: Override, folders: Sequence[str]) -> Choice | None:
    """Return the choice of a file that an override makes, or None where it is an ordinary one.

    Raises:
        OverrideError: There is no such choice.
    """
    if override.kind not in ("set", "add"):
        return None
    name = name_in(override.value, override.path, folders)
    if name is None:
        return None
    choice = Choice(override.path, name, override.layer.locate(override.path))
    checked(choice, choices_for(override.path, folders) or {})
    return choice


def name_in(value: Any, path: KeyPath, folders: Sequence[str]) -> str | None:
    """Return the name of the choice that a value makes for a key, or None where it makes none.

    A number or a truth value makes one only where there is such a file: ``fold=1`` for ``fold/1.sdn``.
    """
    if isinstance(value, str):
        return None if is_reference(value) or not choices_for(path, folders) else value
    name = text_of(value)
    return name if name is not None and name in (choices_for(path, folders) or {}) else None


def text_of(value: Any) -> str | None:
    """Return a number or a truth value as text, or None for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return integer_text(value)
    return str(value) if isinstance(value, float) else None


def choices_within(override: Override, folders: Sequence[str]) -> tuple[list[Choice], Override]:
    """Return the choices in the mapping that an override sets, and the override without them.

    Raises:
        OverrideError: There is no such choice.
    """
    found: list[Choice] = []

    def without(values: dict[str, Any], path: KeyPath) -> dict[str, Any]:
        left = {}
        for key, value in values.items():
            inner = (*path, key)
            if isinstance(value, dict):
                left[key] = without(value, inner)
            elif (name := name_in(value, inner, folders)) is not None:
                found.append(Choice(inner, name, override.layer.locate(inner)))
                checked(found[-1], choices_for(inner, folders) or {})
            else:
                left[key] = value
        return left

    if override.kind not in ("set", "add") or not isinstance(override.value, dict):
        return [], override
    value = without(override.value, override.path)
    if not found:
        return [], override
    rest = Override(override.argument, override.kind, override.path, value, override.column, override.layer)
    return found, rest


def checked(choice: Choice, choices: dict[str, str]) -> str:
    """Return the file that is chosen.

    Raises:
        OverrideError: An override chooses what is not there.
        MergeError: A file does.
    """
    if choice.name in choices:
        return choices[choice.name]
    path = format_path(choice.path)
    message = f"there is no choice {choice.name!r} for {path}"
    hint = did_you_mean(os.path.splitext(os.path.basename(choice.name))[0], choices)
    if choice.holder is None:
        raise OverrideError(message, origin=choice.origin, hint=hint)
    raise MergeError(message, path=path, origin=choice.origin, hint=hint)


def refuse_other_words(override: Override, folders: Sequence[str], keys: Collection[str]) -> None:
    """Refuse an override that is written as Hydra writes it: ``net/head=plain``, ``experiment=big``.

    Args:
        override: The override.
        folders: Where folders of choices are.
        keys: The keys at the top of the config and of its schema.

    Raises:
        OverrideError: It is one; the hint says what to write here.
    """
    if len(override.path) != 1 or not isinstance(override.value, str):
        return
    key, value = str(override.path[0]), override.value
    if "/" in key and key not in keys:
        parts = tuple(key.split("/"))
        if choices_for(parts, folders):
            raise refused(override, f"write {format_path(parts)}={value}", "a key inside another has a dot")
    if key in EXPERIMENTS and key not in keys:
        for folder in ("", *folders, *(os.path.join(folder, os.pardir) for folder in folders)):
            for suffix in CHOICES:
                name = os.path.normpath(os.path.join(folder, key, value + suffix))
                if os.path.basename(value) == value and os.path.exists(name):
                    raise refused(override, f"write @{name}", f"{key!r} is no key of this config")


def refused(override: Override, hint: str, message: str) -> ConfError:
    """Return the error for an override that is written otherwise here."""
    return OverrideError(message, origin=override.layer.locate(override.path, key=True), hint=hint)
