"""Loading checkpoints: finds an intact one in a folder, and loads it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, overload

from simple_ignite.engine.engine import Engine
from simple_ignite.errors import (
    CheckpointError,
    CheckpointNotFoundError,
    DamagedCheckpointError,
    DamagedCheckpointWarning,
    IgniteWarning,
)
from simple_ignite.handlers.checkpointing.load_report import LoadReport
from simple_ignite.handlers.checkpointing.retention import read_list
from simple_ignite.handlers.checkpointing.safetensors_file import SUFFIX, read_weights
from simple_ignite.handlers.checkpointing.torch_file import MapLocation, read_file
from simple_ignite.handlers.checkpointing.transaction import Transaction
from simple_ignite.handlers.checkpointing.wrappers import unwrapped

__all__ = ["load_best", "load_file", "load_latest"]

Parts = Mapping[str, Any]


@overload
def load_latest(
    save_dir: str | Path, to_load: Parts, filename_prefix: str = "", required: bool = True
) -> Path | None: ...
@overload
def load_latest(
    save_dir: str | Path,
    to_load: Parts,
    filename_prefix: str = "",
    required: bool = True,
    *,
    strict: Literal[False],
) -> LoadReport | None: ...
def load_latest(
    save_dir: str | Path,
    to_load: Parts,
    filename_prefix: str = "",
    required: bool = True,
    *,
    strict: bool = True,
) -> Path | LoadReport | None:
    """Load the latest checkpoint that is intact; a damaged one is skipped with a warning.

    Args:
        save_dir: The folder.
        to_load: What to load into, by name; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.
        required: Whether it is an error if there is none; otherwise None is returned, as at a first start.
        strict: As for `load`.

    Returns:
        The file that was loaded; with `strict=False` a report.

    Raises:
        CheckpointNotFoundError: If there is no intact checkpoint.
        CheckpointError: If a name is missing in the file, or something does not fit; nothing is changed.
    """
    folder = Path(save_dir)
    prefix = f"{filename_prefix}_" if filename_prefix else ""
    damaged = 0
    for path in newest_first(folder, prefix):
        try:
            return load_file(path, to_load) if strict else load_file(path, to_load, strict=False)
        except (DamagedCheckpointError, FileNotFoundError) as error:
            damaged += 1
            warnings.warn(f"{error}; trying the one before it", DamagedCheckpointWarning, stacklevel=2)
    if damaged or required:
        found = f"{damaged} damaged" if damaged else "none found"
        hint = "delete them and pass required=False" if damaged else "required=False"
        message = f"{folder}: no intact checkpoint {prefix}checkpoint_* ({found})"
        message += f"; to start without one: {hint}"
        raise CheckpointNotFoundError(message, path=folder)
    for part in to_load.values():
        if isinstance(part, Engine):
            part.progress.sought = True
    return None


@overload
def load_best(save_dir: str | Path, to_load: Parts, filename_prefix: str = "") -> Path: ...
@overload
def load_best(
    save_dir: str | Path, to_load: Parts, filename_prefix: str = "", *, strict: Literal[False]
) -> LoadReport: ...
def load_best(
    save_dir: str | Path, to_load: Parts, filename_prefix: str = "", *, strict: bool = True
) -> Path | LoadReport:
    """Load the checkpoint with the highest score.

    Args:
        save_dir: The folder.
        to_load: What to load into, by name; each name must be in the file.
        filename_prefix: As given to `Checkpoint`.
        strict: As for `load`.

    Returns:
        The file that was loaded; with `strict=False` a report.

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
    return load_file(folder / best, to_load) if strict else load_file(folder / best, to_load, strict=False)


