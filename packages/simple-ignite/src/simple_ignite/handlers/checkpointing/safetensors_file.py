"""Safetensors files: the weights of one model, for programs that need nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from simple_ignite.errors import CheckpointError, DamagedCheckpointError, MissingDependencyError
from simple_ignite.handlers.checkpointing.atomic_write import replace_file

__all__ = ["SUFFIX", "read_weights", "write_weights"]

SUFFIX = ".safetensors"
CHECKSUM = "crc32"


def write_weights(path: Path, states: Mapping[str, Any]) -> None:
    """Write the tensors of the one state in `states` atomically, with a checksum in the header.

    Raises:
        CheckpointError: If there is more than one state, or a value in it is not a tensor.
        MissingDependencyError: If safetensors is not installed.
    """
    save_file = _library().save_file
    if len(states) != 1:
        message = f"{path}: a safetensors file holds one model, not {', '.join(states)}"
        raise CheckpointError(message, path=path)
    (weights,) = states.values()
    odd = [name for name, value in weights.items() if not isinstance(value, torch.Tensor)]
    if odd:
        kind = type(weights[odd[0]]).__name__
        message = f"{path}: a safetensors file holds only tensors, and {odd[0]!r} is a {kind}"
        raise CheckpointError(message, path=path)
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in weights.items()}
    header = {CHECKSUM: str(_checksum(tensors))}
    replace_file(path, lambda temporary: save_file(tensors, temporary, metadata=header))


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors in a safetensors file.

    Raises:
        DamagedCheckpointError: If the file is truncated or its checksum does not match.
        MissingDependencyError: If safetensors is not installed.
    """
    library = _library()
    try:
        with library.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (library.SafetensorError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if CHECKSUM in header and header[CHECKSUM] != str(_checksum(tensors)):
        raise DamagedCheckpointError(f"{path}: damaged: its checksum does not match", path=path)
    return tensors


def _checksum(tensors: Mapping[str, torch.Tensor]) -> int:
    total = 0
    for name in sorted(tensors):
        total = zlib.crc32(name.encode(), total)
        plain: Any = tensors[name].reshape(-1).view(torch.uint8).numpy()
        total = zlib.crc32(plain, total)
    return total


class _Library:
    """What is used of safetensors."""

    def __init__(self) -> None:
        from safetensors import SafetensorError, safe_open
        from safetensors.torch import save_file

        self.SafetensorError: Any = SafetensorError
        self.safe_open: Any = safe_open
        self.save_file: Any = save_file


def _library() -> _Library:
    try:
        return _Library()
    except ModuleNotFoundError:
        raise MissingDependencyError("safetensors", "a checkpoint of pure weights") from None
