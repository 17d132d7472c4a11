"""Uninterrupted: defers Ctrl-C until a critical section is left."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Uninterrupted"]

_entered: list[Uninterrupted] = []


class Uninterrupted:
    """While entered, defers Ctrl-C; on leaving, passes it to the handler of before.

    Python may raise KeyboardInterrupt after any call, also within the standard library, between acquiring a
    lock and entering the block that releases it. A thread that needs this lock then waits for ever, and so
    does the process at its exit. So threads are started and given work within this block.

    Python also drops a KeyboardInterrupt that it raises in a callback of `os.fork`, such as that of a
    DataLoader that starts its workers.

    It does nothing outside the main thread, where Python delivers no signal, and if SIGINT has no Python
    handler. A process that is forked within the block has the handler of before.

    Args:
        once: Defer only the first Ctrl-C; the second one is for a block that does not end.
    """

    def __init__(self, *, once: bool = False) -> None:
        self._once = once
        self._previous: Callable[[int, FrameType | None], Any] | None = None
        self._held: tuple[int, FrameType | None] | None = None

    def __enter__(self) -> None:
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler) and threading.current_thread() is threading.main_thread():
            self._previous = handler
            signal.signal(signal.SIGINT, self._hold)
            _entered.append(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._previous is None:
            return
        previous, self._previous = self._previous, None
        _entered.remove(self)
        signal.signal(signal.SIGINT, previous)
        if self._held is not None:
            held, self._held = self._held, None
            if kind is None or not issubclass(kind, KeyboardInterrupt):
                previous(*held)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        again, self._held = self._held is not None, (number, frame)
        if again and self._once and self._previous is not None:
            self._previous(number, frame)


def _restore() -> None:
    """Give a forked process the handler of before; a deferred Ctrl-C is for the process that forked."""
    while _entered:
        block = _entered.pop()
        previous, block._previous, block._held = block._previous, None, None
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restore)
