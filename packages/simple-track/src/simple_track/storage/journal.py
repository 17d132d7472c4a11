"""An append-only file of lines, written so that a killed process loses nothing.

Every line goes to the kernel by one `write` before the call returns: the kernel keeps it when the process
dies. A line that the disk refuses is kept in memory and written when there is room.
"""

from __future__ import annotations

import errno
import os
import threading
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path

from simple_track.errors import StorageError, TrackWarning
from simple_track.storage.atomic_write import sync_descriptor, sync_folder

BACKLOG_BYTES = 64 * 1024 * 1024
"""Maximum size of the lines in memory that the disk has refused, unless it is one line; further lines are
dropped and counted."""
SYNC_HINT = (
    "its last lines may be lost if the power fails; check the disk, or keep the store on another file system "
    "(Track.set_dir)"
)
OPEN_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Journal:
    """An open file of lines.

    `fd` and `lock` are public for the one caller that cannot afford a method call: write a whole line to
    `fd` under `lock`, set `dirty`, and hand the line to `rescue` when that fails or writes less. While `fd`
    is -1, every line goes that way.

    Args:
        path: The file; created together with its folder if it does not exist.
        strict: Raise when the disk refuses, instead of warning.
        sync_each: Wait for the disk at every line, so that power loss loses nothing.
        on_sync_failure: Called with the path and the error when a sync fails; once, until one succeeds. If
            given, a file system that cannot sync fails when every line should be.
    """

    __slots__ = (
        "_backlog",
        "_backlog_bytes",
        "_closed",
        "_failing",
        "_is_new",
        "_sealed",
        "_torn",
        "_unsynced",
        "dirty",
        "dropped",
        "fd",
        "lock",
        "on_sync_failure",
        "path",
        "strict",
        "sync_each",
    )

    def __init__(
        self,
        path: Path,
        *,
        strict: bool = False,
        sync_each: bool = False,
        on_sync_failure: Callable[[Path, OSError], object] | None = None,
    ) -> None:
        self.path = path
        self.strict = strict
        self.sync_each = sync_each
        self.lock = threading.RLock()
        self.fd = -1
        self.dirty = False
        self.dropped = 0
        self._backlog: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._closed = False
        self._is_new = False
        self._torn = False
        self._sealed = -1
        self._failing = False
        self._unsynced = False
        self.on_sync_failure = on_sync_failure

    def open(self) -> None:
        """Open the file for appending, and end a line that an earlier writer left unfinished.

        Raises:
            OSError: The file cannot be opened.
        """
        with self.lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fd = self._open_file()
            try:
                self._torn = not _ends_with_newline(self.path)
                if self._torn:
                    os.write(fd, b"\n")
                    self._torn = False
            except BaseException:
                os.close(fd)
                raise
            os.lseek(fd, 0, os.SEEK_END)
            self.fd = fd

    def _open_file(self) -> int:
        self._is_new = not self.path.exists()
        return os.open(self.path, OPEN_FLAGS, 0o644)

    def position(self) -> int:
        """The size of the file, in bytes, after the last line that was written here."""
        with self.lock:
            if self.fd >= 0:
                return os.lseek(self.fd, 0, os.SEEK_CUR)
            return self.path.stat().st_size if self.path.exists() else 0

    def append(self, line: bytes) -> None:
        """Write one whole line.

        Args:
            line: The bytes, ending in a newline.

        Raises:
            StorageError: The disk refuses, and the journal is strict; raised once, until the disk takes
                lines again.
        """
        with self.lock:
            try:
                written = os.write(self.fd, line)
            except OSError:
                written = 0
            self.dirty = True
            if written != len(line):
                self.rescue(line, written)
            if self.sync_each:
                self.sync()

    def rescue(self, line: bytes, written: int) -> None:
        """Keep a line that was not written whole, and try again with all lines kept, oldest first.

        Args:
            line: The line.
            written: The number of its bytes that are in the file.
        """
        with self.lock:
            self._torn = self._torn or written > 0
            was_failing = self._failing
            if written < len(line) - 1:  # else only the newline is missing, and that is written next
                self._keep(line)
            failure = self._drain()
            self._failing = failure is not None  # even if no line waits: one that lacks only its newline
            if failure is not None and not was_failing:
                self._report(failure)

    def _keep(self, line: bytes) -> None:
        if self._backlog and self._backlog_bytes + len(line) > BACKLOG_BYTES:
            self.dropped += 1
            return
        self._backlog.append(line)
        self._backlog_bytes += len(line)

    def _drain(self) -> OSError | None:
        """Write the lines in memory; as long as one is left, `fd` is -1 and every line comes to `rescue`."""
        fd, self.fd = self.fd, -1
        try:
            if fd < 0:
                if self._closed:
                    return OSError(errno.EBADF, "the journal is closed")
                fd = self._open_file()
                os.lseek(fd, 0, os.SEEK_END)
                self._torn = self._torn or not _ends_with_newline(self.path)
            if self._torn:
                os.write(fd, b"\n")
                self._torn = False
            while self._backlog:
                line = self._backlog[0]
                written = os.write(fd, line)
                self._torn = 0 < written < len(line)
                if written >= len(line) - 1:
                    self._backlog_bytes -= len(self._backlog.popleft())
                    self.dirty = True
                if written < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            if fd >= 0:
                os.close(fd)
            return error
        self.fd = fd
        return None

    def _report(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        hint = "lines are kept in memory and written as soon as the disk takes them again"
        trouble = StorageError(self.path, reason, hint, error.errno)
        if self.strict:
            raise trouble from error
        warnings.warn(TrackWarning(str(trouble)), stacklevel=5)

    def sync(self) -> None:
        """Wait until all that was written is on disk, so that it survives power loss.

        Raises:
            StorageError: The disk failed, and the journal is strict; raised once, until a sync succeeds.
        """
        failure = self._sync()
        if failure is not None and not self._unsynced:
            self._unsynced = True
            self._report_sync(failure)

    def _sync(self) -> OSError | None:
        """Sync, and return why that failed."""
        with self.lock:  # not held during the sync, so that no writer waits for it
            open_fd = max(self.fd, self._sealed)
            if open_fd < 0 or not self.dirty:
                return None
            self.dirty = False
            fd = os.dup(open_fd)
        try:
            unable = sync_descriptor(fd, data_only=True)
            if self._is_new:
                sync_folder(self.path.parent)
                self._is_new = False
        except OSError as error:
            self.dirty = True
            return error
        finally:
            os.close(fd)
        if unable is not None and self.sync_each and self.on_sync_failure is not None:
            return unable
        self._unsynced = False
        return None

    def _report_sync(self, error: OSError) -> None:
        if self.on_sync_failure is not None:
            self.on_sync_failure(self.path, error)
        reason = f"cannot be synced to disk ({error.strerror or error})"
        trouble = StorageError(self.path, reason, SYNC_HINT, error.errno)
        if self.strict and not self._closed:
            raise trouble from error
        warnings.warn(TrackWarning(str(trouble)), stacklevel=4)

    def seal(self) -> None:
        """Take no further line: `fd` is -1 from now on. Lines in memory are written by `close`."""
        with self.lock:
            if self.fd >= 0:
                self._sealed, self.fd = self.fd, -1

    def _unseal(self) -> None:
        if self._sealed >= 0:
            self.fd, self._sealed = self._sealed, -1

    def forget(self) -> None:
        """In a forked child: close the parent's file, and drop the lines that the parent will write."""
        self.lock = threading.RLock()
        self._unseal()
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1
        self._backlog.clear()
        self._backlog_bytes = 0
        self._closed = True

    def close(self, *, sync: bool = True) -> int:
        """Write the lines in memory and close the file.

        Args:
            sync: Wait until all is on disk.

        Returns:
            The number of lines that were lost because the disk never took them.
        """
        with self.lock:
            if self._closed:
                return 0
            self._unseal()
            if self._backlog:
                self._drain()
            self._closed = True
            if sync:
                self.sync()
            if self.fd >= 0:
                os.close(self.fd)
            self.fd = -1
            lost = self.dropped + len(self._backlog)
            self._backlog.clear()
            return lost


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
