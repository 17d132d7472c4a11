"""The records that are appended to a run's files, as they come, read in pieces from any position."""

from __future__ import annotations

import heapq
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from simple_track.storage.layout import RunLayout
from simple_track.storage.reader import CHUNK, read_chunks
from simple_track.storage.record import decode

Record = dict[str, Any]


@attrs.define
class FileTail:
    """A position in a file of lines, from which only whole lines are read.

    Args:
        path: The plain name of the file; it need not exist yet, and may be packed while it is read.
        offset: The position in the plain text, in bytes.
    """

    path: Path
    offset: int = 0

    def read(self, *, to_the_end: bool = False) -> Iterator[Record]:
        """Yield the records that were completed since the last call; the position follows them.

        Args:
            to_the_end: The writer has ended: also take a last line that only lacks its newline.
        """
        try:
            for chunk in read_chunks(self.path, self.offset):
                if not (to_the_end or chunk.endswith(b"\n")):
                    return
                self.offset += len(chunk)
                yield from _records(chunk)
        except FileNotFoundError:
            return

    def skip(self) -> None:
        """Go to the end of the last whole line."""
        try:
            with self.path.open("rb") as file:
                self.offset = _end_of_lines(file)
        except FileNotFoundError:
            self.offset = _packed_size(self.path)

    def last(self, count: int, fits: Callable[[Record], bool]) -> list[Record]:
        """Find the last records that fit, in order, and go to the end of the last whole line.

        Args:
            count: The maximum number of records.
            fits: Whether a record counts.
        """
        self.skip()
        found: deque[Record] = deque(maxlen=count)
        if count == 0:
            return []
        try:
            with self.path.open("rb") as file:
                for line in _lines_backwards(file, self.offset):
                    record = decode(line)
                    if record is not None and fits(record):
                        found.appendleft(record)
                        if len(found) == count:
                            break
        except FileNotFoundError:
            found.extend(filter(fits, FileTail(self.path).read(to_the_end=True)))
        return list(found)


class RunTail:
    """Positions in the logs of all writers of a run.

    Args:
        layout: The run's folder.
        positions: The positions to begin at, by the names of the files; 0 for other files.
    """

    def __init__(self, layout: RunLayout, positions: Mapping[str, int] | None = None) -> None:
        self.layout = layout
        self._known = dict(positions or {})
        self._tails: dict[Path, FileTail] = {}

    @property
    def positions(self) -> dict[str, int]:
        """The position in each file, in bytes: what `RunTail` takes to go on from here."""
        return self._known | {path.name: tail.offset for path, tail in self._tails.items()}

    def skip(self) -> None:
        """Go to the end of all files."""
        for tail in self._files():
            tail.skip()

    def last(self, count: int, fits: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        """Find the last records that fit, by time, and go to the end of all files.

        Args:
            count: The maximum number of records.
            fits: Whether a record counts.
        """
        found = [tail.last(count, fits) for tail in self._files()]
        return list(heapq.merge(*found, key=_time))[-count:] if count else []

    def read(self, *, to_the_end: bool = False) -> Iterator[Record]:
        """Yield the records that were completed since the last call, by time.

        Args:
            to_the_end: The run has ended: also take last lines that only lack their newline.
        """
        return heapq.merge(*(tail.read(to_the_end=to_the_end) for tail in self._files()), key=_time)

    def _files(self) -> list[FileTail]:
        for path in self.layout.metric_files(system=False):
            if path not in self._tails:
                self._tails[path] = FileTail(path, self._known.get(path.name, 0))
        return list(self._tails.values())


def follow_records(tail: RunTail, has_ended: Callable[[], bool], *, poll: float) -> Iterator[Record]:
    """Yield the records of all writers of a run until it has ended.

    Args:
        tail: The position to begin at.
        has_ended: Returns whether the run has ended.
        poll: Seconds between two calls of it.
    """
    while True:
        ended = has_ended()  # before the last read, so that no line written before the end is missed
        yield from tail.read(to_the_end=ended)
        if ended:
            return
        time.sleep(poll)


def _records(chunk: bytes) -> Iterator[Record]:
    return (record for line in chunk.split(b"\n") if (record := decode(line)) is not None)


def _time(record: Record) -> float:
    time = record.get("timestamp")
    return float(time) if isinstance(time, int | float) else 0.0


def _end_of_lines(file: BinaryIO) -> int:
    """The position after the last newline, found from the end."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - CHUNK)
        file.seek(start)
        place = file.read(end - start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _packed_size(path: Path) -> int:
    try:
        return sum(map(len, read_chunks(path)))
    except FileNotFoundError:
        return 0


def _lines_backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Yield the lines before a position, the last one first."""
    later: list[bytes] = []  # the pieces of a line whose beginning is not read yet, the last one first
    while end > 0:
        start = max(0, end - CHUNK)
        file.seek(start)
        first, *lines = file.read(end - start).split(b"\n")
        if lines:
            lines[-1] += b"".join(reversed(later))
            later = []
            yield from reversed(lines)
        later.append(first)
        end = start
    yield b"".join(reversed(later))
