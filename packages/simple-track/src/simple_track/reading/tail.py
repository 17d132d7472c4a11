"""The records that are appended to a run's files, as they come."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from simple_track.storage.layout import RunLayout
from simple_track.storage.reader import read_records
from simple_track.storage.record import decode


@attrs.define
class FileTail:
    """A position in a file of lines, from which only whole lines are read.

    Args:
        path: The file; it need not exist yet.
        offset: The position, in bytes.
    """

    path: Path
    offset: int = 0

    def read(self, *, to_the_end: bool = False) -> list[dict[str, Any]]:
        """Read the records that were completed since the last call.

        Args:
            to_the_end: The writer has ended: also take a last line that only lacks its newline.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read()
        except FileNotFoundError:
            return []
        end = len(data) if to_the_end else data.rfind(b"\n") + 1
        self.offset += end
        return [record for line in data[:end].splitlines() if (record := decode(line)) is not None]

    def skip(self) -> None:
        """Go to the end of the last whole line."""
        while self.read():
            pass


def follow_records(
    layout: RunLayout, has_ended: Callable[[], bool], *, poll: float, start: bool
) -> Iterator[dict[str, Any]]:
    """Yield the records of all writers of a run until it has ended.

    Args:
        layout: The run's folder.
        has_ended: Returns whether the run has ended.
        poll: Seconds between two calls of it.
        start: Begin with the first record, or only with those to come.
    """
    tails: dict[Path, FileTail] = {}
    first = True
    while True:
        ended = has_ended()  # before the last read, so that no line written before the end is missed
        batches: list[list[dict[str, Any]]] = []
        for path in layout.metric_files(system=False):
            if path not in tails:
                tails[path] = FileTail(path)
                if first and not start:
                    tails[path].skip()
                if first and start and not path.exists():  # packed
                    batches.append(list(read_records(path)))
            batches.append(tails[path].read(to_the_end=ended))
        yield from heapq.merge(*batches, key=lambda record: float(record.get("timestamp") or 0))
        first = False
        if ended:
            return
        time.sleep(poll)
