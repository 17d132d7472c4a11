"""SignalWatch: reports signals of the operating system, such as those that announce a preemption."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from simple_ignite.errors import RunError

__all__ = ["SignalWatch", "watched"]

PREEMPTING = ("SIGTERM", "SIGUSR1")
Handler = Callable[[int, FrameType | None], Any] | int | None
_entered: list[SignalWatch] = []


def watched() -> tuple[int, ...]:
    """Return the numbers of the signals that are currently watched in this process."""
    if not _entered:
        return ()
    return tuple(dict.fromkeys(number for watch in _entered for number in watch._numbers))


class SignalWatch:
    """While entered, calls `notify` on a signal instead of ending the process.

    Attributes:
        received: The number of the signal that came last, or None.

    Args:
        notify: Called with the signal's name, in the main thread between two bytecodes.
        signals: The signals' names; those that the system does not have are ignored.

    Raises:
        RunError: When entered outside the main thread, where no signal can be caught.
    """

    def __init__(self, notify: Callable[[str], None], signals: tuple[str, ...] = PREEMPTING) -> None:
        self.received: int | None = None
        self._notify = notify
        self._numbers = [getattr(signal, name) for name in signals if hasattr(signal, name)]
        self._previous: dict[int, Handler] = {}

    @property
    def entered(self) -> bool:
        """Whether it is watching."""
        return self in _entered

    def __enter__(self) -> SignalWatch:
        if threading.current_thread() is not threading.main_thread():
            raise RunError(
                "signals can be caught only in the main thread; run the engine there", argument="graceful"
            )
        if self.entered:  # a run that failed at its end did not leave it
            return self
        for number in self._numbers:
            self._previous[number] = signal.signal(number, self._received)
        _entered.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.entered:
            _entered.remove(self)
        while self._previous:
            number, handler = self._previous.popitem()
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _received(self, number: int, frame: FrameType | None) -> None:
        child = getattr(signal, "SIGCHLD", None)
        if child is not None and child not in self._previous:
            # workers that are not sheltered may die of the same signal, which torch would raise anywhere
            self._previous[child] = signal.signal(child, signal.SIG_DFL)
        self.received = number
        self._notify(signal.Signals(number).name)
        outer = self._previous.get(number)
        if callable(outer) and isinstance(
            getattr(outer, "__self__", None), SignalWatch
        ):  # of an outer engine
            outer(number, frame)
