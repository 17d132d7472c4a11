"""Which files are to be held, and how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simple_ignite.data.cache_mode import CacheMode
from simple_ignite.data.files.file_stamp import FileStamp

__all__ = ["CachePlan"]


class CachePlan:
    """The mode of each file, and which are pinned. Files are known by their resolved paths.

    Attributes:
        pins: The pinned files, with their sizes in bytes.
    """

    def __init__(self) -> None:
        self.pins: dict[str, int] = {}
        self._modes: dict[str, CacheMode] = {}
        self._sizes: dict[str, int] = {}  # of the files that were scanned
        self._chosen: set[str] = set()  # whose mode was set by hand
        self._priorities: dict[str, float] = {}

    def mode(self, key: str) -> CacheMode:
        """Return how a file is to be held: MMAP, if nothing was said; a pinned one never NONE."""
        mode = self._modes.get(key, CacheMode.MMAP)
        return CacheMode.MMAP if mode is CacheMode.NONE and key in self.pins else mode

    def choose(self, key: str, mode: CacheMode) -> None:
        """Set a file's mode by hand."""
        self._chosen.add(key)
        self._modes[key] = mode
        if not mode.cached:
            self.pins.pop(key, None)

    def prioritize(self, priorities: Mapping[str, float]) -> None:
        """Set priorities of files, or of all files in a folder."""
        self._priorities.update(priorities)

    def fill(self, found: Mapping[str, FileStamp], limit: int) -> list[str]:
        """Choose the modes of scanned files, so that those to be held fit the limit.

        Pinned files and those of earlier scans keep their place. Then come files by priority, then smaller
        ones first.

        Args:
            found: The files' stamps.
            limit: The most bytes to be held.

        Returns:
            The files that are not to be held, in that order.
        """
        self._sizes.update({key: stamp.size for key, stamp in found.items()})
        sizes = {**self._sizes, **self.pins}
        room = limit - sum(n for key, n in sizes.items() if key not in found and self._counts(key))
        left_out = []
        for key in sorted(
            found, key=lambda key: (key not in self.pins, -self._priority(key), found[key].size, key)
        ):
            fits = found[key].size <= room
            if key not in self._chosen:
                self._modes[key] = CacheMode.MMAP if fits else CacheMode.NONE
            if fits and self.mode(key).cached:
                room -= found[key].size
            else:
                left_out.append(key)
        return left_out

    def copy(self) -> CachePlan:
        """Return a plan that says the same."""
        other = CachePlan()
        for name, value in vars(self).items():
            setattr(other, name, value.copy())
        return other

    def _counts(self, key: str) -> bool:
        return key in self.pins or self.mode(key).cached

    def _priority(self, key: str) -> float:
        """Return a file's priority, or that of the nearest folder that has one."""
        if not self._priorities:
            return 0.0
        path = Path(key)
        return next(
            (self._priorities[p] for each in (path, *path.parents) if (p := str(each)) in self._priorities),
            0.0,
        )
