"""CheckpointFormat: one file of all states, one file of a model's weights, or a sharded folder."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch.distributed as dist

from simple_ignite.distributed.collective import is_distributed
from simple_ignite.engine.engine import Engine
from simple_ignite.handlers.checkpointing.rank_state import gather_states
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX, write_weights
from simple_ignite.handlers.checkpointing.torch_file import write_file
from simple_ignite.handlers.checkpointing.wrappers import unwrapped
from simple_ignite.protocols import Stateful

__all__ = ["CheckpointFormat", "SafetensorsFile", "ShardedFolder", "TorchFile"]


class CheckpointFormat(Protocol):
    """A format that checkpoints are written in.

    Attributes:
        suffix: The end of a checkpoint's name.
        every_rank_writes: Whether every rank writes, or only the first.
    """

    suffix: str
    every_rank_writes: bool

    def collect(self, to_save: Mapping[str, Any]) -> Any:
        """Return the content of a checkpoint, which `write` takes; every rank calls it."""
        ...

    def write(self, path: Path, content: Any) -> None:
        """Write the content atomically; the folder is not synced yet."""
        ...


class TorchFile:
    """One file of all states, as torch.save writes it."""

    suffix = ".pt"
    every_rank_writes = False

    def collect(self, to_save: Mapping[str, Any]) -> dict[str, Any]:
        """Return the states by name; those of an engine hold the states of all ranks."""
        return {name: _state(thing) for name, thing in to_save.items()}

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Write the file."""
        write_file(path, content)


class SafetensorsFile:
    """One file of one model's weights, as safetensors."""

    suffix = SUFFIX
    every_rank_writes = False

    def collect(self, to_save: Mapping[str, Any]) -> dict[str, Any]:
        """Return the states by name."""
        return {name: unwrapped(thing).state_dict() for name, thing in to_save.items()}

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Write the file."""
        write_weights(path, content)


class ShardedFolder:
    """A folder to which each rank writes its part of models and optimizers.

    Args:
        asynchronous: Whether it is written in a thread; several ranks then need a process group of their own
            for it.
    """

    suffix = ""
    every_rank_writes = True

    def __init__(self, asynchronous: bool) -> None:
        self._needs_group = asynchronous
        self._group: dist.ProcessGroup | None = None

    def collect(self, to_save: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the sharded states of models and optimizers, and the states of everything else."""
        from simple_ignite.handlers.checkpointing.sharded import sharded_states

        if self._needs_group and is_distributed() and self._group is None:
            self._group = dist.new_group(backend="gloo")
        shards = sharded_states({name: unwrapped(thing) for name, thing in to_save.items()})
        return shards, {name: _state(thing) for name, thing in to_save.items() if name not in shards}

    def write(self, path: Path, content: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Write the folder; every rank calls it."""
        from simple_ignite.handlers.checkpointing.sharded import write_shards

        write_shards(path, *content, self._group)


def _state(thing: Any) -> Any:
    if not isinstance(thing, Stateful):
        return copy.deepcopy(thing)  # a plain value, which may change while the file is being written
    state: dict[str, Any] = unwrapped(thing).state_dict()
    return gather_states(state) if isinstance(thing, Engine) else state
