"""Uninterrupted: defers Ctrl-C until a critical section is left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Uninterrupted"]


class Uninterrupted:
    """While entered, defers Ctrl-C; on leaving, passes it to the handler of before.

    Python may raise KeyboardInterrupt after any call, also within the standard library, between acquiring a
    lock and entering the block that releases it. A thread that needs this lock then waits for ever, and so
    does the process at its exit. So threads are started and given work within this block.

    It does nothing outside the main thread, where Python delivers no signal, and if SIGINT has no Python
    handler.
    """

    def __init__(self) -> None:
        self._previous: Callable[[int, FrameType | None], Any] | None = None
        self._held: tuple[int, FrameType | None] | None = None

    def __enter__(self) -> None:
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler) and threading.current_thread() is threading.main_thread():
            self._previous = handler
            signal.signal(signal.SIGINT, self._hold)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._previous is None:
            return
        previous, self._previous = self._previous, None
        signal.signal(signal.SIGINT, previous)
        if self._held is not None:
            held, self._held = self._held, None
            previous(*held)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        self._held = number, frame
