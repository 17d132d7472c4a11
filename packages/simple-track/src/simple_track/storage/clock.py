"""The clock that stamps what is written."""

from __future__ import annotations

from time import time_ns


def timestamp() -> float:
    """Seconds since 1970, to the millisecond."""
    return time_ns() // 1_000_000 / 1000
