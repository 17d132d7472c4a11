"""How a file is held in memory."""

from __future__ import annotations

from enum import Enum

from simple_ignite.errors import DataArgumentError

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

    @classmethod
    def of(cls, mode: CacheMode | str) -> CacheMode:
        """Return the mode of that name.

        Raises:
            DataArgumentError: If there is none.
        """
        try:
            return cls(mode)
        except ValueError:
            words = ", ".join(repr(each.value) for each in cls)
            raise DataArgumentError(f"mode must be one of {words}, not {mode!r}", argument="mode") from None

    @property
    def cached(self) -> bool:
        """Whether the file's bytes are held between two accesses."""
        return self in (CacheMode.MMAP, CacheMode.NORMAL)
