"""Interrupt: Ctrl-C, held back while something must not be cut in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Uninterrupted"]


class Uninterrupted:
    """While entered, holds Ctrl-C back; on leaving, whoever handles it gets it.

    Python raises KeyboardInterrupt after any call, in the standard library too: there, after a lock was taken
    and before the block begins that lets it go. A thread that needs this lock then waits for ever, and the
    process with it at its end. So a thread is started and given its work within this block.

    Outside the main thread, where no signal falls, and where Python does not handle Ctrl-C, it does nothing.
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
