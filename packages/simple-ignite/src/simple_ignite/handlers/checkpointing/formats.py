"""The form of a checkpoint: one file, the weights alone, or shards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from simple_ignite.distributed.collective import is_distributed
from simple_ignite.engine.engine import Engine
from simple_ignite.handlers.checkpointing.load import unwrapped
from simple_ignite.handlers.checkpointing.rank_state import of_all_ranks
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX, write_weights
from simple_ignite.handlers.checkpointing.torch_file import write_file

__all__ = ["Form", "Shards", "States", "Weights"]


class Form(Protocol):
    """A way to write a checkpoint.

    Attributes:
        suffix: What its names end in.
        everywhere: Whether every rank writes, or the first alone.
    """

    suffix: str
    everywhere: bool

    def collect(self, things: Mapping[str, Any]) -> Any:
        """Return what is to be written of `things`; every rank calls it."""
        ...

    def write(self, path: Path, content: Any) -> None:
        """Write it, atomically; the folder is yet to be synced."""
        ...


class States:
    """One file of all states, as torch.save writes it."""

    suffix = ".pt"
    everywhere = False

    def collect(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Return the states; of an engine, those of all ranks."""
        return {name: _state(thing) for name, thing in things.items()}

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Write the file."""
        write_file(path, content)


class Weights:
    """One file of one model's weights, as safetensors."""

    suffix = SUFFIX
    everywhere = False

    def collect(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Return the states."""
        return {name: unwrapped(thing).state_dict() for name, thing in things.items()}

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Write the file."""
        write_weights(path, content)


class Shards:
    """A folder into which each rank writes its part of models and optimisers.

    Args:
        asynchronous: Whether it is written in a thread: then several ranks need a process group of their own
            for it.
    """

    suffix = ""
    everywhere = True

    def __init__(self, asynchronous: bool) -> None:
        self._own_group = asynchronous
        self._group: Any = None

    def collect(self, things: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the shards, and the states of everything else."""
        from simple_ignite.handlers.checkpointing.sharded import shards_of

        if self._own_group and is_distributed() and self._group is None:
            import torch.distributed as dist

            self._group = dist.new_group(backend="gloo")
        shards = shards_of({name: unwrapped(thing) for name, thing in things.items()})
        return shards, {name: _state(thing) for name, thing in things.items() if name not in shards}

    def write(self, path: Path, content: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Write the folder; every rank calls it."""
        from simple_ignite.handlers.checkpointing.sharded import write_shards

        write_shards(path, *content, self._group)


def _state(thing: Any) -> Any:
    state = unwrapped(thing).state_dict()
    return of_all_ranks(state) if isinstance(thing, Engine) else state
