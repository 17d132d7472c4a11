"""Sharded checkpoints: a folder to which each rank writes its part."""

from __future__ import annotations

import json
import shutil
import warnings
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.checkpoint import state_dict as dcp_states
from torch.distributed.checkpoint._nested_dict import flatten_state_dict
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict import StateDictOptions
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from simple_ignite.distributed.collective import is_distributed, rank
from simple_ignite.errors import CheckpointError, DamagedCheckpointError
from simple_ignite.handlers.checkpointing.atomic_write import sync_file, sync_folder
from simple_ignite.handlers.checkpointing.load_report import LoadReport
from simple_ignite.handlers.checkpointing.shard_reader import PlainPlanner, PlainReader

__all__ = ["Shards", "read_shards", "sharded_states", "write_shards"]

REST, CHECKSUMS = "rest.pt", "checksums.json"
CHUNK = 1 << 20


def sharded_states(to_save: Mapping[str, Any]) -> dict[str, Any]:
    """Return the states of the models and optimizers in `to_save`, with keys that do not depend on sharding.

    Raises:
        CheckpointError: If the model of an optimizer is missing.
    """
    return {name: state for name, thing in to_save.items() if (state := _shard(thing, to_save)) is not None}


def write_shards(
    path: Path, shards: dict[str, Any], rest: dict[str, Any], group: dist.ProcessGroup | None = None
) -> None:
    """Write a sharded checkpoint; the parent of its folder is not synced yet. Every rank must call it.

    Args:
        path: The folder; it appears whole or not at all.
        shards: What `sharded_states` returned.
        rest: States that are the same on all ranks.
        group: The process group of the ranks; None for the default group.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    if rank() == 0:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
    _barrier(group)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        save(shards, checkpoint_id=temporary, process_group=group, no_dist=not is_distributed())
    _barrier(group)
    if rank() == 0:
        torch.save(rest, temporary / REST)
        sums = {file.name: _checksum(file) for file in sorted(temporary.iterdir())}
        (temporary / CHECKSUMS).write_text(json.dumps(sums), encoding="utf-8")
        for file in temporary.iterdir():
            sync_file(file)
        sync_folder(temporary)
        temporary.replace(path)
    _barrier(group)


class Shards:
    """A sharded checkpoint that is open for loading, whatever the number of ranks that wrote it.

    Args:
        path: The folder.
        to_load: What to load into, by name.
        report: Load what fits, and note here what does not. None: everything must fit.

    Attributes:
        rest: The states of everything that is neither a model nor an optimizer.

    Raises:
        DamagedCheckpointError: If a checksum does not match.
        CheckpointError: If a name is missing in the checkpoint, or a model has other keys or shapes.
    """

    def __init__(self, path: Path, to_load: Mapping[str, Any], report: LoadReport | None = None) -> None:
        _verify(path)
        self._path = path
        self._to_load = to_load
        self._report = report
        self._fresh = {  # torch makes a state for those that have none, to know its shape
            name: thing.state_dict()
            for name, thing in to_load.items()
            if isinstance(thing, torch.optim.Optimizer) and not thing.state
        }
        try:
            self._open(path, to_load, report)
        except BaseException:
            self._empty(self._fresh)
            raise

    def _open(self, path: Path, to_load: Mapping[str, Any], report: LoadReport | None) -> None:
        try:
            self.rest: dict[str, Any] = torch.load(path / REST, map_location="cpu", weights_only=True)
            self._shards = sharded_states(to_load) if report is None else _own_states(to_load, report)
            self._reader = PlainReader(path)
            saved = self._reader.read_metadata().state_dict_metadata
        except CheckpointError:
            raise
        except Exception as error:
            raise DamagedCheckpointError(f"{path}: cannot be read: {error}", path=path) from error
        if report is None:
            self._check_names(list(saved))
            self._check_shapes(saved)
        else:
            self._leave_out(saved, report)

    def _empty(self, names: Iterable[str]) -> None:
        """Take back the states that torch has made for optimizers that had none."""
        for name in names:
            if name in self._fresh:
                self._to_load[name].load_state_dict(self._fresh[name])

    def load(self) -> None:
        """Load the models and optimizers.

        Raises:
            CheckpointError: If the state of one does not fit.
        """
        if not self._shards:
            return
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="torch.distributed is disabled")
                load(
                    self._shards,
                    storage_reader=self._reader,
                    planner=PlainPlanner(),
                    no_dist=not is_distributed(),
                )
            for name, state in self._shards.items():
                thing = self._to_load[name]
                if isinstance(thing, torch.nn.Module):
                    options = StateDictOptions(strict=self._report is None)
                    dcp_states.set_model_state_dict(thing, state, options=options)
                else:
                    dcp_states.set_optimizer_state_dict(_model_of(thing, self._to_load), thing, state)
                if self._report is not None:
                    self._report.loaded.append(name)
        except (CheckpointException, Exception) as error:  # the first is no Exception
            self._empty(self._fresh)
            if isinstance(error, CheckpointError | MemoryError):
                raise
            raise CheckpointError(f"{self._path}: does not fit: {error}", path=self._path) from error

    def _leave_out(self, saved: Mapping[str, Any], report: LoadReport) -> None:
        """Keep of the states what fits the checkpoint, and report the rest."""
        for name, state in list(self._shards.items()):
            flat, _ = flatten_state_dict({name: state})
            known = {key for key in saved if key.startswith(f"{name}.")}
            if not known:
                del self._shards[name]
                self._empty([name])
                continue
            missing = [key for key in flat if key not in known]
            unexpected = sorted(known - set(flat))
            other = [key for key in flat if key in known and not _fits(saved[key], flat[key])]
            if isinstance(self._to_load[name], torch.nn.Module):
                cut = len(name) + 1
                for found, keys in (
                    (report.missing, missing),
                    (report.unexpected, unexpected),
                    (report.mismatched, other),
                ):
                    if keys:
                        found[name] = [key[cut:] for key in keys]
                left = {key[cut:] for key in (*missing, *other)}
                self._shards[name] = {key: value for key, value in state.items() if key not in left}
                odd = [] if self._shards[name] else ["no key and shape of the model is in it"]
            else:
                odd = [f"{key} differs" for key in (*other, *missing, *unexpected)]
            if odd:
                del self._shards[name]
                self._empty([name])
                report.refused[name] = odd[0]
        has = {key.partition(".")[0] for key in saved} | set(self.rest)
        report.absent = [
            name
            for name in self._to_load
            if name not in has and not any(key.startswith(f"{name}.") for key in saved)
        ]

    def _check_names(self, keys: list[str]) -> None:
        parts = [name for name in self._shards if any(key.startswith(f"{name}.") for key in keys)]
        missing = [name for name in self._to_load if name not in {*parts, *self.rest}]
        if missing:
            has = ", ".join(map(repr, sorted({key.partition(".")[0] for key in keys} | set(self.rest))))
            message = f"{self._path}: has no {', '.join(map(repr, missing))}; it has {has}"
            raise CheckpointError(message, path=self._path)

    def _check_shapes(self, saved: Mapping[str, Any]) -> None:
        for name, state in self._shards.items():
            if not isinstance(self._to_load[name], torch.nn.Module):
                continue
            for key, tensor in state.items():
                size = getattr(saved.get(f"{name}.{key}"), "size", None)
                if isinstance(tensor, torch.Tensor) and (size is None or tuple(size) != tuple(tensor.shape)):
                    has = "is missing" if size is None else f"has the shape {tuple(size)}"
                    message = (
                        f"{self._path}: its {name!r} does not fit: {key} {has}, not {tuple(tensor.shape)}"
                    )
                    raise CheckpointError(message, path=self._path)


def read_shards(path: Path, to_load: Mapping[str, Any]) -> dict[str, Any]:
    """Load models and optimizers, and return the states of everything else; see `Shards`."""
    shards = Shards(path, to_load)
    shards.load()
    return shards.rest


def _own_states(to_load: Mapping[str, Any], report: LoadReport) -> dict[str, Any]:
    """Return the states of models and optimizers; an optimizer without its model is reported."""
    states: dict[str, Any] = {}
    for name, thing in to_load.items():
        try:
            state = _shard(thing, to_load)
        except CheckpointError as error:
            report.refused[name] = str(error)
        else:
            states.update({} if state is None else {name: state})
    return states


def _fits(saved: Any, own: Any) -> bool:
    """Return whether a saved value, by its metadata, has the shape of one's own."""
    size = getattr(saved, "size", None)
    if isinstance(own, torch.Tensor):
        return size is not None and tuple(size) == tuple(own.shape)
    return size is None


