"""Config groups: a folder of files that a key chooses from, ``model=resnet`` for ``model/resnet.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH112, PTH118, PTH122, PTH208

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin

CHOICES = (".sdn", ".yaml", ".yml", ".toml")
"""The suffixes of files that a key chooses from; a folder of JSON files is more often data."""


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


def choices_for(path: KeyPath, folders: Sequence[str]) -> dict[str, str] | None:
    """Return the files that a key chooses from, by name, or None where no folder of choices has its name.

    Args:
        path: The key.
        folders: Where folders of choices are looked for; of two files of one name the first folder's counts.
    """
    parts = [str(part) for part in path]
    if not parts or any(part in ("", ".", "..") or "/" in part or os.sep in part for part in parts):
        return None
    found: dict[str, str] = {}
    for folder in folders:
        group = os.path.join(folder, *parts)
        if os.path.isdir(group):
            for name in sorted(os.listdir(group)):
                if name.lower().endswith(CHOICES):
                    found.setdefault(os.path.splitext(name)[0], os.path.join(group, name))
    return found or None
