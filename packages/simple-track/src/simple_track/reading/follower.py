"""One follower for many runs: each log is read once, from its end or from any position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simple_track.reading.tail import RunTail
from simple_track.storage.layout import RunLayout


class Follower:
    """Positions in the logs of many runs."""

    def __init__(self) -> None:
        self._tails: dict[str, RunTail] = {}

    def add(self, run: RunLayout, positions: Mapping[str, int] | None = None) -> None:
        """Follow a run, unless it is followed already.

        Args:
            run: The run's folder.
            positions: Where to begin, as `positions` returned it; default at the end of what is there.
        """
        if run.run_id in self._tails:
            return
        tail = RunTail(run, positions)
        if positions is None:
            tail.skip()
        self._tails[run.run_id] = tail

    def remove(self, run_id: str) -> None:
        """Stop following a run."""
        self._tails.pop(run_id, None)

    def positions(self, run_id: str) -> dict[str, int]:
        """The position in each log of a run, in bytes."""
        return self._tails[run_id].positions

    def read(self, most: int = 10_000) -> dict[str, list[dict[str, Any]]]:
        """Read what was logged since the last call.

        Args:
            most: The maximum number of records of a run that are kept: the newest of them.

        Returns:
            The new records of each run that has some, by id.
        """
        found = {run_id: list(tail.read())[-most:] for run_id, tail in self._tails.items()}
        return {run_id: records for run_id, records in found.items() if records}

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._tails

    def __len__(self) -> int:
        return len(self._tails)
