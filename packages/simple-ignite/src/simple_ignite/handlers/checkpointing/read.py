"""Reads parts of a checkpoint before there is anything to load them into."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from simple_ignite.errors import CheckpointError, CheckpointNotFoundError, DamagedCheckpointError
from simple_ignite.handlers.checkpointing.checksum import checksum_matches
from simple_ignite.handlers.checkpointing.load import newest_first
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX
from simple_ignite.handlers.checkpointing.torch_file import load_states, verify_file

__all__ = ["read_parts"]

REST = "rest.pt"


def read_parts(path: str | Path, keys: Iterable[str] | str | None = None) -> dict[str, Any]:
    """Return parts of a checkpoint as they were saved, such as a config, to build the model from.

    The file is mapped: parts without tensors are read without reading the rest, however large that is. No
    code in it is run.

    Args:
        path: The file; or a folder of checkpoints, of which the newest is read. Of a sharded checkpoint only
            the parts that are not sharded can be read.
        keys: The names of the parts, as in `to_save`. Default: all.

    Returns:
        The parts by name: the values that were saved, and the states of objects with a `state_dict`. Tensors
        are on the CPU, mapped to the file: they are copied when they are changed.

    Raises:
        CheckpointNotFoundError: If there is no checkpoint.
        CheckpointError: If a name is missing in the checkpoint.
        DamagedCheckpointError: If what is returned does not match its checksum.
    """
    file = _file(Path(path))
    _verify_structure(file)
    states = load_states(file, mmap=True)
    names = list(states) if keys is None else [keys] if isinstance(keys, str) else list(keys)
    missing = [name for name in names if name not in states]
    if missing:
        has = ", ".join(map(repr, states))
        raise CheckpointError(f"{file}: has no {', '.join(map(repr, missing))}; it has {has}", path=file)
    parts = {name: states[name] for name in names}
    if any(True for _ in _tensors(parts)):
        verify_file(file)
    return parts


def _file(path: Path) -> Path:
    """Return the file to read in a path that may be a folder."""
    if path.is_dir() and not (path / REST).is_file():
        newest = next(newest_first(path, ""), None)
        if newest is None:
            raise CheckpointNotFoundError(f"{path}: no checkpoint checkpoint_* in this folder", path=path)
        path = newest
    if path.is_dir():
        path = path / REST
    if path.suffix == SUFFIX:
        message = f"{path}: holds the weights of one model; build the model, and load them into it"
        raise CheckpointError(message, path=path)
    if not path.exists():
        raise CheckpointNotFoundError(f"{path}: no such file", path=path)
    return path


def _verify_structure(path: Path) -> None:
    """Check the records of a checkpoint that hold no tensors, and its directory."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if "/data/" not in name:
                    archive.read(name)  # compares its CRC-32
        damaged = None if checksum_matches(path) else "the checksum of its directory does not match"
    except (PermissionError, MemoryError):
        raise
    except Exception as error:  # a damaged archive can raise anything
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if damaged is not None:
        raise DamagedCheckpointError(f"{path}: damaged: {damaged}", path=path)


def _tensors(value: object) -> Iterator[torch.Tensor]:
    """Yield the tensors in nested containers."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _tensors(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _tensors(one)
