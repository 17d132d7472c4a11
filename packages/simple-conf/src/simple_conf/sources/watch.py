"""Watching a config file: every good change is loaded, a broken one is reported and passed over."""

from __future__ import annotations

import os
import sys
import threading

from simple_conf.errors import ConfError
from simple_conf.sources import extends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from simple_conf.config.config import Config

    Stamp = dict[str, tuple[int, int, int] | None]


class Watcher:
    """Looks after a config file until it is stopped; use it in a ``with``, or call `stop`.

    Args:
        path: The config file; the files that it extends are watched too.
        callback: Called with each new config, in the watcher's own thread.
        on_error: Called with what is wrong with a broken edit; printed to standard error by default.
        interval: Seconds between looks.

    Raises:
        ConfError: The file cannot be read at the start.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        callback: Callable[[Config], object],
        on_error: Callable[[ConfError], object] | None = None,
        interval: float = 0.5,
    ) -> None:
        self._path = os.fspath(path)
        self._callback = callback
        self._on_error = on_error or report
        self._interval = interval
        self._stopped = threading.Event()
        files: list[str] = []
        self.config: Config = extends.load(self._path, files=files)
        """The last good config."""
        self._stamp = stamp(files)
        self._thread = threading.Thread(target=self._run, name=f"watch {self._path}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns when the thread has ended."""
        self._stopped.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def look(self) -> bool:
        """Look now; return whether a new config was loaded."""
        now = stamp(list(self._stamp))
        if now == self._stamp:
            return False
        files: list[str] = []
        try:
            fresh = extends.load(self._path, files=files)
        except ConfError as failure:
            self._stamp = {**now, **stamp(files)}
            self._on_error(failure)
            return False
        self._stamp = stamp(files)
        if fresh == self.config:
            return False
        self.config = fresh
        self._callback(fresh)
        return True

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.look()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def stamp(files: list[str]) -> Stamp:
    """Return what tells a file's versions apart, for each file; None for one that is not there."""
    found: Stamp = {}
    for name in files:
        try:
            status = os.stat(name)  # noqa: PTH116 - as in the rest of this package
        except OSError:
            found[name] = None
        else:
            found[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def report(failure: ConfError) -> None:
    """Print what is wrong with an edit."""
    print(f"keeping the last good config:\n{failure}", file=sys.stderr)
