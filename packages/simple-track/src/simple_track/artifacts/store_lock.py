"""A lock between processes: those that add objects share it, and one that removes objects holds it alone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from simple_track.storage.lock import claimed

PATIENCE = 120.0
"""Seconds to wait for another process where files cannot be locked."""


@contextlib.contextmanager
def store_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock for the length of the block; waits until it is free.

    The kernel releases it when the process dies. Where the file system cannot lock files, those that ask for
    the lock alone exclude each other by a file that only one process can create, and a shared lock is none:
    `gc` then relies on the age of what it removes.

    Args:
        path: The lock file; it is created, and stays empty.
        shared: Allow others that also ask for a shared lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _opened(path) as handle:
        if _locked(handle, shared=shared) or shared:
            yield
            return
        with claimed(path, time.monotonic() + PATIENCE):
            yield


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except PermissionError:  # another user's
        return path.open("rb")


def _locked(handle: IO[bytes], *, shared: bool) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: exclusive only, which is stricter
        import msvcrt

        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    except OSError:  # which error says so differs: ENOTSUP, ENOSYS, ENOLCK, EINVAL, EPERM, …
        return False
    return True
