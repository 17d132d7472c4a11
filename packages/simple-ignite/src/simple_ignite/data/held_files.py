"""Files in the order of their last use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container

from simple_ignite.data.cached_data import CachedData

__all__ = ["HeldFiles"]


class HeldFiles:
    """Opened files in the order of their last use, whose bytes never exceed a limit.

    Files that are read at each access are kept too, and count as no bytes.

    Args:
        limit: The most bytes.

    Attributes:
        limit: The most bytes.
        bytes: Bytes held.
        evictions: How many files were dropped for the limit.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.evictions = 0
        self._files: OrderedDict[str, CachedData] = OrderedDict()  # the least recently used first

    def __len__(self) -> int:
        """Return how many files' bytes are held."""
        return sum(data.cached for data in self._files.values())

    def get(self, key: str) -> CachedData | None:
        """Return a file, which is now the most recently used one, or None."""
        data = self._files.get(key)
        if data is not None:
            self._files.move_to_end(key)
        return data

    def add(self, key: str, data: CachedData) -> None:
        """Hold a file, for which there must be room; one of the same key is dropped."""
        self.drop(key)
        self._files[key] = data
        self.bytes += _held_bytes(data)

    def drop(self, key: str) -> None:
        """Drop a file, if it is there."""
        data = self._files.pop(key, None)
        if data is not None:
            self.bytes -= _held_bytes(data)

    def clear(self) -> None:
        """Drop all files."""
        self._files.clear()
        self.bytes = 0

    def make_room(self, size: int, kept: Container[str]) -> bool:
        """Drop the least recently used files until `size` bytes fit; drop none if that is not enough.

        Args:
            size: Bytes.
            kept: Keys of files that are not to be dropped.

        Returns:
            Whether there is room now.
        """
        unmovable = sum(_held_bytes(data) for key, data in self._files.items() if key in kept)
        if size > self.limit - unmovable:
            return False
        while self.bytes + size > self.limit:
            self.drop_oldest(kept)
        return True

    def drop_oldest(self, kept: Container[str]) -> bool:
        """Drop the least recently used file that is held and not in `kept`; return whether there was one."""
        for key, data in self._files.items():
            if data.cached and key not in kept:
                self.drop(key)
                self.evictions += 1
                return True
        return False


def _held_bytes(data: CachedData) -> int:
    return data.size if data.cached else 0
