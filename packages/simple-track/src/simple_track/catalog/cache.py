"""Catalog cache: metadata and summaries of all runs in one file, so that each is parsed once.

A run's entry counts while size, time of change and inode of its files are what they were; files are replaced
whole, so a change always shows. Its first line is a checksum of the rest. The file is rebuilt from the runs
when it is not there or cannot be read.
"""

from __future__ import annotations

import gc
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from simple_track.errors import FormatError
from simple_track.reading.rebuild import LAST_STEP
from simple_track.storage.layout import METADATA, SUMMARY, Layout, RunLayout
from simple_track.storage.metadata import Metadata, from_document, read_metadata, to_document
from simple_track.storage.record import restore_summary
from simple_track.storage.sdn_file import read_document, replace_bytes

VERSION = 1
Entry = list[Any]
"""Stamp of the metadata, stamp of the summary, metadata, summary."""


def load_catalog(
    layout: Layout, project: str | None = None
) -> Iterator[tuple[RunLayout, Metadata, dict[str, Any] | None]]:
    """Every run that can be read, with its metadata, and its summary when it has ended.

    Args:
        layout: Where data is.
        project: Only runs of this project.
    """
    cached = _read(layout.catalog_cache)
    current: dict[str, Entry] = {}
    changed = False
    for place in layout.run_layouts(project):
        key = f"{place.project}/{place.run_id}"
        entry = cached.get(key)
        folder = str(place.dir)
        stamps = [_stamp(f"{folder}/{METADATA}"), _stamp(f"{folder}/{SUMMARY}")]
        if entry is None or entry[:2] != stamps:
            try:
                entry = [*stamps, *_parse(place)]
            except (FileNotFoundError, FormatError):
                continue
            changed = True
        current[key] = entry
        yield place, from_document(entry[2]), None if entry[3] is None else restore_summary(dict(entry[3]))
    if project is not None:
        current = {**cached, **current}
    if changed or len(current) < len(cached):
        with suppress(OSError):  # a cache that cannot be written is no reason not to read
            _write(layout.catalog_cache, current)


def _parse(place: RunLayout) -> tuple[dict[str, Any], dict[str, Any] | None]:
    metadata = read_metadata(place)
    summary: dict[str, Any] | None = None
    if metadata.state != "running":
        with suppress(FileNotFoundError, FormatError):  # without it the log tells
            summary = read_document(place.summary)
            summary.pop(LAST_STEP, None)
    return to_document(metadata), summary


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
    replace_bytes(path, b"%08x\n" % zlib.crc32(data) + data)


def _fits(entry: Entry) -> bool:
    try:
        orjson.dumps(entry)
    except TypeError:
        return False
    return True
