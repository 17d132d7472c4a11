"""Pulse: the one background thread of a run; it calls each of its beats in its own period."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable

import attrs

from simple_track.journal import TrackWarning


@attrs.define
class Beat:
    """Something to be done again and again.

    Args:
        name: For the warning when it fails.
        seconds: The period.
        call: What is called.
    """

    name: str
    seconds: float
    call: Callable[[], object]
    due: float = 0.0
    failed: bool = False


class Pulse:
    """A light thread that sleeps until the next beat is due. A beat that fails warns once and goes on.

    Args:
        beats: What it does; the first time after one period.
    """

    def __init__(self, beats: list[Beat]) -> None:
        self._beats = beats
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simple-track", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        now = time.monotonic()
        for beat in self._beats:
            beat.due = now + beat.seconds
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the beat that is under way."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while not self._stop.wait(max(0.0, min(b.due for b in self._beats) - time.monotonic())):
            now = time.monotonic()
            for beat in self._beats:
                if beat.due <= now:
                    beat.due = now + beat.seconds
                    self._call(beat)

    def _call(self, beat: Beat) -> None:
        try:
            beat.call()
        except Exception as error:
            if not beat.failed:
                beat.failed = True
                warnings.warn(TrackWarning(f"{beat.name} failed: {error!r}"), stacklevel=2)
