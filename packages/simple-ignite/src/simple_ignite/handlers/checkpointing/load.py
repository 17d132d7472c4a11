"""Restoring: finds a whole checkpoint in a folder and loads it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simple_ignite.engine.engine import Engine
from simple_ignite.errors import (
    CheckpointError,
    CheckpointNotFoundError,
    DamagedCheckpointError,
    DamagedCheckpointWarning,
)
from simple_ignite.handlers.checkpointing.rank_state import of_this_rank
from simple_ignite.handlers.checkpointing.retention import read_list
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX, read_weights
from simple_ignite.handlers.checkpointing.torch_file import read_file

__all__ = ["load_best", "load_file", "load_latest", "unwrapped"]


def load_latest(
    save_dir: str | Path, to_load: Mapping[str, Any], filename_prefix: str = "", required: bool = True
) -> Path | None:
    """Load the latest checkpoint that is whole; a damaged one is passed over with a warning.

    Args:
        save_dir: The folder.
        to_load: By name, what to load into; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.
        required: Whether it is an error if there is none; else None is returned, for a first start.

    Returns:
        The file loaded.

    Raises:
        CheckpointNotFoundError: If there is no whole checkpoint.
        CheckpointError: If a name is not in the file.
    """
    folder = Path(save_dir)
    prefix = f"{filename_prefix}_" if filename_prefix else ""
    passed = 0
    for path in _newest_first(folder, prefix):
        try:
            return load_file(path, to_load)
        except (DamagedCheckpointError, FileNotFoundError) as error:
            passed += 1
            warnings.warn(f"{error}; the one before it is taken", DamagedCheckpointWarning, stacklevel=2)
    if passed or required:
        found = f"{passed} damaged" if passed else "none"
        wanted = f"{folder}: no whole checkpoint {prefix}checkpoint_* ({found})"
        message = f"{wanted}; to start without one: required=False"
        raise CheckpointNotFoundError(message, path=folder)
    return None


def load_best(save_dir: str | Path, to_load: Mapping[str, Any], filename_prefix: str = "") -> Path:
    """Load the checkpoint of the highest score.

    Args:
        save_dir: The folder.
        to_load: By name, what to load into; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.

    Returns:
        The file loaded.

    Raises:
        CheckpointNotFoundError: If none has a score.
        DamagedCheckpointError: If the file is damaged.
    """
    folder = Path(save_dir)
    prefix = f"{filename_prefix}_" if filename_prefix else ""
    best = read_list(folder / f"{prefix}checkpoints.json").get("best")
    if not isinstance(best, str) or Path(best).name != best:
        message = f"{folder}: {prefix}checkpoints.json names no best checkpoint; save with a score_function"
        raise CheckpointNotFoundError(message, path=folder)
    return load_file(folder / best, to_load)


def load_file(path: str | Path, to_load: Mapping[str, Any], map_location: Any = "cpu") -> Path:
    """Load one checkpoint: it is verified and read whole before anything is changed.

    Args:
        path: The file.
        to_load: By name, what to load into; each name must be in the file.
        map_location: Where tensors are put that are not copied into existing ones; see `torch.load`.

    Returns:
        The file.

    Raises:
        DamagedCheckpointError: If the file is damaged.
        CheckpointError: If a name is not in the file, or a state does not fit what it is loaded into.
    """
    if not isinstance(to_load, Mapping):
        message = f'to_load must name what to load into, as {{"model": model}}, not {type(to_load).__name__}'
        raise CheckpointError(message, path=path)
    path = Path(path)
    if path.is_dir():
        return _load_folder(path, to_load)
    if path.suffix == SUFFIX:
        (name,) = to_load if len(to_load) == 1 else ("",)
        if not name:
            raise CheckpointError(f"{path}: holds the weights of one model; load that alone", path=path)
        states: dict[str, Any] = {name: read_weights(path)}
    else:
        states = read_file(path, map_location)
    missing = [name for name in to_load if name not in states]
    if missing:
        raise CheckpointError(
            f"{path}: has no {', '.join(map(repr, missing))}; it has {', '.join(map(repr, states))}",
            path=path,
        )
    for name, thing in to_load.items():
        state = states[name]
        try:
            unwrapped(thing).load_state_dict(of_this_rank(state) if isinstance(thing, Engine) else state)
        except (RuntimeError, ValueError, KeyError) as error:
            raise CheckpointError(f"{path}: its {name!r} does not fit: {error}", path=path) from error
    return path


def _load_folder(path: Path, to_load: Mapping[str, Any]) -> Path:
    from simple_ignite.handlers.checkpointing.sharded import read_shards

    rest = read_shards(path, {name: unwrapped(thing) for name, thing in to_load.items()})
    for name, thing in to_load.items():
        if name in rest:
            state = rest[name]
            thing.load_state_dict(of_this_rank(state) if isinstance(thing, Engine) else state)
    return path


def unwrapped(thing: Any) -> Any:
    """Return the model inside a wrapper of torch's distributed or compiled modules, or the thing itself."""
    while True:
        kind = type(thing).__name__
        if kind in ("DistributedDataParallel", "DataParallel"):
            thing = thing.module
        elif kind == "OptimizedModule":
            thing = thing._orig_mod
        else:
            return thing


def _newest_first(folder: Path, prefix: str) -> Iterator[Path]:
    """Yield checkpoints newer than the list, then those in it, then others; each group newest first."""
    list_file = folder / f"{prefix}checkpoints.json"
    listed = [one["file"] for one in read_list(list_file).get("kept", [])]
    written = list_file.stat().st_mtime_ns if list_file.exists() else 0
    suffixes = (".pt", SUFFIX)
    files = [
        path for path in folder.glob(f"{prefix}checkpoint_*") if path.suffix in suffixes or path.is_dir()
    ]
    found = [path for path in files if path.name not in listed]
    found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    yield from (path for path in found if path.stat().st_mtime_ns >= written)
    yield from (folder / name for name in reversed(listed))
    yield from (path for path in found if path.stat().st_mtime_ns < written)
