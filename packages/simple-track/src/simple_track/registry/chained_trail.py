"""A trail whose every line holds the SHA-256 of the line before: removed, changed and inserted lines show.

The length and the hash of the last line are kept beside it, so that also lines cut off at the end show.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.artifacts.trail import Trail, user_name
from simple_track.storage.atomic_write import atomic_write

FIRST = "0" * 64
"""What the first line holds."""


@attrs.frozen
class Break:
    """A place where a trail does not follow.

    Args:
        line: The number of the line, from 1.
        what: What is wrong.
    """

    line: int
    what: str


@attrs.frozen
class ChainedTrail:
    """A file of events, each with the hash of the one before. Whoever appends holds the lock of its folder.

    Args:
        path: The file; the first event creates it.
    """

    path: Path

    @property
    def head(self) -> Path:
        """The file that holds the number of lines and the hash of the last one."""
        return self.path.with_name(f".{self.path.name}.head")

    def read(self) -> list[dict[str, Any]]:
        """Read all events in order; lines that cannot be read are skipped.

        Raises:
            FormatError: The file cannot be read.
        """
        return Trail(self.path).read()[0]

    def append(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events, each with the time, user and host, by one write; all of them are on disk then.

        Args:
            events: The events; without any, nothing is written.

        Raises:
            StorageError: The disk refuses them; the file is as it was.
        """
        if not events:
            return
        known = self._lines()
        previous = _hash(known[-1]) if known else FIRST
        stamp = {"time": time.time(), "user": user_name(), "host": platform.node()}
        lines: list[bytes] = []
        for event in events:
            lines.append(orjson.dumps({"prev": previous, **stamp, **event}))
            previous = _hash(lines[-1])
        Trail(self.path).append_lines(lines)
        with suppress(OSError), atomic_write(self.head) as file:  # an older one is no break
            file.write(orjson.dumps({"lines": len(known) + len(lines), "sha256": previous}))

    def breaks(self) -> Iterator[Break]:
        """Find where lines were removed, changed or inserted.

        Yields:
            The first line that does not follow, and every further one.

        Raises:
            FormatError: The file cannot be read.
        """
        lines = self._lines()
        previous = FIRST
        for number, line in enumerate(lines, 1):
            event = _parsed(line)
            if event is None:  # torn by a crash: the next writer has seen it
                if number < len(lines) and (_parsed(lines[number]) or {}).get("prev") != _hash(line):
                    yield Break(number, "it cannot be read, and no crash left it so")
            elif event.get("prev") != previous:
                what = "it does not follow the line before: lines were removed, changed or inserted"
                yield Break(number, what)
            previous = _hash(line)
        yield from self._cut_off(lines)

    def _cut_off(self, lines: list[bytes]) -> Iterator[Break]:
        try:
            body = orjson.loads(self.head.read_bytes())
            count, digest = int(body["lines"]), str(body["sha256"])
        except FileNotFoundError:
            return
        except (OSError, KeyError, TypeError, ValueError):
            yield Break(len(lines), f"{self.head.name} is damaged, so a cut at the end would not show")
            return
        if count > len(lines):
            yield Break(len(lines), f"it should be followed by {count - len(lines)} more: they were cut off")
        elif count < 1 or _hash(lines[count - 1]) != digest:
            yield Break(max(count, 1), f"it was changed: {self.head.name} has another hash of it")

    def _lines(self) -> list[bytes]:
        """All lines, also one at the end that a crash tore."""
        lines = Trail(self.path).bytes_from().split(b"\n")
        return lines if lines[-1] else lines[:-1]


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The event of a line; None for one that a crash tore."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) else {}
