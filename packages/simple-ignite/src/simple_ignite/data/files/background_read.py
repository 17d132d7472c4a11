"""Work that one thread does in the background."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from simple_ignite.errors import CacheError, FileNotReadyError

__all__ = ["BackgroundRead", "ReadInBackground", "Report"]

T = TypeVar("T")
Report = Callable[[float], None]


class Closed(Exception):  # noqa: N818 - no error, only the way out of the work
    """Raised in the thread when it reports progress, once nobody wants the result any more."""


class BackgroundRead(Generic[T]):
    """Runs a function in a daemon thread, and hands over what it returned or raised.

    After a fork, the child has no such thread: it begins anew if the result was not there yet.

    Args:
        work: The function. It calls what it is given with the part that is done, from 0.0 to 1.0.
        path: The file in question, for messages.
    """

    def __init__(self, work: Callable[[Report], T], path: Path) -> None:
        self._work = work
        self._path = path
        self._closed = False
        self._begin()

    def is_ready(self) -> bool:
        """Return whether the result is there."""
        self._begin_in_child()
        return bool(self._results) and not self._closed

    def progress(self) -> float:
        """Return the part that is done, from 0.0 to 1.0."""
        self._begin_in_child()
        return self._progress

    def wait(self, timeout: float | None = None) -> T:
        """Return the result, once it is there.

        Args:
            timeout: The most seconds to wait. Default: no limit.

        Raises:
            FileNotReadyError: If it is not there by then.
            CacheError: If the work failed, or was closed.
        """
        self._begin_in_child()
        if not self._closed and not self._done.wait(timeout):
            raise FileNotReadyError(
                f"{self._path}: not ready after {timeout:g} s: {self._progress:.0%} read; wait longer",
                path=self._path,
                progress=self._progress,
            )
        if self._closed:
            raise CacheError(f"{self._path}: was closed; open it again", path=self._path)
        if self._error is None:
            return self._results[0]
        if isinstance(self._error, CacheError):
            raise self._error
        raise CacheError(f"{self._path}: cannot be read: {self._error}", path=self._path) from self._error

    def close(self) -> None:
        """End the thread, and drop the result."""
        self.abandon()
        if self._pid == os.getpid():
            self._thread.join()
        self._results.clear()

    def abandon(self) -> None:
        """Let the thread end soon."""
        self._closed = True

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._done = threading.Event()
        self._results: list[T] = []
        self._error: Exception | None = None
        self._progress = 0.0
        self._thread = threading.Thread(target=self._run, name=f"read {self._path.name}", daemon=True)
        self._thread.start()

    def _begin_in_child(self) -> None:
        if self._pid != os.getpid() and not self._done.is_set() and not self._closed:
            self._begin()

    def _run(self) -> None:
        try:
            self._results.append(self._work(self._report))
            self._progress = 1.0
        except Closed:
            pass
        except Exception as error:
            self._error = error
        finally:
            self._done.set()

    def _report(self, progress: float) -> None:
        if self._closed:
            raise Closed
        self._progress = progress


class ReadInBackground(Generic[T]):
    """A base for what reads in the background: a `with` block closes it, and so does its last reference.

    Subclasses set `_background`.
    """

    _background: BackgroundRead[T]

    def close(self) -> None:
        """Stop reading."""
        self._background.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if "_background" in vars(self):  # not where __init__ failed
            self._background.abandon()
