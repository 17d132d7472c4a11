"""Targets of exports: files and folders that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simple_track.errors import TrackError


class ExportError(TrackError, OSError):
    """An export that could not be made; nothing of it is left.

    Args:
        target: Where to.
        reason: What went wrong.
        hint: What to do about it.
    """

    def __init__(self, target: str | Path, reason: str, hint: str) -> None:
        super().__init__(f"{target}: {reason}; {hint}")
        self.target = target
        self.reason = reason
        self.hint = hint


class ExportExistsError(ExportError, FileExistsError):
    """An export that is there already."""


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to, which replaces the target at the end, unless something goes wrong.

    A target that is no ordinary file, such as a pipe or `/dev/stdout`, is written to as it is.

    Args:
        target: The file; its folder is made when it is not there.
    """
    if target.is_dir():
        raise ExportError(target, "is a folder", "name a file")
    if target.exists() and not target.is_file():
        yield target
        return
    final = Path(os.path.realpath(target))  # a link stays one
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.parent / f".{secrets.token_hex(8)}.part"
    try:
        yield temporary
        if final.exists():
            shutil.copymode(final, temporary)
        temporary.replace(final)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folders(target: Path, names: list[str]) -> Iterator[Path]:
    """A folder to write folders of these names into, which are moved into the target at the end.

    Args:
        target: The folder that they go to; it is made when it is not there.
        names: The names of the folders.

    Raises:
        ExportExistsError: One of them is there already.
    """
    for name in names:
        if (target / name).exists():
            reason = "the run is there already"
            raise ExportExistsError(target / name, reason, "remove the folder, or export elsewhere")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{secrets.token_hex(8)}.part"  # beside the target: nobody reads it there
    made = not target.exists()
    moved: list[Path] = []
    try:
        temporary.mkdir()
        yield temporary
        target.mkdir(exist_ok=True)
        for name in names:
            (temporary / name).rename(target / name)
            moved.append(target / name)
    except BaseException:
        for folder in moved:
            shutil.rmtree(folder, ignore_errors=True)
        if made and target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
