"""Preemption: ends a run in order when a signal announces that the machine is taken back."""

from __future__ import annotations

import weakref
from functools import partial

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.engine.signals import SignalWatch

__all__ = ["Preemption"]


class Preemption:
    """On SIGTERM or SIGUSR1, ends the run after the current iteration, with all handlers and a last save.

    `run(..., graceful="return")` does the same for one run, and `graceful=True` then ends the script; this
    handler can watch other signals, and records which was received: `ending = Preemption().attach(trainer)`.

    Args:
        signals: The signals' names.

    Attributes:
        received: The name of the signal that was received, or None.
    """

    def __init__(self, signals: tuple[str, ...] = ("SIGTERM", "SIGUSR1")) -> None:
        self.received: str | None = None
        self._signals = signals
        self._watches: weakref.WeakKeyDictionary[Engine, SignalWatch] = weakref.WeakKeyDictionary()

    def attach(self, engine: Engine) -> Preemption:
        """Watch for signals while the engine runs; return this handler.

        It can be attached to several engines, also to one that runs within another: a signal ends both.
        """
        if engine in self._watches:
            return self
        self._watches[engine] = SignalWatch(partial(self._notify, weakref.ref(engine)), self._signals)
        engine.on(Events.STARTED, self._begin, priority=1000)
        ends = Events.COMPLETED | Events.INTERRUPTED | Events.EXCEPTION_RAISED
        engine.on(ends, self._end, priority=-2000)
        return self

    def _begin(self, engine: Engine) -> None:
        if not any(watch.entered for watch in self._watches.values()):  # else it runs within another
            self.received = None
        self._watches[engine].__enter__()

    def _end(self, engine: Engine) -> None:
        self._watches[engine].__exit__(None, None, None)

    def _notify(self, attached: weakref.ref[Engine], name: str) -> None:
        self.received = name
        engine = attached()
        if engine is not None:
            engine.preempt(reason=name)
