"""The cached metadata and summaries of all runs in one file, so that each is parsed once.

A run's entry is valid while size, time of modification and inode of its files are unchanged: the metadata
and the summary are replaced atomically, edits are appended, and a new file changes the folder. The first line
of the cache is a checksum of the rest. A cache that is missing or damaged is rebuilt from the runs.
"""

from __future__ import annotations

import gc
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from simple_track.errors import FormatError
from simple_track.reading.rebuild import LAST_STEP
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.edits import edited_metadata
from simple_track.storage.layout import METADATA, SUMMARY, Layout, RunLayout
from simple_track.storage.metadata import Metadata, from_document, to_document
from simple_track.storage.record import restore_summary
from simple_track.storage.sdn_file import read_sdn

VERSION = 2
Entry = list[Any]
"""Stamps of the metadata, the summary and the folder; the stamp of each file of edits by its name; then the
metadata with all edits, and the summary."""


def load_catalog(
    layout: Layout, project: str | None = None, unreadable: dict[Path, str] | None = None
) -> Iterator[tuple[RunLayout, Metadata, dict[str, Any] | None]]:
    """Yield every run that can be read, with its metadata, and its summary if it has ended.

    Args:
        layout: The store.
        project: Only runs of this project.
        unreadable: Takes the folders of the runs and projects that cannot be read, each with the reason.
    """
    left_out = {} if unreadable is None else unreadable
    cached = _read(layout.catalog_cache)
    current: dict[str, Entry] = {}
    changed = False
    for run_layout in layout.run_layouts(project):
        key = f"{run_layout.project}/{run_layout.run_id}"
        entry = cached.get(key)
        stamps = run_stamps(str(run_layout.dir), entry[3] if entry is not None else ())
        if entry is None or entry[:4] != stamps:
            try:
                entry = _parse(run_layout)
            except FileNotFoundError:  # it is being created
                continue
            except FormatError as error:
                left_out[run_layout.dir] = str(error)
                continue
            changed = True
        current[key] = entry
        yield (
            run_layout,
            from_document(entry[4]),
            None if entry[5] is None else restore_summary(dict(entry[5])),
        )
    for folder, reason in layout.unreadable_folders(project).items():
        left_out[folder] = f"{folder}: {reason}"
    if project is not None:
        current = {**cached, **current}
    if changed or len(current) < len(cached):
        with suppress(OSError):  # the runs can be read without a cache
            _write(layout.catalog_cache, current)


def _parse(run_layout: RunLayout) -> Entry:
    stamps = run_stamps(
        str(run_layout.dir), [path.name for path in run_layout.edit_files()]
    )  # before what they stamp
    metadata = edited_metadata(run_layout)
    summary: dict[str, Any] | None = None
    if metadata.state != "running":
        with suppress(FileNotFoundError, FormatError):  # it is rebuilt from the log
            summary = read_sdn(run_layout.summary)
            summary.pop(LAST_STEP, None)
    return [*stamps, to_document(metadata), summary]


def run_stamps(folder: str, edits: Iterable[str]) -> Entry:
    """The stamps of a run: of its metadata, summary and folder, and of each file of edits by its name.

    Args:
        folder: The folder of the run.
        edits: The names of the files of edits.
    """
    stamps: Entry = [_stamp(f"{folder}/{name}") for name in (METADATA, SUMMARY)]
    return [*stamps, _stamp(folder), {name: _stamp(f"{folder}/{name}") for name in edits}]


def _stamp(path: str) -> list[int] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - without Path objects, for thousands of files
    except OSError:
        return None
    return [stat.st_mtime_ns, stat.st_size, stat.st_ino]


def _read(path: Path) -> dict[str, Entry]:
    collecting = gc.isenabled()
    gc.disable()  # thousands of nested dicts, none in a circle
    try:
        check, _, text = path.read_bytes().partition(b"\n")
        if int(check, 16) != zlib.crc32(text):
            return {}
        data = orjson.loads(text)
        return dict(data["runs"]) if data["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    finally:
        if collecting:
            gc.enable()


def _write(path: Path, runs: dict[str, Entry]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        data = orjson.dumps({"version": VERSION, "runs": runs})
    except TypeError:  # some run has whole numbers beyond 64 bits: that one is parsed each time
        fitting = {key: entry for key, entry in runs.items() if _fits(entry)}
        data = orjson.dumps({"version": VERSION, "runs": fitting})
    with atomic_write(path, durable=False) as file:
        file.write(b"%08x\n" % zlib.crc32(data) + data)


def _fits(entry: Entry) -> bool:
    try:
        orjson.dumps(entry)
    except TypeError:
        return False
    return True
