"""Files held in memory, within a limit."""

from __future__ import annotations

import errno
import math
import operator
import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from types import TracebackType
from typing import Any, SupportsIndex

from simple_ignite.data.cache_mode import CacheMode
from simple_ignite.data.cache_plan import CachePlan
from simple_ignite.data.cached_data import CachedData
from simple_ignite.data.files.file_memory import check_advice
from simple_ignite.data.files.file_scan import scan
from simple_ignite.data.files.file_stamp import FileStamp
from simple_ignite.data.held_files import HeldFiles
from simple_ignite.data.memory import available_memory
from simple_ignite.errors import CacheError, CacheFileNotFoundError, DataArgumentError

__all__ = ["CacheManager"]

Name = str | os.PathLike[str]
SHARE = 0.8  # of the available memory, where no limit is given


class CacheManager:
    """Files held in memory, within a limit, each once for all threads and all forked processes.

    The least recently used file goes first, unless it is pinned; whoever holds its `CachedData` can go on.
    A file larger than what can be freed is read at each access, and not held.

    Pickled, as for a spawned process, it takes the limit, modes, priorities and pins along, no bytes, and
    opens files when they are asked for. Each process counts for itself: what NORMAL reads in a worker is
    held once a worker, so get such files before the workers are forked.

    Args:
        memory_limit: The most bytes held. Default: 80 % of `available_memory()`.
        advise: What to tell the system about coming accesses to mapped files: "sequential", "random" or
            "willneed". Default: nothing, which was fastest from a cold SSD: "random" made random reads 1.5
            times as slow and sequential ones 18 times.

    Raises:
        DataArgumentError: If the limit is no number of bytes, or `advise` is another word.
    """

    def __init__(self, memory_limit: int | None = None, *, advise: str | None = None) -> None:
        check_advice(advise)
        if memory_limit is None:
            self._limit = int(SHARE * available_memory())
        elif (
            isinstance(memory_limit, SupportsIndex)
            and not isinstance(memory_limit, bool)
            and memory_limit >= 0
        ):
            self._limit = operator.index(memory_limit)
        else:
            raise DataArgumentError(
                f"memory_limit must be a whole number of bytes, 0 or more, not {memory_limit!r}",
                argument="memory_limit",
            )
        self._advise = advise
        self._plan = CachePlan()
        self._start()

    def scan_files(
        self, paths: Name | Iterable[Name], priorities: Mapping[Name, float] | None = None
    ) -> dict[str, Any]:
        """Choose which files to hold: by priority, then smaller ones first, as long as they fit the limit.

        Those that fit become MMAP, the others NONE; a mode set by `set_cache_mode` stays. Files of earlier
        scans keep their place. Nothing is read.

        Args:
            paths: Files, and folders with all in them.
            priorities: Priorities of files, or of all files in a folder; the higher, the earlier. Default: 0.

        Returns:
            `files` and `bytes` found, `cached_files` and `cached_bytes` that are to be held, and the paths
            `left_out`.

        Raises:
            CacheFileNotFoundError: If a path does not exist, or one with a priority does not.
            CacheError: If a folder cannot be read.
            DataArgumentError: If a priority is no number.
        """
        order = {_existing(name): _priority(name, value) for name, value in (priorities or {}).items()}
        found = {str(path): stamp for path, stamp in scan(paths).items()}
        with self._lock:
            self._plan.prioritize(order)
            self._stamps.update(found)
            left_out = self._plan.fill(found, self._limit)
            for key in left_out:
                self._held.drop(key)
        total = sum(stamp.size for stamp in found.values())
        return {
            "files": len(found),
            "bytes": total,
            "cached_files": len(found) - len(left_out),
            "cached_bytes": total - sum(found[key].size for key in left_out),
            "left_out": [Path(key) for key in left_out],
        }

    def get(self, path: Name, *, check: bool = True) -> CachedData:
        """Return a file's bytes: the same object while the file is the same, a new one after it changed.

        Args:
            path: The file; one that was never scanned is MMAP.
            check: Whether to ask the file system if the file has changed. Without, what is open is returned.

        Raises:
            CacheFileNotFoundError: If the file does not exist.
            CacheError: If it is disabled, or cannot be opened, mapped or read, or if it is pinned and the
                pinned files have grown larger than the limit.
        """
        name = _absolute(path)
        with self._lock:
            key = self._keys.get(name)
            held = None if key is None else self._held.get(key)
            if held is not None and (not check or (held.cached and held.stamp == FileStamp.of_path(name))):
                self._hits += held.cached
                self._misses += not held.cached
                return held
            return self._open(name)

    def set_cache_mode(self, path: Name, mode: CacheMode | str) -> None:
        """Choose how a file is held from now on; what is held of it is dropped.

        NONE and DISABLED unpin it.

        Raises:
            DataArgumentError: If there is no such mode.
        """
        chosen = CacheMode.of(mode)
        key = os.path.realpath(path)
        with self._lock:
            self._held.drop(key)
            self._plan.choose(key, chosen)

    def pin(self, path: Name) -> CachedData:
        """Hold a file and never drop it for the limit; one whose mode is NONE becomes MMAP.

        Raises:
            CacheError: If the pinned files are larger than the limit, or as for `get`.
        """
        key = os.path.realpath(path)
        with self._lock:
            size = FileStamp.of_path(key).size
            self._check_pins(key, size)
            before = self._plan.pins.copy()
            self._plan.pins[key] = size
            try:
                return self.get(key)
            except BaseException:
                self._plan.pins = before
                raise

    def unpin(self, path: Name) -> None:
        """Let a file be dropped for the limit again."""
        with self._lock:
            self._plan.pins.pop(os.path.realpath(path), None)

    def invalidate(self, path: Name | None = None) -> None:
        """Drop what is held of a file, or of all; the next `get` opens it anew. Modes and pins stay."""
        with self._lock:
            if path is None:
                self._held.clear()
            else:
                self._held.drop(os.path.realpath(path))

    def check_changes(self) -> list[Path]:
        """Drop the files that have changed since they were scanned or opened, or are gone, and return them.

        A file has changed if its time of modification, size or inode differs.
        """
        with self._lock:
            changed = []
            for key, stamp in list(self._stamps.items()):
                try:
                    now = FileStamp.of_path(key)
                except CacheError:
                    del self._stamps[key]
                else:
                    if now == stamp:
                        continue
                    self._stamps[key] = now
                self._held.drop(key)
                changed.append(Path(key))
            return changed

    def stats(self) -> dict[str, int]:
        """Return numbers about the cache.

        Returns:
            `files` and `bytes` held, the `limit` in bytes, `hits` and `misses` of `get`, `evictions` (files
            dropped for the limit) and `pinned` files.
        """
        with self._lock:
            return {
                "files": len(self._held),
                "bytes": self._held.bytes,
                "limit": self._limit,
                "hits": self._hits,
                "misses": self._misses,
                "evictions": self._held.evictions,
                "pinned": len(self._plan.pins),
            }

    def cleanup(self) -> None:
        """Drop all files, and unpin all."""
        with self._lock:
            self._plan.pins.clear()
            self._held.clear()

    def __enter__(self) -> CacheManager:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cleanup()

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            return {"_limit": self._limit, "_advise": self._advise, "_plan": self._plan.copy()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start()

    def _start(self) -> None:
        """Begin with nothing held."""
        self._lock = threading.RLock()
        self._held = HeldFiles(self._limit)
        self._stamps: dict[str, FileStamp] = {}  # as last seen
        self._keys: dict[str, str] = {}  # what absolute names resolved to
        self._hits = self._misses = 0
        with _forking:
            _managers.add(self)

    def _open(self, name: str) -> CachedData:
        """Open a file anew, and hold it if it may be and there is room."""
        key = os.path.realpath(name)
        mode, pins = self._plan.mode(key), self._plan.pins
        if mode is CacheMode.DISABLED:
            raise CacheError(
                f"{key}: is disabled in this cache; allow it by set_cache_mode(path, CacheMode.MMAP)",
                path=key,
            )
        self._keys[name] = key
        stamp = FileStamp.of_path(key)
        held = self._held.get(key)
        if held is not None and held.cached:
            if held.stamp == stamp:  # known by another name
                self._hits += 1
                return held
            self._held.drop(key)
        self._misses += 1
        if mode.cached and not self._room(key, stamp.size):
            mode = CacheMode.NONE
        if held is not None and held.mode is mode and held.stamp == stamp:
            return held
        data = self._load(key, mode)
        if data.cached and data.size > stamp.size and not self._room(key, data.size):  # it grew meanwhile
            data = self._load(key, CacheMode.NONE)
        if key in pins:
            pins[key] = data.size
        self._stamps[key] = data.stamp
        self._held.add(key, data)
        return data

    def _room(self, key: str, size: int) -> bool:
        """Make room for a file; return whether there is some."""
        if key in self._plan.pins:
            self._check_pins(key, size)
        return self._held.make_room(size, self._plan.pins)

    def _check_pins(self, key: str, size: int) -> None:
        """Raise CacheError if the pinned files exceed the limit, with `key` among them."""
        total = size + sum(each for other, each in self._plan.pins.items() if other != key)
        if total > self._limit:
            raise CacheError(
                f"{key}: has {size} bytes; with it the pinned files have {total}, and the limit is "
                f"{self._limit}: unpin others, or raise memory_limit",
                path=key,
            )

    def _load(self, key: str, mode: CacheMode) -> CachedData:
        """Open a file; where too many are open, drop others until it can be."""
        while True:
            try:
                return CachedData(key, mode, advise=self._advise)
            except CacheError as error:
                if not _is_out_of_descriptors(error):
                    raise
                if not self._held.drop_oldest(self._plan.pins):
                    error.add_note(
                        "Mapped files stay open: raise the limit (ulimit -n), or use CacheMode.NORMAL."
                    )
                    raise


def _is_out_of_descriptors(error: CacheError) -> bool:
    cause = error.__cause__  # named here only: a name in a frame of the traceback would keep files alive
    return isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE)


