"""The feed: batches from whatever data there are, over epochs, from any position."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from itertools import islice, repeat
from typing import Any

from simple_ignite.engine.rng import Randomness
from simple_ignite.engine.workers import iterate_sheltered
from simple_ignite.protocols import Stateful

__all__ = ["Feed", "can_be_iterated", "iter_is_itself"]

ORDERED = (list, tuple, range)


class Feed:
    """The batches of a run.

    Args:
        data: Anything that can be iterated; None gives None for ever.

    Attributes:
        data: The data.
        length: How many batches they hold, or None if they cannot say.
        origin: How many iterations had been done when the present iterator was made.
        failed: Whether the data raised, and are an iterator, which is then at its end.
        loaded: Whether the data were told where to go on; at their very end, they may be empty once.
    """

    def __init__(self, data: Any) -> None:
        self.data = data
        self.length = _length(data)
        self.origin = 0
        self.loaded = False
        self.failed = False
        self._iterator: Iterator[Any] | None = None
        self._start: Randomness | None = None
        self._told: tuple[Any, int] | None = (
            None  # the loader's state it went on from, and how many batches that was
        )

    def batches(self, done: int) -> Iterator[Any]:
        """Return the present iterator, or make one after `done` iterations."""
        if self._iterator is None:
            self._start = None if type(self.data) in ORDERED else Randomness(self.data)
            self._told = None
            self._iterator = self._iterate()
            self.origin = done
        return self._iterator

    def drop(self) -> None:
        """Let the present iterator go, so that the next batch is the first again."""
        self._iterator = None

    def state_dict(self, done: int, begun: int) -> dict[str, Any]:
        """Return where the feed stands.

        Args:
            done: How many iterations have been done.
            begun: How many have begun: one more where the loader has given a batch that is not yet used.
        """
        if self._iterator is None:
            return {}
        state: dict[str, Any] = {"fetched": done - self.origin}
        if isinstance(self.data, Stateful):
            if begun == done:
                state["loader"] = {"state": self.data.state_dict(), "skip": 0}
            elif self._told is not None:  # the loader is ahead: go there from where it was told to go on
                told, fetched = self._told
                state["loader"] = {"state": told, "skip": done - self.origin - fetched}
        if self._start is not None:
            state["start"] = self._start.state_dict()
        return state

    def resume(self, state: dict[str, Any], done: int) -> None:
        """Go where `state_dict` was taken, by the loader's own state or by drawing the batches again."""
        if not state:  # no batch had been asked for
            return
        fetched = max(state["fetched"], 0)
        skip = fetched
        start = Randomness.from_state_dict(state["start"]) if "start" in state else None
        if start is not None:
            start.restore(self.data)
        if "loader" in state and isinstance(self.data, Stateful):
            told, skip = state["loader"]["state"], state["loader"]["skip"]
            self.data.load_state_dict(told)
            self._told = (told, fetched - skip)
            self.loaded = True
        self._iterator = self._iterate()
        for _ in islice(self._iterator, skip):
            pass
        self._start = start
        self.origin = done - fetched

    def _iterate(self) -> Iterator[Any]:
        return repeat(None) if self.data is None else iterate_sheltered(self.data)


def can_be_iterated(data: Any) -> bool:
    """Return whether data are something to iterate over, or None."""
    return data is None or hasattr(type(data), "__iter__") or hasattr(type(data), "__getitem__")


def iter_is_itself(data: Any) -> bool:
    """Return whether data are an iterator, which can be gone through only once."""
    return isinstance(data, Iterator)


def _length(data: Any) -> int | None:
    if not isinstance(data, Sized):
        return None
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # a DataLoader over unsized data has __len__, which raises
        return None