def _shard(thing: object, to_save: Mapping[str, Any]) -> dict[str, Any] | None:
    if isinstance(thing, torch.nn.Module):
        return dcp_states.get_model_state_dict(thing)
    if isinstance(thing, torch.optim.Optimizer):
        return dcp_states.get_optimizer_state_dict(_model_of(thing, to_save), thing)
    return None


def _model_of(optimizer: torch.optim.Optimizer, parts: Mapping[str, Any]) -> torch.nn.Module:
    own = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    for part in parts.values():
        if isinstance(part, torch.nn.Module) and own & {id(parameter) for parameter in part.parameters()}:
            return part
    raise CheckpointError(
        "a sharded checkpoint names the states of an optimizer after the parameters of its model: "
        "save and load both together"
    )


def _verify(path: Path) -> None:
    try:
        sums = json.loads((path / CHECKSUMS).read_text(encoding="utf-8"))
        damaged = [name for name, total in sums.items() if _checksum(path / Path(name).name) != total]
    except (OSError, ValueError, AttributeError) as error:
        raise DamagedCheckpointError(f"{path}: damaged: {error}", path=path) from None
    if damaged:
        raise DamagedCheckpointError(
            f"{path}: damaged: the checksum of {damaged[0]} does not match", path=path
        )


def _checksum(file: Path) -> int:
    total = 0
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            total = zlib.crc32(chunk, total)
    return total


def _barrier(group: dist.ProcessGroup | None) -> None:
    if is_distributed():
        dist.barrier(group)
