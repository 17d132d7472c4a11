"""The feed: batches from whatever data there are, over epochs, from any position."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from itertools import islice, repeat
from typing import Any

from simple_ignite.protocols import Stateful
from simple_ignite.resume import Randomness

__all__ = ["Feed"]

ORDERED = (list, tuple, range)


class Feed:
    """The batches of a run.

    Args:
        data: Anything that can be iterated; None gives None for ever.

    Attributes:
        data: The data.
        length: How many batches they hold, or None if they cannot say.
        origin: How many iterations had been done when the present iterator was made.
        loaded: Whether the data were told where to go on; at their very end, they may be empty once.
    """

    def __init__(self, data: Any) -> None:
        self.data = data
        self.length = _length(data)
        self.origin = 0
        self.loaded = False
        self._iterator: Iterator[Any] | None = None
        self._start: Randomness | None = None

    def batches(self, done: int) -> Iterator[Any]:
        """Return the present iterator, or make one after `done` iterations."""
        if self._iterator is None:
            self._start = None if type(self.data) in ORDERED else Randomness(self.data)
            self._iterator = self._iterate()
            self.origin = done
        return self._iterator

    def drop(self) -> None:
        """Let the present iterator go, so that the next batch is the first again."""
        self._iterator = None

    def state_dict(self, done: int) -> dict[str, Any]:
        """Return where the feed stands after `done` iterations."""
        if self._iterator is None:
            return {}
        state: dict[str, Any] = {"fetched": done - self.origin}
        if _remembers(self.data):
            state["loader"] = self.data.state_dict()
        if self._start is not None:
            state["start"] = self._start.state_dict()
        return state

    def resume(self, state: dict[str, Any], done: int) -> None:
        """Go where `state_dict` was taken, by the loader's own state or by drawing the batches again."""
        if not state:  # no batch had been asked for
            return
        fetched = max(state["fetched"], 0)
        start = Randomness.from_state_dict(state["start"]) if "start" in state else None
        if start is not None:
            start.restore(self.data)
        if "loader" in state and _remembers(self.data):
            self.data.load_state_dict(state["loader"])
            self._iterator = self._iterate()
            self.loaded = True
        else:
            self._iterator = self._iterate()
            for _ in islice(self._iterator, fetched):
                pass
        self._start = start
        self.origin = done - fetched

    def _iterate(self) -> Iterator[Any]:
        return repeat(None) if self.data is None else iter(self.data)


def _remembers(data: Any) -> bool:
    return isinstance(data, Stateful)


def _length(data: Any) -> int | None:
    if not isinstance(data, Sized):
        return None
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # a DataLoader over unsized data has __len__, which raises
        return None
