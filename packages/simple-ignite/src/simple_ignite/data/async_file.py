"""A file that is read in the background."""

from __future__ import annotations

from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

from simple_ignite.data.cached_data import CachedData
from simple_ignite.data.files.background_read import BackgroundRead, ReadInBackground, Report
from simple_ignite.data.files.file_memory import read_into
from simple_ignite.data.files.file_stamp import open_file

__all__ = ["AsyncFile"]

CHUNK = 4 << 20  # bytes read at once


class AsyncFile(ReadInBackground[CachedData]):
    """A mapped file whose pages a daemon thread reads into memory, while the program goes on.

    ```python
    with AsyncFile("train.bin") as file:
        model = build_model()
        data = file.wait_ready()
    ```

    Args:
        path: The file.
        prefault: Whether to read the file once. Without, it is mapped, and read where it is accessed.

    Raises:
        CacheFileNotFoundError: If the file does not exist.
        CacheError: If it cannot be opened or mapped.
    """

    def __init__(self, path: str | Path, prefault: bool = True) -> None:
        self.path = Path(path)
        self.prefault = prefault
        self._background = BackgroundRead(Read(CachedData(path), prefault), self.path)

    @property
    def progress(self) -> float:
        """The part that has been read, from 0.0 to 1.0."""
        return self._background.progress()

    def is_ready(self) -> bool:
        """Return whether the file has been read."""
        return self._background.is_ready()

    def wait_ready(self, timeout: float | None = None) -> CachedData:
        """Return the file's bytes, once they have been read.

        Args:
            timeout: The most seconds to wait. Default: no limit.

        Raises:
            FileNotReadyError: If they have not been read by then; it is a TimeoutError.
            CacheError: If they cannot be read, or the file was closed.
        """
        return self._background.wait(timeout)

    def close(self) -> None:
        """Stop reading, and let the file go. Whoever holds its `CachedData` can go on."""
        self._background.close()

    def __reduce__(self) -> tuple[Callable[..., AsyncFile], tuple[Any, ...]]:
        return AsyncFile, (self.path, self.prefault)


class Read:
    """Reads a mapped file through once, and returns it.

    It uses `read`, not the mapping, on which a file that is cut off meanwhile would be a bus error.

    Args:
        data: The file.
        prefault: Whether to read at all.
    """

    def __init__(self, data: CachedData, prefault: bool) -> None:
        self.data = data
        self.prefault = prefault

    def __call__(self, report: Report) -> CachedData:
        """Read the file.

        Raises:
            FileChangedError: If it is cut off.
        """
        if self.prefault and self.data.size:
            file, stamp = open_file(self.data.path)
            with file:
                if (
                    stamp.inode == self.data.stamp.inode
                ):  # else it was replaced, and its pages are not the mapping's
                    self._read(file, report)
        return self.data

    def _read(self, file: FileIO, report: Report) -> None:
        size = self.data.size
        buffer = memoryview(bytearray(min(CHUNK, size)))
        for start in range(0, size, CHUNK):
            report(start / size)
            read_into(file, buffer[: size - start], start, self.data.path)
