"""How a file is held in memory."""

from __future__ import annotations

from enum import Enum

__all__ = ["CacheMode"]


class CacheMode(Enum):
    """How a file is held in memory.

    MMAP maps it: all processes share its pages. NORMAL reads it whole into memory that nothing outside can
    change. NONE reads it at each access. DISABLED refuses it.
    """

    MMAP = "mmap"
    NORMAL = "normal"
    NONE = "none"
    DISABLED = "disabled"

    @property
    def cached(self) -> bool:
        """Whether the file's bytes are held between two accesses."""
        return self in (CacheMode.MMAP, CacheMode.NORMAL)
