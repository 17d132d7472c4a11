"""BackgroundThread: runs one job at a time, and is safe against Ctrl-C at any moment."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simple_ignite.engine.interrupt import Uninterrupted

__all__ = ["BackgroundThread"]


class BackgroundThread:
    """Runs one job at a time in a thread, which is kept for the next.

    A new thread for each job would not be safe against Ctrl-C: Python removes ended threads in callbacks,
    where any exception is printed and dropped, KeyboardInterrupt too. And `Future.result` is not used to
    wait, because a KeyboardInterrupt in it can leave its lock acquired, so that the thread never ends.

    Attributes:
        submitted: How many jobs have been submitted.
    """

    def __init__(self) -> None:
        self.submitted = 0
        self._executor: ThreadPoolExecutor | None = None
        self._process = 0
        self._busy = False
        self._running = threading.Lock()
        self._error: BaseException | None = None

    def submit(self, job: Callable[[], object]) -> None:
        """Begin a job; the one before must have been waited for."""
        with Uninterrupted():  # either the job is submitted or it is not
            if self._executor is None or self._process != os.getpid():  # a forked process has no thread
                self._executor = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
                self._process = os.getpid()
            running = self._running = threading.Lock()
            running.acquire()
            self._busy = True
            try:
                self._executor.submit(self._run, job, running)
            except BaseException:
                self._busy = False
                raise
            self.submitted += 1

    def wait(self) -> None:
        """Wait until the job is done; raise what it raised, once."""
        if self._process != os.getpid():  # forked in the middle of a job, which the parent completes
            return
        while self._busy:  # checked again each time: Ctrl-C may come anywhere in here
            with self._running:
                pass
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self, job: Callable[[], object], running: threading.Lock) -> None:
        try:
            job()
        except BaseException as error:
            self._error = error
        finally:
            self._busy = False
            running.release()
