"""Loading checkpoints: finds an intact one in a folder, and loads it."""

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
from simple_ignite.handlers.checkpointing.rank_state import own_state
from simple_ignite.handlers.checkpointing.retention import read_list
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX, read_weights
from simple_ignite.handlers.checkpointing.torch_file import MapLocation, read_file
from simple_ignite.handlers.checkpointing.wrappers import unwrapped
from simple_ignite.protocols import Stateful

__all__ = ["load_best", "load_file", "load_latest"]


def load_latest(
    save_dir: str | Path, to_load: Mapping[str, Any], filename_prefix: str = "", required: bool = True
) -> Path | None:
    """Load the latest checkpoint that is intact; a damaged one is skipped with a warning.

    Args:
        save_dir: The folder.
        to_load: What to load into, by name; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.
        required: Whether it is an error if there is none; otherwise None is returned, as at a first start.

    Returns:
        The file that was loaded.

    Raises:
        CheckpointNotFoundError: If there is no intact checkpoint.
        CheckpointError: If a name is missing in the file.
    """
    folder = Path(save_dir)
    prefix = f"{filename_prefix}_" if filename_prefix else ""
    damaged = 0
    for path in newest_first(folder, prefix):
        try:
            return load_file(path, to_load)
        except (DamagedCheckpointError, FileNotFoundError) as error:
            damaged += 1
            warnings.warn(f"{error}; trying the one before it", DamagedCheckpointWarning, stacklevel=2)
    if damaged or required:
        found = f"{damaged} damaged" if damaged else "none found"
        hint = "delete them and pass required=False" if damaged else "required=False"
        message = f"{folder}: no intact checkpoint {prefix}checkpoint_* ({found})"
        message += f"; to start without one: {hint}"
        raise CheckpointNotFoundError(message, path=folder)
    return None


def load_best(save_dir: str | Path, to_load: Mapping[str, Any], filename_prefix: str = "") -> Path:
    """Load the checkpoint with the highest score.

    Args:
        save_dir: The folder.
        to_load: What to load into, by name; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.

    Returns:
        The file that was loaded.

    Raises:
        CheckpointNotFoundError: If no checkpoint has a score.
        DamagedCheckpointError: If the file is damaged.
    """
    folder = Path(save_dir)
    prefix = f"{filename_prefix}_" if filename_prefix else ""
    best = read_list(folder / f"{prefix}checkpoints.json").get("best")
    if not isinstance(best, str) or Path(best).name != best:
        message = f"{folder}: {prefix}checkpoints.json names no best checkpoint; save with a score_function"
        raise CheckpointNotFoundError(message, path=folder)
    return load_file(folder / best, to_load)


def load_file(path: str | Path, to_load: Mapping[str, Any], map_location: MapLocation = "cpu") -> Path:
    """Load one checkpoint; it is verified and read completely before anything is changed.

    Args:
        path: The file.
        to_load: What to load into, by name; each name must be in the file.
        map_location: Where tensors are put that are not copied into existing ones; see `torch.load`.

    Returns:
        The file.

    Raises:
        DamagedCheckpointError: If the file is damaged.
        CheckpointError: If a name is missing in the file, or a state does not fit what it is loaded into.
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
            raise CheckpointError(f"{path}: holds the weights of one model; load only that", path=path)
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
        if not isinstance(thing, Stateful):
            continue  # a plain value, which is read by `Checkpoint.read`
        state = states[name]
        try:
            unwrapped(thing).load_state_dict(own_state(state) if isinstance(thing, Engine) else state)
        except (RuntimeError, ValueError, KeyError) as error:
            raise CheckpointError(f"{path}: its {name!r} does not fit: {error}", path=path) from error
    return path


def _load_folder(path: Path, to_load: Mapping[str, Any]) -> Path:
    from simple_ignite.handlers.checkpointing.sharded import read_shards

    rest = read_shards(path, {name: unwrapped(thing) for name, thing in to_load.items()})
    for name, thing in to_load.items():
        if name in rest and isinstance(thing, Stateful):
            state = rest[name]
            thing.load_state_dict(own_state(state) if isinstance(thing, Engine) else state)
    return path


def newest_first(folder: Path, prefix: str) -> Iterator[Path]:
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
