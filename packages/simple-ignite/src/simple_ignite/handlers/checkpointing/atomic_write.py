"""Atomic writes: files and folders that appear whole or not at all, and survive power loss."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

__all__ = ["remove", "replace_file", "sync_file", "sync_folder", "temporary_name"]


def temporary_name(path: Path) -> Path:
    """Return the path that the new content of `path` is written to before it replaces the old one."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Replace a file so that at every moment either the old one or the new one is there, whole.

    The rename is durable once the folder is synced; see `sync_folder`.

    Args:
        path: The file.
        write: Writes the new content to the path it is given; that file is then synced and renamed.
    """
    temporary = temporary_name(path)
    try:
        write(temporary)
        sync_file(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Delete a file, or a folder, which is renamed first so that no part of it is left under its name."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    gone = path if path.name.startswith(".") else path.rename(path.with_name(f".{path.name}.gone.tmp"))
    shutil.rmtree(gone, ignore_errors=True)


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the renames in a folder are on disk; does nothing on systems that cannot sync a folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
