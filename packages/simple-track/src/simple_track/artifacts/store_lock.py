"""The lock that keeps those who remove away from those who add: the latter share it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock on `path` (made if it is missing) for the length of the block; waits for its turn.

    The kernel releases it when the process dies, so a crash never leaves it held.

    Args:
        path: The lock file. It stays, empty.
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
