"""A lock on a file: held by one process, and released by the kernel when that process dies.

The locks of another host cannot be seen. There the lock file's time of modification, the heartbeat, decides;
and so it does for every process where the file system cannot lock files (NFS without lockd, Lustre, FUSE).
"""

from __future__ import annotations

import os
import platform
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs
import orjson

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

HEARTBEAT_SECONDS = 10.0
"""The period of a writer's heartbeat."""
STALE_SECONDS = 60.0
"""A writer on another host whose last heartbeat is older has crashed."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@attrs.frozen
class Holder:
    """The process that took a lock last.

    Args:
        pid: The process id.
        host: The name of its host.
        boot: The id of the running kernel: the same in all containers of one machine, and new after a
            restart.
    """

    pid: int
    host: str
    boot: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def this_process() -> Holder:
    """This process, as the holder of a lock."""
    return Holder(os.getpid(), platform.node() or "unknown", _boot())


def _boot() -> str:
    try:
        return BOOT_ID.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return platform.node()


_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


class FileLock:
    """An exclusive lock, such as that of a run.

    Args:
        path: The lock file; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        self._pid = 0
        _locks.add(self)

    def acquire(self, patience: float = 0.5) -> bool:
        """Take the lock and write its holder into the file.

        Args:
            patience: Seconds to go on trying: `is_alive` of a reader holds the lock for some microseconds.

        Returns:
            Whether the lock was taken.
        """
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            taken = self._take(fd, time.monotonic() + patience)
        except BaseException:
            os.close(fd)
            raise
        if not taken:
            os.close(fd)
            return False
        self._fd = fd
        self._pid = os.getpid()
        return True

    def _take(self, fd: int, end: float) -> bool:
        while not (taken := _take(fd, exclusive=True)):
            if taken is None:
                return self._take_by_heartbeat(fd, end)
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        if _is_held_elsewhere(fd, time.time()):
            return False
        _write_holder(fd)
        return True

    def _take_by_heartbeat(self, fd: int, end: float) -> bool:
        """Where files cannot be locked: one process at a time looks whether the heartbeat has stopped."""
        with claimed(self.path, end) as alone:
            if not alone or _has_heartbeat(fd, time.time()):
                return False
            _write_holder(fd)
            return True

    def heartbeat(self) -> None:
        """Set the file's time of modification, which shows other hosts that the holder lives."""
        if self._fd < 0:
            return
        try:
            os.utime(self._fd if os.utime in os.supports_fd else self.path)
        except OSError:  # a file system that sets times only when it writes
            _write_holder(self._fd)

    def release(self) -> None:
        """Release the lock, also for other hosts. In a forked child the parent's lock stays as it is."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with suppress(OSError):
                if self._pid == os.getpid():
                    os.ftruncate(fd, 0)
            os.close(fd)


def is_alive(path: Path, now: float | None = None) -> bool:
    """Whether the holder of a lock lives.

    Args:
        path: The lock file.
        now: The time to compare the heartbeat with, in seconds since 1970; default now.
    """
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        taken = _take(fd, exclusive=False)
        moment = time.time() if now is None else now
        if taken is None:
            return _has_heartbeat(fd, moment)
        return not taken or _is_held_elsewhere(fd, moment)
    finally:
        os.close(fd)


@contextmanager
def claimed(path: Path, end: float) -> Iterator[bool]:
    """Exclude other processes by a file that only one can create, where the file system cannot lock.

    A claim that a killed process left expires after a minute.

    Args:
        path: The file that would be locked.
        end: The `time.monotonic()` until which to go on trying.

    Yields:
        Whether no other process has the claim.
    """
    claim = path.with_name(f".{path.name}.claim")
    while not (mine := _created(claim)) and time.monotonic() <= end:
        with suppress(OSError):
            if time.time() - claim.stat().st_mtime > STALE_SECONDS:
                claim.unlink()
                continue
        time.sleep(0.01)
    try:
        yield mine
    finally:
        if mine:
            claim.unlink(missing_ok=True)


def _created(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError:
        return False
    return True


def _write_holder(fd: int) -> None:
    os.ftruncate(fd, 0)
    os.pwrite(fd, orjson.dumps(attrs.asdict(this_process()), option=orjson.OPT_APPEND_NEWLINE), 0)


def _has_heartbeat(fd: int, now: float) -> bool:
    """Whether a process holds the lock, judged by its heartbeat alone."""
    return _read_holder(fd) is not None and now - os.fstat(fd).st_mtime < STALE_SECONDS


def _is_held_elsewhere(fd: int, now: float) -> bool:
    """Whether a process of another host holds the lock, judged by its heartbeat."""
    holder = _read_holder(fd)
    return holder is not None and holder.boot != _boot() and _has_heartbeat(fd, now)


def last_heartbeat(path: Path) -> float | None:
    """The time of the last heartbeat, in seconds since 1970; None without a lock file."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def holder_of(path: Path) -> Holder | None:
    """The process that took a lock last, or None if that is unknown."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return None
    try:
        return _read_holder(fd)
    finally:
        os.close(fd)


def _read_holder(fd: int) -> Holder | None:
    try:
        data = orjson.loads(os.pread(fd, 4096, 0))
        return Holder(int(data["pid"]), str(data["host"]), str(data["boot"]))
    except (OSError, KeyError, TypeError, ValueError, OverflowError):  # also of a folder in its place
        return None


def _take(fd: int, *, exclusive: bool) -> bool | None:
    """Take the lock if it is free; it is released with the last descriptor of this opening.

    Returns:
        Whether it was taken; None where the file system cannot lock files.
    """
    if fcntl is None:
        return _take_on_windows(fd)
    try:
        fcntl.flock(fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # which error says so differs: ENOTSUP, ENOSYS, ENOLCK, EINVAL, EPERM, …
        return None
    return True


def _take_on_windows(fd: int) -> bool:
    import msvcrt  # Windows has it

    os.lseek(fd, 1 << 30, os.SEEK_SET)  # far behind the text, so that others can read that
    try:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _release_in_child() -> None:
    """Close a forked child's copies of its parent's locks, which would outlive a killed parent."""
    for lock in list(_locks):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_in_child)
