"""Preemption: ends a run in order when the system takes the machine back."""

from __future__ import annotations

import weakref

from simple_ignite.engine import Engine
from simple_ignite.events import Events
from simple_ignite.preemption import SignalWatch

__all__ = ["Preemption"]


class Preemption:
    """On SIGTERM or SIGUSR1, ends the run after the current iteration, with all handlers and a last save.

    `run(..., graceful=True)` does the same for one run; this one can name other signals and remembers what
    came: `preemption = Preemption().attach(trainer)`.

    Args:
        signals: The signals' names.

    Attributes:
        received: The name of the signal that came, or None.
    """

    def __init__(self, signals: tuple[str, ...] = ("SIGTERM", "SIGUSR1")) -> None:
        self.received: str | None = None
        self._watch = SignalWatch(self._notify, signals)
        self._engine: weakref.ref[Engine] | None = None

    def attach(self, engine: Engine) -> Preemption:
        """Watch for signals while the engine runs; return this handler."""
        self._engine = weakref.ref(engine)
        engine.on(Events.STARTED, self._begin, priority=1000)
        ends = Events.COMPLETED | Events.INTERRUPTED | Events.EXCEPTION_RAISED
        engine.on(ends, self._end, priority=-2000)
        return self

    def _begin(self) -> None:
        self.received = None
        self._watch.__enter__()

    def _end(self) -> None:
        self._watch.__exit__(None, None, None)

    def _notify(self, name: str) -> None:
        self.received = name
        engine = None if self._engine is None else self._engine()
        if engine is not None:
            engine.preempt(reason=name)
