"""The cached columns of a run, so that each line of its log is parsed once.

A folder `cache/series/{project}/{run}/{file}/` holds `index.json`, with a checksum of itself, the length of
the log that is in the columns and the length of each column, and a folder of columns. Columns only grow, and
only as much of them is valid as the index, which is replaced atomically, says. So a reader never sees a part
of an update, and what a killed writer left behind is overwritten. A cache that does not match its log is
rebuilt; the folder may be deleted at any time.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.lazy_module import numpy as np
from simple_track.reading.column_file import ColumnFile, checksum
from simple_track.reading.columns import ROW, ROW_BYTES, Array, ColumnBuilder, Columns, Part, merge_by_time
from simple_track.reading.rewind import without_rewound
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import RunLayout, packed_file
from simple_track.storage.lock import FileLock
from simple_track.storage.reader import read_chunks
from simple_track.storage.record import REWIND

SMALLEST_UPDATE = 256 * 1024
"""Fewer new bytes than this are parsed again, and not written to the cache."""
VERSION = 5
CHECKED = 4096


@attrs.define
class Index:
    """The part of a log that is in the columns.

    Args:
        folder: The name of the folder of columns.
        offset: The size of that part of the plain log, in bytes, up to the end of a line.
        check: The checksum of the log's first bytes and of the bytes before the offset.
        rows: The number of rows.
        rows_sum: The checksum of the rows.
        columns: The columns on disk.
        sorted: Whether no step is lower than the one before it.
        last_step: The step of the last row.
        packed: Size and time of modification of the packed log, if all of it is in the columns.
    """

    folder: str
    offset: int = 0
    check: int = 0
    rows: int = 0
    rows_sum: int = 0
    columns: list[ColumnFile] = attrs.field(factory=list)
    sorted: bool = True
    last_step: int | None = None
    packed: list[int] | None = None


def load_columns(
    layout: RunLayout, *, system: bool, keys: frozenset[str] | None = None, rewound: bool = False
) -> Columns:
    """Read the numbers of a run, of all its writers, by time.

    Args:
        layout: The run's folder.
        system: Include the samples of the machine.
        keys: The metrics to read, or None for all. Others may be there without values.
        rewound: Include the rows that a rewind took back.
    """
    cache = layout.root.column_cache(layout)
    wanted = None if keys is None else keys | {REWIND}
    streams = {
        path: ColumnCache(cache / path.name, path).load(wanted) for path in layout.metric_files(system=system)
    }
    samples = [
        streams.pop(path) for path in [layout.system_metrics] if path in streams
    ]  # they have no rewind
    return merge_by_time([without_rewound(merge_by_time(list(streams.values())), keep=rewound), *samples])


def count_values(layout: RunLayout, *, system: bool = False) -> dict[str, int]:
    """Count the values of each metric of a run, without reading them where a cache has them.

    Args:
        layout: The run's folder.
        system: Include the samples of the machine.
    """
    cache = layout.root.column_cache(layout)
    counts: dict[str, int] = {}
    for path in layout.metric_files(system=system):
        for key, count in ColumnCache(cache / path.name, path).counts().items():
            counts[key] = counts.get(key, 0) + count
    if REWIND not in counts:
        return counts
    columns = load_columns(layout, system=system)
    return {key: sum(len(part.rows) for part in kinds.values()) for key, kinds in columns.parts.items()}


class ColumnCache:
    """The cached columns of one file of lines.

    Args:
        folder: The cache's folder.
        log: The plain name of the file of lines; it may be packed.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self._log = log

    def load(self, keys: frozenset[str] | None = None) -> Columns:
        """Read all rows of the log, and update the cache if enough is new.

        Args:
            keys: The metrics whose values to read, or None for all.
        """
        _, known, fresh = self._load(keys)
        return _concatenate(known, fresh)

    def recent(self) -> tuple[Index | None, Columns]:
        """The index, and the rows after those in the cache, which is updated first if enough is new.

        No column is read, so the values in the cache are not checked.
        """
        for _ in range(2):
            index = self._read_index()
            fresh = ColumnBuilder(index.rows if index else 0)
            if index and index.packed is not None:
                break
            start = offset = index.offset if index else 0
            unfinished = b""
            for chunk in read_chunks(self._log, start):
                if chunk.endswith(b"\n"):
                    fresh.add_lines(chunk)
                    offset += len(chunk)
                else:
                    unfinished = chunk
            if offset - start < SMALLEST_UPDATE:
                fresh.add_lines(unfinished)
                break
            with suppress(OSError):  # the log can be read without a cache
                self._save(index, fresh.columns(), offset, complete=not unfinished)
        return index, fresh.columns()

    def counts(self) -> dict[str, int]:
        """The number of values of each metric; only those beyond the cache are read."""
        index, _, fresh = self._load(frozenset())
        counts: dict[str, int] = {}
        for column in index.columns if index else ():
            counts[column.key] = counts.get(column.key, 0) + column.count
        for key, kinds in fresh.parts.items():
            counts[key] = counts.get(key, 0) + sum(len(part.rows) for part in kinds.values())
        return counts

    def _load(self, keys: frozenset[str] | None) -> tuple[Index | None, Columns, Columns]:
        """The index and the columns of the cache, and the columns of the lines after them."""
        index = self._read_index()
        try:
            known = self._read_columns(index, keys) if index else Columns(np.zeros(0, ROW), {})
        except (OSError, ValueError):  # deleted, replaced or damaged
            index, known = None, Columns(np.zeros(0, ROW), {})
        if index and index.packed is not None:
            return index, known, Columns(known.rows[:0], {})
        builder = ColumnBuilder(len(known.rows))
        offset = start = index.offset if index else 0
        unfinished = b""
        for chunk in read_chunks(self._log, offset):
            if chunk.endswith(b"\n"):
                builder.add_lines(chunk)
                offset += len(chunk)
            else:
                unfinished = chunk
        fresh = builder.columns()
        if offset - start >= SMALLEST_UPDATE:
            with suppress(OSError):  # the log can be read without a cache
                self._save(index, fresh, offset, complete=not unfinished)
        if unfinished:
            builder.add_lines(unfinished)
            fresh = builder.columns()
        return index, known, fresh

    def _read_index(self) -> Index | None:
        try:
            check, _, text = (self.folder / "index.json").read_bytes().partition(b"\n")
            if int(check, 16) != zlib.crc32(text):
                return None
            data = orjson.loads(text)
            if data.pop("version") != VERSION:
                return None
            index = Index(**{**data, "columns": [ColumnFile(*entry) for entry in data["columns"]]})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return index if self._fits(index) else None

    def _fits(self, index: Index) -> bool:
        """Whether the log still begins with the lines that are in the columns."""
        try:
            if index.packed is not None:
                return index.packed == _stamp(self._log)
            return self._log.stat().st_size >= index.offset and _check(self._log, index.offset) == index.check
        except OSError:
            return False

    def _read_columns(self, index: Index, keys: frozenset[str] | None) -> Columns:
        folder = self.folder / index.folder
        rows = np.fromfile(folder / "rows", ROW, index.rows)
        if len(rows) != index.rows or checksum(rows) != index.rows_sum:
            raise ValueError("the rows do not match their checksum")
        parts: dict[str, dict[str, Part]] = {}
        for column in index.columns:
            wanted = keys is None or column.key in keys
            part = column.read(folder) if wanted else Part(np.zeros(0, np.uint32), np.zeros(0))
            parts.setdefault(column.key, {})[column.letter] = part
        return Columns(rows, parts)

    def _save(self, index: Index | None, fresh: Columns, offset: int, *, complete: bool) -> None:
        """Append new rows to the columns, unless another process is doing so."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "lock")
        if not lock.acquire(patience=0.0):
            return
        try:
            current = self._read_index()
            if (current.offset if current else 0) != (index.offset if index else 0):
                return  # another process was faster
            grown = index or self._new_generation()
            folder = self.folder / grown.folder
            with ColumnFile.opened(folder / "rows", grown.rows * ROW_BYTES) as file:
                fresh.rows.tofile(file)
            columns = {(column.key, column.letter): column for column in grown.columns}
            for key, kinds in fresh.parts.items():
                for letter, part in kinds.items():
                    column = columns.setdefault((key, letter), ColumnFile(key, letter, len(columns)))
                    column.append(folder, part)
            done = attrs.evolve(
                grown,
                offset=offset,
                rows=grown.rows + len(fresh.rows),
                sorted=grown.sorted and _follows(grown.last_step, fresh.rows["step"]),
                last_step=int(fresh.rows["step"][-1]) if len(fresh.rows) else grown.last_step,
                rows_sum=(grown.rows_sum + checksum(fresh.rows)) % 2**64,
                columns=list(columns.values()),
            )
            self._commit(done, complete=complete)
        finally:
            lock.release()

    def _new_generation(self) -> Index:
        import shutil  # slow to import: it loads every kind of compression

        for old in self.folder.iterdir():
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
        index = Index(f"columns-{os.getpid()}-{os.urandom(4).hex()}")
        (self.folder / index.folder).mkdir()
        return index

    def _commit(self, index: Index, *, complete: bool) -> None:
        if self._log.exists():
            index = attrs.evolve(index, check=_check(self._log, index.offset))
        elif complete:
            index = attrs.evolve(index, packed=_stamp(self._log))
        else:
            return
        tree: dict[str, Any] = attrs.asdict(index, recurse=False)
        tree["columns"] = [attrs.astuple(column) for column in index.columns]
        with atomic_write(self.folder / "index.json", durable=False) as file:
            text = orjson.dumps({"version": VERSION, **tree})
            file.write(b"%08x\n" % zlib.crc32(text) + text)


def _follows(last: int | None, steps: Array) -> bool:
    """Whether no step is lower than the one before it."""
    if not len(steps):
        return True
    return (last is None or int(steps[0]) >= last) and not bool((np.diff(steps) < 0).any())


def _stamp(log: Path) -> list[int] | None:
    """Size and time of modification of the packed log; None if the plain one exists."""
    if log.exists():
        return None
    stat = packed_file(log).stat()
    return [stat.st_size, stat.st_mtime_ns]


def _check(log: Path, offset: int) -> int:
    """A checksum of the log's beginning and of the bytes before the offset."""
    with log.open("rb") as file:
        head = file.read(min(CHECKED, offset))
        file.seek(max(0, offset - CHECKED))
        return zlib.crc32(file.read(min(CHECKED, offset)), zlib.crc32(head))


def _concatenate(known: Columns, fresh: Columns) -> Columns:
    """Append fresh rows, whose numbers continue those of the known rows."""
    if not len(known.rows):
        return fresh
    if not len(fresh.rows):
        return known
    parts = {key: dict(kinds) for key, kinds in known.parts.items()}
    for key, kinds in fresh.parts.items():
        for letter, part in kinds.items():
            before = parts.setdefault(key, {}).get(letter)
            if before is not None:
                rows = np.concatenate([before.rows, part.rows])
                part = Part(rows, np.concatenate([before.values, part.values]))
            parts[key][letter] = part
    return Columns(np.concatenate([known.rows, fresh.rows]), parts)
