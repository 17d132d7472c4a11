"""The cached metrics of runs that have ended, in one Arrow file, so that SQL parses each run once.

A run's entry is valid while the names, sizes, times and inodes of its logs are unchanged. The file begins
with a checksum of the rest; one that is missing or damaged is rebuilt from the runs. Runs with many values
are not in it: each has a cache of its columns.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import Columns, is_beyond_floats
from simple_track.reading.view import RunView
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import Layout

VERSION = 1
MOST_VALUES = 20_000
"""A run with more values is not cached here."""
FEWEST = 8
"""The file is written again for this many new runs, or for one in fifty."""
PLAIN_KINDS = frozenset("fibs")
HEAD = 64
"""The bytes before the Arrow file: a checksum."""


@attrs.frozen
class Entry:
    """The place of a run in the cache.

    Args:
        stamps: The logs: name, size, time of modification and inode of each.
        start: The first row.
        count: The number of rows.
        has_floats: Whether one of the values is a float.
    """

    stamps: list[list[Any]]
    start: int
    count: int
    has_floats: bool


@attrs.define
class MetricsCache:
    """Rows of metrics: step, timestamp, key (a number), number, whole and text.

    Args:
        table: A pyarrow Table, or None if nothing is cached.
        keys: The names of the metrics.
        entries: The runs, by project and id.
    """

    table: Any = None
    keys: list[str] = attrs.field(factory=list)
    entries: dict[str, Entry] = attrs.field(factory=dict)

    @classmethod
    def load(cls, arrow: Any, layout: Layout) -> MetricsCache:
        """Load the cache of a store; an empty one if the file is missing or damaged.

        Args:
            arrow: The module pyarrow.
            layout: The store.
        """
        try:
            data = layout.metrics_cache.read_bytes()
            if int(data[:8], 16) != zlib.crc32(memoryview(data)[HEAD:]):
                return cls()
            table = arrow.ipc.open_file(arrow.py_buffer(data).slice(HEAD)).read_all()
            facts = orjson.loads(table.schema.metadata[b"simple_track"])
            if facts["version"] != VERSION:
                return cls()
            return cls(table, facts["keys"], {key: Entry(*entry) for key, entry in facts["entries"].items()})
        except (OSError, ValueError, KeyError, TypeError, arrow.ArrowException):
            return cls()

    def entry(self, view: RunView) -> Entry | None:
        """The valid entry of a run, or None.

        Args:
            view: The run.
        """
        entry = self.entries.get(_name(view))
        if entry is None or view.metadata.state == "running" or entry.stamps != log_stamps(view.layout.dir):
            return None
        return entry

    def renew(
        self, arrow: Any, layout: Layout, views: Iterable[RunView], fresh: dict[str, tuple[Any, Columns]]
    ) -> None:
        """Write the cache again with runs that were parsed, where they are worth it.

        Args:
            arrow: The module pyarrow.
            layout: The store.
            views: All runs, in their order.
            fresh: The stamps and columns of the runs that were parsed, by id.
        """
        new = {run_id: found for run_id, found in fresh.items() if _fits(found[1])}
        if len(new) < max(FEWEST, len(self.entries) // 50):
            return
        keys: dict[str, int] = {key: number for number, key in enumerate(self.keys)}
        pieces, entries, start = [], {}, 0
        for view in views:
            if view.metadata.state == "running":
                continue
            old = self.entries.get(_name(view))
            if view.id in new:
                stamps, columns = new[view.id]
                piece = _piece(arrow, columns, keys)
                has_floats = any("f" in kinds for kinds in columns.parts.values())
            elif old is not None and view.id not in fresh:
                piece, stamps, has_floats = self.table.slice(old.start, old.count), old.stamps, old.has_floats
            else:
                continue
            entries[_name(view)] = (stamps, start, len(piece), has_floats)
            pieces.append(piece)
            start += len(piece)
        facts = orjson.dumps({"version": VERSION, "keys": list(keys), "entries": entries})
        table = arrow.concat_tables(pieces).combine_chunks().replace_schema_metadata({"simple_track": facts})
        with suppress(OSError):  # the runs can be read without a cache
            _write(arrow, layout.metrics_cache, table)


def log_stamps(folder: Path) -> list[list[Any]]:
    """The name, size, time of modification and inode of each log of a run.

    Args:
        folder: The run's folder.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as files:
        for file in files:
            if file.name.startswith(("metrics.", "history.")):
                facts = file.stat()
                found.append([file.name, facts.st_size, facts.st_mtime_ns, facts.st_ino])
    return sorted(found)


def _name(view: RunView) -> str:
    return f"{view.project}/{view.id}"


def _fits(columns: Columns) -> bool:
    """Whether 64 bits and doubles hold every value, and there are not too many."""
    if sum(len(part.rows) for kinds in columns.parts.values() for part in kinds.values()) > MOST_VALUES:
        return False
    return all(
        kinds.keys() <= PLAIN_KINDS and not is_beyond_floats(kinds) for kinds in columns.parts.values()
    )


def _piece(arrow: Any, columns: Columns, keys: dict[str, int]) -> Any:
    schema = arrow.schema(
        [
            ("step", arrow.int64()),
            ("timestamp", arrow.float64()),
            ("key", arrow.int32()),
            ("number", arrow.float64()),
            ("whole", arrow.int64()),
            ("text", arrow.string()),
        ]
    )
    parts = list(_parts(arrow, columns, keys))
    return arrow.concat_tables(
        [arrow.Table.from_arrays(part, schema=schema) for part in parts] or [schema.empty_table()]
    )


def _parts(arrow: Any, columns: Columns, keys: dict[str, int]) -> Iterator[list[Any]]:
    for key, kinds in columns.parts.items():
        number = keys.setdefault(key, len(keys))
        for letter, part in kinds.items():
            rows = columns.rows[part.rows]
            count = len(rows)
            text = letter == "s"
            yield [
                arrow.array(np.ascontiguousarray(rows["step"])),
                arrow.array(np.ascontiguousarray(rows["timestamp"])),
                arrow.array(np.full(count, number, np.int32)),
                arrow.nulls(count, arrow.float64()) if text else arrow.array(part.values.astype(np.float64)),
                arrow.array(part.values.astype(np.int64))
                if letter == "i"
                else arrow.nulls(count, arrow.int64()),
                arrow.array(part.values.tolist(), arrow.string())
                if text
                else arrow.nulls(count, arrow.string()),
            ]


def _write(arrow: Any, path: Path, table: Any) -> None:
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    body = sink.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, durable=False) as file:
        file.write(b"%08x" % zlib.crc32(body) + b" " * (HEAD - 8))
        file.write(body)
