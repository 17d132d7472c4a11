"""A lock between processes: those that add objects share it, and one that removes objects holds it alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def store_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock for the length of the block; waits until it is free.

    The kernel releases it when the process dies.

    Args:
        path: The lock file; it is created, and stays empty.
        shared: Allow others that also ask for a shared lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: exclusive only, which is stricter
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
