"""Rewind: has a tracker leave out what was logged after the checkpoint that a run continues from."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events

__all__ = ["Rewind"]

# By engine, the trackers that are rewound to its iteration: once each, however many handlers log to them.
_trackers: weakref.WeakKeyDictionary[Engine, list[object]] = weakref.WeakKeyDictionary()


class Rewind:
    """Calls the method `rewind` of a tracker once, when a run continues from a loaded state.

    So it does where `load_latest` found no state and the tracker says, by its attribute `resumed`, that it
    continues an earlier run: a job that was killed before its first checkpoint logs the same steps again.

    Args:
        tracker: The tracker; without a method `rewind` nothing happens.
        steps: Where its steps come from: another engine, for its iteration; a function; None for the
            iteration of the engine that this is attached to.

    Attributes:
        pending: Whether the next step that is logged is the one to rewind to.
    """

    def __init__(self, tracker: object, steps: Callable[..., int] | Engine | None) -> None:
        self._rewind: Callable[[int], Any] | None = getattr(tracker, "rewind", None)
        self._tracker = tracker
        self._counter = weakref.ref(steps) if isinstance(steps, Engine) else None
        self._by_function = steps is not None and self._counter is None
        self.pending = False

    def attach(self, engine: Engine) -> None:
        """Rewind when `engine`, or the one whose iteration is the step, continues from a loaded state."""
        if not callable(self._rewind):
            return
        if self._by_function:
            engine.on(Events.STARTED, self._await_step)
            return
        counter = engine if self._counter is None else self._counter()
        if counter is None:
            return
        trackers = _trackers.setdefault(counter, [])
        if not any(tracker is self._tracker for tracker in trackers):
            trackers.append(self._tracker)
            counter.on(Events.STARTED, self._rewind_to_iteration)

    def to(self, step: int) -> None:
        """Rewind the tracker, so that `step` is the next one that counts."""
        self.pending = False
        if self._rewind is not None and not self._is_rewound_by_iteration():
            self._rewind(step)

    def _await_step(self, engine: Engine) -> None:
        self.pending = self._continues(engine)

    def _rewind_to_iteration(self, engine: Engine) -> None:
        if self._continues(engine) and self._rewind is not None:
            self._rewind(engine.state.iteration + 1)

    def _continues(self, engine: Engine) -> bool:
        return engine.loaded or (engine.sought and bool(getattr(self._tracker, "resumed", False)))

    def _is_rewound_by_iteration(self) -> bool:
        """Whether a handler that counts iterations does it, whose steps are of another unit."""
        return any(tracker is self._tracker for trackers in _trackers.values() for tracker in trackers)
