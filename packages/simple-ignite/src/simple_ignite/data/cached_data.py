"""The bytes of one file, as memory, array or tensor."""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from simple_ignite.data.cache_mode import CacheMode
from simple_ignite.data.dtypes import DType, name_of, to_numpy, to_torch
from simple_ignite.data.files.bus_error import watch_mapping
from simple_ignite.data.files.file_memory import (
    check_advice,
    map_file,
    read_file,
    read_into,
    writable_view,
)
from simple_ignite.data.files.file_stamp import FileStamp, open_file
from simple_ignite.data.shape import Shape, as_shape
from simple_ignite.errors import CacheError, DataArgumentError, FileChangedError

__all__ = ["CachedData"]

Bytes = npt.NDArray[np.uint8]


class CachedData:
    """One file's bytes, read-only, and shared without copies where the mode allows it.

    Each access asks for the size of the open file first, so that one that was cut off is an error. So is one
    that was replaced, where the file is read at each access. A view
    taken before the cut and read after it is a bus error, which nothing can prevent for a mapped file;
    CacheMode.NORMAL is immune, and so is replacing files by renaming new ones.

    Pickled, it takes its path along, and opens the file again where it is unpickled.

    Args:
        path: The file.
        mode: MMAP, NORMAL or NONE.
        advise: What to tell the system about coming accesses to a mapping: "sequential", "random",
            "willneed", or None for nothing.

    Attributes:
        path: The file.
        mode: How it is held.
        size: Bytes.
        stamp: Time of modification, size and identity of the file when it was opened.

    Raises:
        CacheError: If the file cannot be opened, mapped or read.
        DataArgumentError: If there is no such mode or advice, or the mode is DISABLED.
    """

    __slots__ = ("__weakref__", "_advise", "_array", "_mapping", "_writable", "mode", "path", "size", "stamp")

    def __init__(
        self, path: str | Path, mode: CacheMode | str = CacheMode.MMAP, *, advise: str | None = None
    ) -> None:
        self.path = Path(path)
        self.mode = mode = CacheMode.of(mode)
        if mode is CacheMode.DISABLED:
            raise DataArgumentError("mode DISABLED refuses a file; use MMAP, NORMAL or NONE", argument="mode")
        check_advice(advise)
        self._advise = advise
        self._mapping: mmap.mmap | None = None
        self._array: Bytes | None = None if mode is CacheMode.NONE else np.empty(0, np.uint8)
        file, self.stamp = open_file(self.path)
        self.size = self.stamp.size
        with file:
            if self.size and mode is CacheMode.MMAP:
                self._mapping = map_file(file, self.size, self.path, advise)
                self._array = np.frombuffer(self._mapping, np.uint8)
                watch_mapping(self._mapping, self.path)
            elif self.size and mode is CacheMode.NORMAL:
                self._array = np.frombuffer(
                    memoryview(read_file(file, self.stamp, self.path)).toreadonly(), np.uint8
                )
        self._writable = None if self._array is None else writable_view(self._array)

    @property
    def cached(self) -> bool:
        """Whether the bytes are held between two accesses."""
        return self.mode.cached

    @property
    def data(self) -> memoryview:
        """The bytes, read-only; for CacheMode.NONE read anew at each access.

        Raises:
            FileChangedError: If the file was cut off.
        """
        return self._bytes().data.toreadonly()

    def numpy(self, dtype: DType, shape: Shape = (-1,)) -> npt.NDArray[Any]:
        """Return the bytes as a read-only array, without a copy.

        Args:
            dtype: A data type of NumPy, or one of torch that NumPy has too.
            shape: The array's shape; one dimension may be -1, which stands for what is left.

        Raises:
            FileChangedError: If the file was cut off.
            CacheError: If the file's size does not fit.
            DataArgumentError: If NumPy has no such dtype.
        """
        found = to_numpy(dtype)
        dims = self._fit(shape, found.itemsize, found)
        array = self._bytes().view()
        array.flags.writeable = False
        return array.view(found).reshape(dims) if self.size else np.empty(dims, found)

    def tensor(self, dtype: DType, shape: Shape = (-1,)) -> Tensor:
        """Return the bytes as a tensor in memory of the CPU, without a copy.

        torch has no read-only tensors: **a write in place ends the process** (SIGSEGV), since the memory is
        protected. Take `.clone()` of what is to be changed.

        Args:
            dtype: A data type of torch, or one of NumPy that torch has too.
            shape: The tensor's shape; one dimension may be -1, which stands for what is left.

        Raises:
            FileChangedError: If the file was cut off.
            CacheError: If the file's size does not fit.
            DataArgumentError: If torch has no such dtype.
        """
        found = to_torch(dtype)
        dims = self._fit(shape, found.itemsize, found)
        if not self.size:
            return torch.empty(dims, dtype=found)
        flat = self._bytes() if self._writable is None else self._checked(self._writable)
        return torch.from_numpy(flat).view(found).view(dims)

    def copy(self, start: int, count: int) -> Bytes:
        """Return a copy of up to `count` bytes, from byte `start` on.

        Raises:
            FileChangedError: If the file was cut off.
        """
        if self._array is not None:
            return self._checked(self._array)[start : start + count].copy()
        read = np.empty(max(min(count, self.size - start), 0), np.uint8)
        with self._reopened() as file:
            read_into(file, read.data, start, self.path)
        return read

    def gather(self, rows: npt.NDArray[np.int64], offset: int, out: Bytes) -> None:
        """Copy records into `out`, in one thread.

        Args:
            rows: Which records, counted from `offset`; each must lie within the file.  # (n,)
            offset: Where the first record begins, in bytes.
            out: Where to copy them to; its second dimension is the bytes of a record.  # (n, bytes)

        Raises:
            FileChangedError: If the file was cut off.
        """
        width = out.shape[1]
        if self._array is None:
            file = self._reopened()
            with file:
                for row, target in zip(rows.tolist(), out, strict=True):
                    read_into(file, target.data, offset + row * width, self.path)
            return
        records = self._checked(self._array)[offset:]
        records = records[: len(records) // width * width].reshape(-1, width)
        np.take(records, rows, axis=0, out=out, mode="clip")  # other modes copy twice

    def __reduce__(self) -> tuple[Callable[..., CachedData], tuple[Any, ...]]:
        return _reopen, (self.path, self.mode, self._advise, self.stamp)

    def __repr__(self) -> str:
        return f"CachedData({str(self.path)!r}, {self.mode}, {self.size} bytes)"

    def _checked(self, array: Bytes) -> Bytes:
        """Return `array` if the file still has all its bytes."""
        if self._mapping is not None and (now := self._mapping.size()) < self.size:
            raise self._cut(now)
        return array

    def _bytes(self) -> Bytes:
        if self._array is not None:
            return self._checked(self._array)
        return self.copy(0, self.size)

    def _reopened(self) -> Any:
        """Return the file, opened anew, if it is still the one that was opened first, with all its bytes."""
        file, stamp = open_file(self.path)
        if stamp.is_same_file(self.stamp) and stamp.size >= self.size:
            return file
        file.close()
        if stamp.is_same_file(self.stamp):
            raise self._cut(stamp.size)
        raise FileChangedError(
            f"{self.path}: was replaced after it was opened; open it again", path=self.path
        )

    def _cut(self, now: int) -> FileChangedError:
        verb = "opened" if self._mapping is None else "mapped"
        return FileChangedError(
            f"{self.path}: has {now} bytes, and had {self.size} when it was {verb}: it was cut off; "
            "write a new file and rename it instead",
            path=self.path,
        )

    def _fit(self, shape: Shape, itemsize: int, dtype: DType) -> tuple[int, ...]:
        """Return the shape with -1 replaced, if the file's size fits it."""
        dims = as_shape(shape)
        free = dims.count(-1)
        known = abs(math.prod(dims)) * itemsize  # without what -1 stands for
        if free == 0 and known == self.size and min(dims, default=0) >= 0:
            return dims
        if free == 1 and known and self.size % known == 0 and min(dims) == -1:
            return tuple(self.size // known if each == -1 else each for each in dims)
        raise self._misfit(dims, known, dtype)

    def _misfit(self, dims: tuple[int, ...], known: int, dtype: DType) -> CacheError:
        if min(dims, default=0) < -1 or dims.count(-1) > 1:
            problem = "is not possible: one dimension may be -1, the others are 0 or more"
        elif -1 not in dims:
            problem = f"needs exactly {known}"
        else:
            problem = f"needs a multiple of {known}" if known else "has no values, so -1 can be any number"
        return CacheError(
            f"{self.path}: has {self.size} bytes; shape {dims} of {name_of(dtype)} {problem}", path=self.path
        )


def _reopen(path: Path, mode: CacheMode, advise: str | None, stamp: FileStamp) -> CachedData:
    """Open a file again in another process."""
    data = CachedData(path, mode, advise=advise)
    if data.stamp != stamp:
        raise FileChangedError(
            f"{path}: has {data.size} bytes, and had {stamp.size} in the process that opened it first: "
            "it was replaced or written to; open it again there",
            path=path,
        )
    return data
