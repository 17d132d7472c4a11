"""A line on the terminal that shows how far long work on files has come."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

PATIENCE = 2.0
"""Work that takes less, in seconds, shows nothing."""
PERIOD = 0.2
"""The time between two changes of the line, in seconds."""


class Progress:
    """A line on standard error while many bytes are read; use it as a context manager.

    It shows nothing in a pipe, nor about short work.

    Args:
        what: What is being worked on.
        total: The number of bytes.
        out: The terminal; default standard error.
    """

    def __init__(self, what: str, total: int, out: TextIO | None = None) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self._out = out if out is not None else sys.stderr
        self._start = time.monotonic()
        self._due = self._start + PATIENCE if _is_terminal(self._out) else float("inf")
        self._shown = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Erase the line."""
        if self._shown:
            self._out.write("\r" + " " * self._shown + "\r")
            self._out.flush()

    def advance(self, size: int) -> None:
        """Count bytes that are done; called by any thread."""
        with self._lock:
            self.done += size
            now = time.monotonic()
            if now < self._due:
                return
            self._due = now + PERIOD
            line = self.line(now - self._start)
            self._out.write("\r" + line.ljust(self._shown))
            self._out.flush()
            self._shown = max(self._shown, len(line))

    def line(self, seconds: float) -> str:
        """The text after some seconds of work, in at most 79 columns."""
        speed = self.done / max(seconds, 1e-9)
        left = max(0, self.total - self.done) / speed if speed else 0.0
        share = min(1.0, self.done / self.total) if self.total else 1.0
        bar = ("#" * round(20 * share)).ljust(20, ".")
        facts = f"{_amount(self.done)} of {_amount(self.total)}, {_amount(speed)}/s, {_span(left)} left"
        return f"{self.what[: 79 - len(bar) - len(facts) - 4]} [{bar}] {facts}"


def _is_terminal(out: TextIO | None) -> bool:
    try:
        return out is not None and out.isatty()
    except ValueError:  # closed
        return False


def _amount(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
