"""Checkpoint files as torch.save writes them: verified before use, and loaded without running code."""

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
from simple_ignite.handlers.checkpointing.atomic_write import replace_file
from simple_ignite.handlers.checkpointing.checksum import add_checksum, checksum_matches

__all__ = ["MapLocation", "load_states", "odd_entry", "read_file", "verify_file", "write_file"]

MapLocation = torch.device | str | dict[str, str] | Callable[..., Any] | None
"""Where loaded tensors are put; see `torch.load`."""
CONTAINERS = (dict, OrderedDict, list, tuple)
PLAIN = (bool, int, float, complex, str, bytes, type(None), set, torch.Size, torch.dtype, torch.device)
FULL = 1 << 20  # free bytes below which a disk is considered full


def write_file(path: Path, states: dict[str, Any]) -> None:
    """Write the states to `path` atomically; the folder is not synced yet.

    Raises:
        CheckpointError: If a state holds something that could not be loaded with `weights_only=True`, or the
            file cannot be written.
    """

    def write(temporary: Path) -> None:
        torch.save(states, temporary)
        add_checksum(temporary)
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
    """Check a checkpoint against its checksums.

    These are the CRC-32 that torch.save writes for each record, and the one of the directory.

    Raises:
        DamagedCheckpointError: If a checksum does not match, or the file is truncated.
        FileNotFoundError: If the file does not exist.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is None and not checksum_matches(path):
            damaged = "its directory"
    except (FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:  # a damaged archive can raise anything
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if damaged is not None:
        raise DamagedCheckpointError(f"{path}: damaged: the checksum of {damaged} does not match", path=path)


def read_file(path: Path, map_location: MapLocation = "cpu") -> dict[str, Any]:
    """Return the states in a checkpoint; no code in it is run (`weights_only=True`).

    Raises:
        DamagedCheckpointError: If the file is damaged.
        FileNotFoundError: If the file does not exist.
    """
    verify_file(path)
    return load_states(path, map_location)


def load_states(path: Path, map_location: MapLocation = "cpu", *, mmap: bool = False) -> dict[str, Any]:
    """Return the states in a checkpoint whose checksums were compared.

    Args:
        path: The file.
        map_location: Where tensors are put.
        mmap: Map the tensors to the file instead of reading them.

    Raises:
        DamagedCheckpointError: If the file cannot be read.
    """
    try:
        loaded = torch.load(path, map_location=map_location, weights_only=True, mmap=mmap)
    except (PermissionError, MemoryError):
        raise
    except Exception as error:
        raise DamagedCheckpointError(f"{path}: cannot be read: {error}", path=path) from error
    if not isinstance(loaded, dict):
        raise DamagedCheckpointError(
            f"{path}: holds a {type(loaded).__name__}, not states by name", path=path
        )
    return loaded


def _check_loads(temporary: Path, path: Path, states: dict[str, Any]) -> None:
    """Refuse a file that could not be loaded, before it replaces one that can."""
    try:
        torch.load(temporary, map_location="cpu", weights_only=True, mmap=True)  # reads no tensor
    except pickle.UnpicklingError as error:
        odd = odd_entry(states, "")
        where = f"{odd[0]} is a {odd[1]}" if odd else str(error)
        message = (
            f"{path}: not written, because it could not be loaded again: {where}; "
            "save plain values and tensors"
        )
        raise CheckpointError(message, path=path) from None


def odd_entry(value: object, key: str, *, tensors: bool = True) -> tuple[str, str] | None:
    """Return the path and type of the first entry in nested states that is neither plain nor a tensor.

    Args:
        value: The states.
        key: Their own path.
        tensors: Whether tensors may be among them.
    """
    if isinstance(value, dict | list | tuple) and type(value) in CONTAINERS:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for inner, one in items:
            odd = odd_entry(one, f"{key}[{inner!r}]" if key else str(inner), tensors=tensors)
            if odd:
                return odd
        return None
    if (tensors and isinstance(value, torch.Tensor)) or type(value) in PLAIN:
        return None
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return key, module + kind.__qualname__


def _cause(error: BaseException, path: Path) -> str:
    """Return why writing failed; torch's own writer does not say that the disk is full."""
    folder = path.parent
    if isinstance(error, RuntimeError) and folder.is_dir() and shutil.disk_usage(folder).free < FULL:
        return os.strerror(errno.ENOSPC)
    return str(error)
