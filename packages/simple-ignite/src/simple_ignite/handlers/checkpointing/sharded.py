"""Sharded checkpoints: a folder into which each rank writes what it holds."""

from __future__ import annotations

import json
import os
import shutil
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.checkpoint import state_dict as dcp_states
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from simple_ignite.distributed.collective import is_distributed, rank
from simple_ignite.errors import CheckpointError, DamagedCheckpointError
from simple_ignite.handlers.checkpointing.shard_reader import PlainPlanner, PlainReader
from simple_ignite.handlers.checkpointing.torch_file import sync_folder

__all__ = ["read_shards", "shards_of", "write_shards"]

REST, CHECKSUMS = "rest.pt", "checksums.json"
CHUNK = 1 << 20


def shards_of(things: Mapping[str, Any]) -> dict[str, Any]:
    """Return the states of the models and optimisers among `things`, under names that any sharding shares.

    Raises:
        CheckpointError: If an optimiser is there without its model.
    """
    return {name: state for name, thing in things.items() if (state := _shard(thing, things)) is not None}


def write_shards(path: Path, shards: dict[str, Any], rest: dict[str, Any], group: Any = None) -> None:
    """Write a sharded checkpoint; the folder's parent is yet to be synced. Every rank must call it.

    Args:
        path: The folder; it appears whole, or not at all.
        shards: What `shards_of` gave.
        rest: States that are the same on all ranks.
        group: The process group in which the ranks meet.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    if rank() == 0:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
    _meet(group)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        save(shards, checkpoint_id=temporary, process_group=group, no_dist=not is_distributed())
    _meet(group)
    if rank() == 0:
        torch.save(rest, temporary / REST)
        sums = {file.name: _checksum(file) for file in sorted(temporary.iterdir())}
        (temporary / CHECKSUMS).write_text(json.dumps(sums), encoding="utf-8")
        for file in temporary.iterdir():
            descriptor = os.open(file, os.O_RDWR)
            os.fsync(descriptor)
            os.close(descriptor)
        sync_folder(temporary)
        temporary.replace(path)
    _meet(group)


def read_shards(path: Path, to_load: Mapping[str, Any]) -> dict[str, Any]:
    """Load models and optimisers from a sharded checkpoint, whatever the number of ranks that wrote it.

    Args:
        path: The folder.
        to_load: By name, what to load into.

    Returns:
        The states of all others, to be loaded by the caller.

    Raises:
        DamagedCheckpointError: If a checksum does not agree; then nothing has been changed.
        CheckpointError: If a name is not there.
    """
    _verify(path)
    rest: dict[str, Any] = torch.load(path / REST, map_location="cpu", weights_only=True)
    shards = shards_of(to_load)
    reader = PlainReader(path)
    held = [f"{key}." for key in reader.read_metadata().state_dict_metadata]
    there = {name for name in shards if any(key.startswith(f"{name}.") for key in held)} | set(rest)
    missing = [name for name in to_load if name not in there]
    if missing:
        has = ", ".join(map(repr, sorted({key.partition(".")[0] for key in held} | set(rest))))
        message = f"{path}: has no {', '.join(map(repr, missing))}; it has {has}"
        raise CheckpointError(message, path=path)
    if shards:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="torch.distributed is disabled")
            load(shards, storage_reader=reader, planner=PlainPlanner(), no_dist=not is_distributed())
    for name, state in shards.items():
        thing = to_load[name]
        if isinstance(thing, torch.nn.Module):
            dcp_states.set_model_state_dict(thing, state)
        else:
            dcp_states.set_optimizer_state_dict(_model_of(thing, to_load), thing, state)
    return rest


def _shard(thing: Any, things: Mapping[str, Any]) -> Any:
    if isinstance(thing, torch.nn.Module):
        return dcp_states.get_model_state_dict(thing)
    if isinstance(thing, torch.optim.Optimizer):
        return dcp_states.get_optimizer_state_dict(_model_of(thing, things), thing)
    return None


def _model_of(optimizer: torch.optim.Optimizer, things: Mapping[str, Any]) -> torch.nn.Module:
    wanted = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    for thing in things.values():
        if isinstance(thing, torch.nn.Module) and wanted & {
            id(parameter) for parameter in thing.parameters()
        }:
            return thing
    raise CheckpointError("a sharded checkpoint names an optimiser's values by its model: save both together")


def _verify(path: Path) -> None:
    try:
        sums = json.loads((path / CHECKSUMS).read_text(encoding="utf-8"))
        damaged = [name for name, total in sums.items() if _checksum(path / Path(name).name) != total]
    except (OSError, ValueError, AttributeError) as error:
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if damaged:
        raise DamagedCheckpointError(
            f"{path}: damaged: the checksum of {damaged[0]} does not agree", path=path
        )


def _checksum(file: Path) -> int:
    total = 0
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            total = zlib.crc32(chunk, total)
    return total


def _meet(group: Any) -> None:
    if is_distributed():
        dist.barrier(group)
