"""BatchSource: the batches of any data, over several epochs and from any position."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sized
from itertools import islice, repeat
from typing import Any

from simple_ignite.engine.rng import RngState
from simple_ignite.engine.workers import iterate_sheltered
from simple_ignite.errors import IgniteWarning, RunError
from simple_ignite.protocols import Stateful

__all__ = ["BatchSource", "checked", "is_iterable", "is_iterator"]

DETERMINISTIC = (list, tuple, range)
"""Types whose iteration draws no random numbers."""


class BatchSource:
    """The batches of a run.

    Args:
        data: Any iterable; None yields None without end.

    Attributes:
        data: The data.
        length: How many batches the data has, or None if that is unknown.
        origin: How many iterations were done when the current iterator was made.
        failed: Whether the data is an iterator that raised an error, and so is exhausted.
        restored: Whether the loader's own state was restored; if that was at the end of the data, the loader
            may then yield nothing once.
    """

    def __init__(self, data: Any) -> None:
        self.data = data
        self.length = _length(data)
        self.origin = 0
        self.restored = False
        self.failed = False
        self._iterator: Iterator[Any] | None = None
        self._rng: RngState | None = None  # when the current iterator was made
        self._base: tuple[Any, int] | None = None  # a restored loader state, and the batches before it

    def iterator(self, done: int) -> Iterator[Any]:
        """Return the current iterator, or make one after `done` iterations."""
        if self._iterator is None:
            self._rng = None if type(self.data) in DETERMINISTIC else RngState(self.data)
            self._base = None
            try:
                self._iterator = self._iterate()
            except BaseException:
                if self._rng is not None:  # what was drawn is drawn again by the next attempt
                    self._rng.restore(self.data)
                raise
            self.origin = done
        return self._iterator

    @property
    def has_workers(self) -> bool:
        """Whether processes are fetching the batches of the current iterator."""
        return self._iterator is not None and bool(getattr(self.data, "num_workers", 0))

    def drop(self) -> None:
        """Drop the current iterator, so that the next batch is the first of the data."""
        self._iterator = None

    def state_dict(self, done: int, begun: int) -> dict[str, Any]:
        """Return the position in the data.

        Args:
            done: How many iterations are done.
            begun: How many have begun: one more if a batch has been fetched but not yet used.
        """
        if self._iterator is None:
            return {}
        state: dict[str, Any] = {"fetched": done - self.origin}
        if isinstance(self.data, Stateful):
            if begun == done:
                state["loader"] = {"state": self.data.state_dict(), "skip": 0}
            elif self._base is not None:  # the loader is one batch ahead: save the state it was restored from
                base, before = self._base
                state["loader"] = {"state": base, "skip": done - self.origin - before}
        if self._rng is not None:
            state["start"] = self._rng.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any], done: int) -> None:
        """Go to a saved position, by the loader's own state or by fetching the earlier batches again.

        Args:
            state_dict: What `state_dict` returned.
            done: How many iterations were done at that position.
        """
        if not state_dict:  # no batch had been fetched
            return
        fetched = max(state_dict["fetched"], 0)
        skip = fetched
        rng = RngState.from_state_dict(state_dict["start"]) if "start" in state_dict else None
        if rng is not None:
            rng.restore(self.data)
        if "loader" in state_dict and isinstance(self.data, Stateful):
            base, skip = state_dict["loader"]["state"], state_dict["loader"]["skip"]
            self.data.load_state_dict(base)
            self._base = (base, fetched - skip)
            self.restored = True
        self._iterator = self._iterate()
        if sum(1 for _ in islice(self._iterator, skip)) < skip and not is_iterator(self.data):
            message = f"the data has fewer than the {skip} batches that were used in this epoch before"
            warnings.warn(f"{message}; the epoch ends here", IgniteWarning, stacklevel=6)
        self._rng = rng
        self.origin = done - fetched

    def _iterate(self) -> Iterator[Any]:
        return repeat(None) if self.data is None else iterate_sheltered(self.data)


def is_iterable(data: object) -> bool:
    """Return whether data can be iterated over, or is None."""
    return data is None or hasattr(type(data), "__iter__") or hasattr(type(data), "__getitem__")


def checked(data: Any) -> Any:
    """Return data that can be iterated over, or None.

    Raises:
        RunError: If it is anything else.
    """
    if is_iterable(data):
        return data
    wanted = "the data must be something to iterate over, such as a DataLoader or a list"
    raise RunError(f"{wanted}, not {data!r:.80}", argument="data")


def is_iterator(data: object) -> bool:
    """Return whether data is an iterator, which can be used only once."""
    return isinstance(data, Iterator)


def _length(data: object) -> int | None:
    if type(data) in DETERMINISTIC:
        return len(data)  # type: ignore[arg-type]
    if not isinstance(data, Sized):
        return None
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # a DataLoader over unsized data has __len__, which raises
        return None