@overload
def load_file(path: str | Path, to_load: Parts, map_location: MapLocation = "cpu") -> Path: ...
@overload
def load_file(
    path: str | Path, to_load: Parts, map_location: MapLocation = "cpu", *, strict: Literal[False]
) -> LoadReport: ...
def load_file(
    path: str | Path, to_load: Parts, map_location: MapLocation = "cpu", *, strict: bool = True
) -> Path | LoadReport:
    """Load one checkpoint; it is verified and read completely, and must fit, before anything is changed.

    Args:
        path: The file.
        to_load: What to load into, by name; each name must be in the file.
        map_location: Where tensors are put that are not copied into existing ones; see `torch.load`.
        strict: Whether everything must fit. If False, what fits is loaded (of a model, the keys whose shapes
            agree; an optimizer only as a whole), and a report says, also as a warning, what was not.

    Returns:
        The file; with `strict=False` a report.

    Raises:
        DamagedCheckpointError: If the file is damaged.
        CheckpointError: If a name is missing in the file, or a state does not fit what it is loaded into;
            with `strict=False`, if nothing fits.
    """
    if not isinstance(to_load, Mapping):
        message = f'to_load must name what to load into, as {{"model": model}}, not {type(to_load).__name__}'
        raise CheckpointError(message, path=path)
    path = Path(path)
    transaction = Transaction(path, strict)
    if path.is_dir():
        _load_folder(path, to_load, transaction)
    else:
        _load_states(_read(path, to_load, map_location), to_load, transaction)
    report = transaction.report
    if strict:
        return path
    if not report.loaded:
        raise CheckpointError(f"nothing fits: {report}", path=path)
    if not report.complete:
        warnings.warn(str(report), IgniteWarning, stacklevel=2)
    return report


def _read(path: Path, to_load: Parts, map_location: MapLocation) -> dict[str, Any]:
    """Return the states in a file by name."""
    if path.suffix != SUFFIX:
        return read_file(path, map_location)
    (name,) = to_load if len(to_load) == 1 else ("",)
    if not name:
        raise CheckpointError(f"{path}: holds the weights of one model; load only that", path=path)
    return {name: read_weights(path)}


def _load_states(states: dict[str, Any], to_load: Parts, transaction: Transaction) -> None:
    path = transaction.path
    absent = [name for name in to_load if name not in states]
    if absent and transaction.strict:
        raise CheckpointError(
            f"{path}: has no {', '.join(map(repr, absent))}; it has {', '.join(map(repr, states))}",
            path=path,
        )
    transaction.report.absent = absent
    transaction.load({name: thing for name, thing in to_load.items() if name in states}, states)


def _load_folder(path: Path, to_load: Parts, transaction: Transaction) -> None:
    from simple_ignite.handlers.checkpointing.sharded import Shards

    report = None if transaction.strict else transaction.report
    shards = Shards(path, {name: unwrapped(thing) for name, thing in to_load.items()}, report)
    transaction.load({name: thing for name, thing in to_load.items() if name in shards.rest}, shards.rest)
    try:
        shards.load()
    except BaseException:
        transaction.undo()
        raise


def newest_first(folder: Path, prefix: str) -> Iterator[Path]:
    """Yield checkpoints newer than the list, then those in it, then others; each group newest first."""
    list_file = folder / f"{prefix}checkpoints.json"
    listed = [one["file"] for one in read_list(list_file).get("kept", [])]
    written = _written(list_file)
    suffixes = (".pt", SUFFIX)
    files = [
        path for path in folder.glob(f"{prefix}checkpoint_*") if path.suffix in suffixes or path.is_dir()
    ]
    found = sorted((path for path in files if path.name not in listed), key=_age, reverse=True)
    yield from (path for path in found if _written(path) >= written)
    yield from (folder / name for name in reversed(listed))
    yield from (path for path in found if _written(path) < written)


def _written(path: Path) -> int:
    """Return when a file was written, in nanoseconds; 0 if there is none, as behind a broken link."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _age(path: Path) -> tuple[int, list[tuple[int, str]]]:
    """Return what orders checkpoints by their time, and then by their names with numbers as numbers."""
    words = re.findall(r"[0-9]+|[^0-9]+", path.name)
    return _written(path), [
        (int(word), "") if word.isdecimal() and word.isascii() else (-1, word) for word in words
    ]