def _existing(path: Name) -> str:
    """Return the resolved path of a file or folder that has a priority."""
    if not os.path.lexists(path):
        raise CacheFileNotFoundError(f"{path}: has a priority, and does not exist", path=Path(path))
    return os.path.realpath(path)


def _priority(path: Name, value: object) -> float:
    if isinstance(value, Real) and not math.isnan(value):
        return float(value)
    raise DataArgumentError(f"{path}: its priority must be a number, not {value!r}", argument="priorities")


def _absolute(path: Name) -> str:
    name = os.fspath(path)
    if not isinstance(name, str):
        raise TypeError(f"a path must be text, not {name!r}; use os.fsdecode")
    return name if os.path.isabs(name) else f"{os.getcwd()}{os.sep}{name}"  # noqa: PTH109, PTH117 - on the hot path


_managers: weakref.WeakSet[CacheManager] = weakref.WeakSet()
_forking = threading.Lock()
_locked: list[CacheManager] = []


def _before_fork() -> None:
    """Take all locks, so that no other thread leaves a cache half changed in the child."""
    _forking.acquire()
    for manager in list(_managers):
        manager._lock.acquire()
        _locked.append(manager)


def _after_fork_in_parent() -> None:
    try:
        while _locked:
            _locked.pop()._lock.release()
    finally:
        _forking.release()


def _after_fork_in_child() -> None:
    global _forking
    _locked.clear()
    for manager in list(_managers):
        manager._lock = threading.RLock()
    _forking = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
