"""An index of what a run has logged that is not a number, by key and step, which grows with the log."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from simple_track.reading.tail import FileTail
from simple_track.storage.layout import RunLayout


@attrs.frozen(order=True)
class MediaEntry:
    """One logged value.

    Args:
        step: Its step.
        timestamp: When it was logged, in seconds since 1970.
        order: Its place among all entries, in the order in which they were read.
        body: What the log says of it: its kind, file, caption, ….
    """

    step: int
    timestamp: float
    order: int
    body: Mapping[str, Any] = attrs.field(order=False, hash=False)


@attrs.frozen
class MediaKey:
    """All values of one name.

    Args:
        key: The name.
        kind: The kind of the value that was logged last.
        count: The number of values.
        first: The lowest step.
        last: The highest step.
    """

    key: str
    kind: str
    count: int
    first: int
    last: int


class MediaIndex:
    """The media and tables of one run. What a rewind took back is left out.

    Args:
        layout: The run's folder.
    """

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout
        self._tails: dict[Path, FileTail] = {}
        self._entries: dict[str, list[MediaEntry]] = {}
        self._count = 0

    def refresh(self) -> list[tuple[str, int]]:
        """Take in what was logged since the last call.

        Returns:
            The key and step of each new value, in the order in which they were read.
        """
        new = []
        for path in self.layout.history_files():
            tail = self._tails.setdefault(path, FileTail(path))
            for event in tail.read():
                if (found := self._take(event)) is not None:
                    new.append(found)
        return new

    def keys(self) -> list[MediaKey]:
        """Every name with its kind and its steps, in the order in which they came."""
        return [
            MediaKey(key, _kind(max(entries, key=_order)), len(entries), entries[0].step, entries[-1].step)
            for key, entries in self._entries.items()
            if entries
        ]

    def entries(self, key: str, offset: int = 0, limit: int | None = None) -> list[MediaEntry]:
        """The values of a name, by step.

        Args:
            key: The name.
            offset: How many to leave out at the beginning.
            limit: The maximum number, or None.
        """
        found = self._entries.get(key, [])
        return found[offset : None if limit is None else offset + limit]

    def at(self, key: str, step: int) -> MediaEntry | None:
        """The newest value of a name at a step or before it, or None.

        Args:
            key: The name.
            step: The step.
        """
        found = self._entries.get(key, [])
        place = bisect_right(found, step, key=lambda entry: entry.step)
        return found[place - 1] if place else None

    def steps(self) -> list[int]:
        """The steps that have a value of any name, each once, growing."""
        return sorted({entry.step for entries in self._entries.values() for entry in entries})

    def _take(self, event: dict[str, Any]) -> tuple[str, int] | None:
        match event:
            case {"event": "rewind", "step": int(step)}:
                for entries in self._entries.values():
                    entries[:] = [entry for entry in entries if entry.step < step]
            case {"event": "media", "key": str(key), "step": int(step), "value": {"kind": str()} as body}:
                time = event.get("timestamp")
                stamp = float(time) if isinstance(time, int | float) else 0.0
                self._count += 1
                insort(self._entries.setdefault(key, []), MediaEntry(step, stamp, self._count, body))
                return key, step
        return None


def _order(entry: MediaEntry) -> int:
    return entry.order


def _kind(entry: MediaEntry) -> str:
    return str(entry.body["kind"])
