"""The checkpoint file: written whole or not at all, and verified before it is used."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from simple_ignite.errors import CheckpointError, DamagedCheckpointError
from simple_ignite.handlers.checkpointing.checksum import seal_holds, set_seal

CONTAINERS = (dict, OrderedDict, list, tuple)
PLAIN = (bool, int, float, complex, str, bytes, type(None), set, torch.Size, torch.dtype, torch.device)
FULL = 1 << 20  # bytes left on a disk that is taken for full

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

    def write(temporary: Path) -> None:
        torch.save(states, temporary)
        set_seal(temporary)
        _check_loads(temporary, path, states)

    try:
        replace_file(path, write)
    except CheckpointError:
        raise
    except (OSError, RuntimeError, pickle.PicklingError, AttributeError, TypeError) as error:
        raise CheckpointError(
            f"{path}: cannot write the checkpoint: {_cause(error, path)}", path=path
        ) from error


def verify_file(path: Path) -> None:
    """Check every byte of a checkpoint that matters against its checksums.

    These are the CRC-32 that torch.save writes for each tensor, and the seal over the directory.

    Raises:
        DamagedCheckpointError: If a checksum does not agree, or the file is cut short.
        FileNotFoundError: If there is none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is None and not seal_holds(path):
            damaged = "its directory"
    except (FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:  # a damaged archive can bring up anything
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
    except (PermissionError, MemoryError):
        raise
    except Exception as error:
        raise DamagedCheckpointError(f"{path}: cannot be read: {error}", path=path) from error
    if not isinstance(loaded, dict):
        raise DamagedCheckpointError(f"{path}: holds {type(loaded).__name__}, not states by name", path=path)
    return loaded


def _check_loads(temporary: Path, path: Path, states: dict[str, Any]) -> None:
    """Refuse a file that could not be loaded again, before it takes the place of one that can."""
    try:
        torch.load(temporary, map_location="cpu", weights_only=True, mmap=True)  # reads no tensor
    except pickle.UnpicklingError as error:
        odd = _odd_entry(states, "")
        where = f"{odd[0]} is a {odd[1]}" if odd else str(error)
        message = (
            f"{path}: not written, for it could not be loaded again: {where}; save plain values and tensors"
        )
        raise CheckpointError(message, path=path) from None


def _odd_entry(value: Any, place: str) -> tuple[str, str] | None:
    """Return where in nested states something is that is neither plain nor a tensor, and what it is."""
    if isinstance(value, dict | list | tuple) and type(value) in CONTAINERS:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in items:
            odd = _odd_entry(one, f"{place}[{key!r}]" if place else str(key))
            if odd:
                return odd
        return None
    if isinstance(value, torch.Tensor) or type(value) in PLAIN:
        return None
    kind = type(value)
    return (
        place,
        kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}",
    )


def _cause(error: BaseException, path: Path) -> str:
    """Return why writing failed; torch's own writer does not say that the disk is full."""
    if isinstance(error, RuntimeError) and shutil.disk_usage(path.parent).free < FULL:
        return os.strerror(errno.ENOSPC)
    return str(error)
