"""Pulse: the one background thread of a run; it calls each of its beats in its own period."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable

import attrs

from simple_track.storage.journal import TrackWarning

FIRST_SECONDS = 15.0
"""How long the end waits for what is done first."""
BEAT_SECONDS = 5.0
"""How long the end waits for a beat, and for what is done last."""


@attrs.define
class Beat:
    """Something to be done again and again.

    Args:
        name: For the warning when it fails.
        seconds: The period; of no meaning for what is done once.
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
        first: What it does once before all beats. No end comes before that is done.
        last: What it does once after all beats, while the caller of `stop` goes on.
    """

    def __init__(self, beats: list[Beat], first: Beat | None = None, last: Beat | None = None) -> None:
        self._beats = beats
        self._first = first
        self._last = last
        self._stop = threading.Event()
        self._begun = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simple-track", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        now = time.monotonic()
        for beat in self._beats:
            beat.due = now + beat.seconds
        self._thread.start()

    def stop(self) -> None:
        """End the beats, and wait for the one that is under way."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._begun.wait(FIRST_SECONDS)
            self._ended.wait(BEAT_SECONDS)

    def join(self) -> None:
        """After `stop`: wait for what is done last."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(BEAT_SECONDS)

    def _run(self) -> None:
        if self._first is not None:
            self._call(self._first)
        self._begun.set()
        self._beat()
        self._ended.set()
        if self._last is not None:
            self._call(self._last)

    def _beat(self) -> None:
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
