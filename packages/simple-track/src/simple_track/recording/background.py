"""The one background thread of a run, which runs periodic tasks."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable

import attrs

from simple_track.errors import TrackWarning

FIRST_SECONDS = 15.0
"""Maximum time that `stop` waits for the first task."""
TASK_SECONDS = 5.0
"""Maximum time that `stop` waits for a periodic task, and `join` for the last task."""


@attrs.define
class PeriodicTask:
    """A function that is called once in each period.

    Args:
        name: The subject of the warning if it fails.
        seconds: The period; ignored for the first and last task of a thread.
        call: The function.
    """

    name: str
    seconds: float
    call: Callable[[], object]
    due: float = 0.0
    failed: bool = False


class BackgroundThread:
    """A thread that sleeps until the next task is due. A task that fails warns once and is called again.

    Args:
        tasks: The periodic tasks; each is called for the first time after one period.
        first: A task that is called once before all others. `stop` waits for it.
        last: A task that is called once after all others, while the caller of `stop` continues.
    """

    def __init__(
        self, tasks: list[PeriodicTask], first: PeriodicTask | None = None, last: PeriodicTask | None = None
    ) -> None:
        self._tasks = tasks
        self._first = first
        self._last = last
        self._stop = threading.Event()
        self._first_done = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simple-track", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        now = time.monotonic()
        for task in self._tasks:
            task.due = now + task.seconds
        self._thread.start()

    def stop(self) -> None:
        """Stop the periodic tasks, and wait for the first task and for the one that is running."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._first_done.wait(FIRST_SECONDS)
            self._stopped.wait(TASK_SECONDS)

    def join(self) -> None:
        """After `stop`: wait for the last task."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(TASK_SECONDS)

    def _run(self) -> None:
        if self._first is not None:
            self._call(self._first)
        self._first_done.set()
        self._run_periodic_tasks()
        self._stopped.set()
        if self._last is not None:
            self._call(self._last)

    def _run_periodic_tasks(self) -> None:
        while not self._stop.wait(max(0.0, min(task.due for task in self._tasks) - time.monotonic())):
            now = time.monotonic()
            for task in self._tasks:
                if task.due <= now:
                    task.due = now + task.seconds
                    self._call(task)

    def _call(self, task: PeriodicTask) -> None:
        try:
            task.call()
        except Exception as error:
            if not task.failed:
                task.failed = True
                warnings.warn(TrackWarning(f"{task.name} failed: {error!r}"), stacklevel=2)
