"""Deletion of whole runs: the folder goes, and a tombstone with the reason stays in its project."""

from __future__ import annotations

import getpass
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson

from simple_track.artifacts.collection import Collection
from simple_track.errors import RunBusyError, StorageError
from simple_track.storage.atomic_write import sync_folder
from simple_track.storage.clock import timestamp
from simple_track.storage.journal import Journal
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.lock import FileLock, holder_of

DELETING = ".deleting-"
"""Before the id of a run, the name of its folder while it is being removed."""


def artifact_users(layout: Layout) -> dict[str, list[str]]:
    """Find who uses what each run has made.

    Args:
        layout: The store.

    Returns:
        For the id of a run, a text such as `demo/data:v2, used by 2026…` for each use by another run or the
        registry.
    """
    users: dict[str, list[str]] = {}
    for folder in layout.artifact_folders():
        made: dict[str, set[str]] = {}
        used: dict[str, set[str]] = {}
        for event in Collection(folder).events():
            version, run, kind = (event.get(field) for field in ("version", "run", "event"))
            if isinstance(event.get("registry"), str):
                run = f"the registry as {event['registry']}"
            if isinstance(version, str) and isinstance(run, str) and kind in ("version", "again", "use"):
                (used if kind == "use" else made).setdefault(version, set()).add(run)
        for version, makers in made.items():
            for maker in makers:
                others = sorted(used.get(version, set()) - {maker})
                users.setdefault(maker, []).extend(
                    f"{folder.parent.name}/{folder.name}:{version}, used by {other}" for other in others
                )
    return users


def delete_run(layout: Layout, run: RunLayout, why: str = "") -> int:
    """Delete a run, and leave a tombstone; the artifacts that it has logged stay.

    Args:
        layout: The store.
        run: The run.
        why: The reason, for the tombstone.

    Returns:
        The bytes that were freed.

    Raises:
        RunBusyError: A process is writing the run.
        StorageError: The folder cannot be changed.
    """
    doomed = run.dir.with_name(DELETING + run.run_id)
    try:
        lock = FileLock(run.lock)
        if not lock.acquire():
            raise RunBusyError(run.run_id, str(holder_of(run.lock) or "another process"))
        try:
            size = folder_size(run.dir)
            _bury(run, why)
            shutil.rmtree(doomed, ignore_errors=True)  # of a deletion that was interrupted
            os.rename(run.dir, doomed)  # noqa: PTH104 - from here on no reader sees the run
            sync_folder(doomed.parent)
        finally:
            lock.release()
        shutil.rmtree(doomed)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            run.dir, reason, "the run is not deleted, or not completely", error.errno
        ) from error
    shutil.rmtree(layout.column_cache(run), ignore_errors=True)
    return size


def interrupted_deletions(layout: Layout) -> Iterator[Path]:
    """The folders of runs whose deletion was interrupted; nothing in them is needed."""
    for project in layout.projects():
        yield from sorted(layout.project(project).glob(f"{DELETING}*"))


def folder_size(folder: Path) -> int:
    """The size of all files below a folder, in bytes."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_size if not path.is_dir() else 0
    return total


def _bury(run: RunLayout, why: str) -> None:
    line = {"id": run.run_id, "time": timestamp(), "who": _user(), "why": why}
    journal = Journal(run.tombstones, strict=True, sync_each=True)
    journal.open()
    try:
        journal.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    finally:
        journal.close()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this uid, as in many containers
        return ""
