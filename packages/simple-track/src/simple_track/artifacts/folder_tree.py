"""The files below a folder, with those that links lead to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import attrs


@attrs.frozen
class FolderTree:
    """What is below a folder.

    Args:
        files: For each file its path relative to the folder, with "/", and the path to open it.
        empty: The relative paths of folders that have neither files nor folders in them.
    """

    files: list[tuple[str, str]]
    empty: list[str]


def folder_tree(root: Path, exclude: Sequence[str] = ()) -> FolderTree:
    """Find all files below a folder; links are followed, but not to a folder that they are in.

    Args:
        root: The folder.
        exclude: Patterns of names, or of relative paths if they have a "/", to leave out.

    Raises:
        FileNotFoundError: A file is a broken link, or no regular file.
        OSError: A folder cannot be listed.
    """
    tree = FolderTree([], [])
    patterns = [pattern.rstrip("/") for pattern in exclude]
    _list(str(root.absolute()), "", frozenset(), patterns, tree)
    tree.files.sort()
    return tree


def _list(folder: str, below: str, above: frozenset[str], patterns: list[str], tree: FolderTree) -> None:
    real = os.path.realpath(folder)
    if real in above:
        return
    found = False
    for entry in _entries(folder):
        name = below + entry.name
        if patterns and _is_excluded(name, entry.name, patterns):
            continue
        if entry.is_dir():
            found = True
            _list(entry.path, f"{name}/", above | {real}, patterns, tree)
        elif entry.is_file():
            found = True
            tree.files.append((name, entry.path))
        else:
            why = "a broken link" if entry.is_symlink() else "no regular file"
            raise FileNotFoundError(f"{entry.path}: {why}")
    if not found and below:
        tree.empty.append(below.rstrip("/"))


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _is_excluded(path: str, name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(path if "/" in text else name, text.lstrip("/")) for text in patterns)
