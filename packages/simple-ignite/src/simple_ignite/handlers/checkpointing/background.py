"""Writer: a thread that does one job at a time, and that no Ctrl-C makes wait for ever."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simple_ignite.engine.interrupt import Uninterrupted

__all__ = ["Writer"]


class Writer:
    """Does one job at a time in a thread, which is kept for the next.

    A thread for each job would do, but for Ctrl-C: Python forgets a thread that has ended in callbacks, and
    an exception in a callback is printed and dropped, KeyboardInterrupt too. And none of the waiting is left
    to `Future.result`, whose lock a KeyboardInterrupt can leave taken, so that the thread never ends.

    Attributes:
        given: How many jobs it has been given.
    """

    def __init__(self) -> None:
        self.given = 0
        self._executor: ThreadPoolExecutor | None = None
        self._process = 0
        self._busy = False
        self._running = threading.Lock()
        self._error: BaseException | None = None

    def give(self, job: Callable[[], None]) -> None:
        """Begin a job; the one before must have been waited for."""
        with Uninterrupted():  # it has the job, or it has not
            if self._executor is None or self._process != os.getpid():  # a fork leaves the thread behind
                self._executor = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
                self._process = os.getpid()
            running = self._running = threading.Lock()
            running.acquire()
            self._busy = True
            try:
                self._executor.submit(self._do, job, running)
            except BaseException:
                self._busy = False
                raise
            self.given += 1

    def wait(self) -> None:
        """Wait until the job is done; raise what it raised, once."""
        if self._process != os.getpid():  # a fork in the middle of a job: the parent does it
            return
        while self._busy:  # asked again each time: Ctrl-C may fall anywhere in here
            with self._running:
                pass
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _do(self, job: Callable[[], None], running: threading.Lock) -> None:
        try:
            job()
        except BaseException as error:
            self._error = error
        finally:
            self._busy = False
            running.release()
