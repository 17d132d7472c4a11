"""The checkpoint file: written whole or not at all, and verified before it is used."""

from __future__ import annotations

import os
import pickle
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from simple_ignite.errors import CheckpointError, DamagedCheckpointError

__all__ = [
    "read_file",
    "remove",
    "replace_file",
    "sync_folder",
    "temporary_name",
    "verify_file",
    "write_file",
]


def temporary_name(path: Path) -> Path:
    """Return where the bytes of `path` are gathered before they take its place."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Put a file in place so that at every moment either the old one or the new one is there, whole.

    The rename lasts once the folder is synced; see `sync_folder`.

    Args:
        path: The file.
        write: Writes the new content to the path it is given; that file is then fsynced and renamed.
    """
    temporary = temporary_name(path)
    try:
        write(temporary)
        descriptor = os.open(temporary, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Delete a checkpoint; of a folder, never a part alone."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    gone = path if path.name.startswith(".") else path.rename(path.with_name(f".{path.name}.gone.tmp"))
    shutil.rmtree(gone, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last; does nothing where the system has no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, states: dict[str, Any]) -> None:
    """Write the states to `path`, atomically; the folder is yet to be synced.

    Raises:
        CheckpointError: If a state holds something that `weights_only` loading would refuse, or the disk
            fails.
    """
    try:
        replace_file(path, lambda temporary: torch.save(states, temporary))
    except (OSError, RuntimeError, pickle.PicklingError, AttributeError, TypeError) as error:
        raise CheckpointError(f"{path}: cannot write the checkpoint: {error}", path=path) from error


def verify_file(path: Path) -> None:
    """Check every byte of a checkpoint against its checksums.

    These are the CRC-32 that torch.save writes for each tensor.

    Raises:
        DamagedCheckpointError: If a checksum does not agree, or the file is cut short.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, ValueError) as error:
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if damaged is not None:
        raise DamagedCheckpointError(f"{path}: damaged: the checksum of {damaged} does not agree", path=path)


def read_file(path: Path, map_location: Any = "cpu") -> dict[str, Any]:
    """Return the states in a checkpoint; nothing in it is run (`weights_only=True`).

    Raises:
        DamagedCheckpointError: If the file is damaged.
        FileNotFoundError: If there is none.
    """
    verify_file(path)
    try:
        loaded = torch.load(path, map_location=map_location, weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError) as error:
        raise DamagedCheckpointError(f"{path}: cannot be read: {error}", path=path) from error
    if not isinstance(loaded, dict):
        raise DamagedCheckpointError(f"{path}: holds {type(loaded).__name__}, not states by name", path=path)
    return loaded
