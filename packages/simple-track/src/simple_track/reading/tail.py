"""Tail: what is appended to a run's files, as it comes."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from simple_track.storage.layout import SYSTEM_STREAM, RunLayout
from simple_track.storage.reader import read_records
from simple_track.storage.record import decode

BLOCK = 1 << 20


@attrs.define
class FileTail:
    """Reads on where it stopped; only whole lines are taken.

    Args:
        path: The file; it need not be there yet.
        offset: Where to go on, in bytes.
    """

    path: Path
    offset: int = 0

    def read(self, *, to_the_end: bool = False) -> list[dict[str, Any]]:
        """The records that were completed since the last look.

        Args:
            to_the_end: Nobody writes any more: take a last line that only lacks its newline, too.
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
        has_ended: Says whether the run has ended.
        poll: Seconds between looks.
        start: Begin with what is already there.
    """
    tails: dict[Path, FileTail] = {}
    first = True
    while True:
        ended = has_ended()  # asked before the last look, so that nothing written before the end is missed
        batches: list[list[dict[str, Any]]] = []
        for path in layout.metric_files():
            if path.name == f"metrics.{SYSTEM_STREAM}.jsonl":
                continue
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
