"""A file's bytes in memory: mapped, or read."""

from __future__ import annotations

import ctypes
import mmap
import os
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from simple_ignite.data.files.file_stamp import FileStamp
from simple_ignite.errors import CacheError, DataArgumentError, FileChangedError

__all__ = ["check_advice", "map_file", "read_file", "read_into", "writable_view"]

Bytes = npt.NDArray[np.uint8]
ADVICE = {"sequential": "MADV_SEQUENTIAL", "random": "MADV_RANDOM", "willneed": "MADV_WILLNEED"}
PROT_READ = 1


def check_advice(advise: str | None) -> None:
    """Raise DataArgumentError if `advise` is not a key of `ADVICE`, nor None."""
    if advise is not None and advise not in ADVICE:
        words = ", ".join(map(repr, ADVICE))
        raise DataArgumentError(f"advise must be one of {words} or None, not {advise!r}", argument="advise")


def map_file(file: FileIO, size: int, path: Path, advise: str | None = None) -> mmap.mmap:
    """Map the first `size` bytes of an open file, read-only and shared with all other processes.

    Args:
        file: The open file; the mapping keeps a descriptor of its own.
        size: Bytes, at least 1.
        path: The file's name, for messages.
        advise: A key of `ADVICE`, where the system knows it; None for none.

    Raises:
        FileChangedError: If the file has fewer bytes by now.
        CacheError: If the system refuses.
    """
    try:
        mapping = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    except ValueError:
        raise FileChangedError(
            f"{path}: was cut off while it was opened; write a new file and rename it instead", path=path
        ) from None
    except OSError as error:
        raise CacheError(
            f"{path}: cannot be mapped: {error.strerror or error}; use CacheMode.NORMAL to read it instead",
            path=path,
        ) from error
    option = getattr(mmap, ADVICE[advise], None) if advise else None
    if option is not None:
        mapping.madvise(option)
    return mapping


def read_file(file: FileIO, stamp: FileStamp, path: Path) -> mmap.mmap:
    """Read an open file whole into memory of its own, in which nothing can be changed afterwards.

    Args:
        file: The open file.
        stamp: Its stamp; at least 1 byte.
        path: The file's name, for messages.

    Raises:
        FileChangedError: If the file changes meanwhile.
        CacheError: If there is not enough memory, or the file cannot be read.
    """
    flags = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    try:
        memory = mmap.mmap(-1, stamp.size, **flags)
    except OSError as error:
        raise CacheError(
            f"{path}: there is no memory for its {stamp.size} bytes; use CacheMode.MMAP instead", path=path
        ) from error
    read_into(file, memoryview(memory), 0, path)
    if FileStamp.of(os.fstat(file.fileno())) != stamp:
        raise FileChangedError(f"{path}: was written to while it was read; read it again", path=path)
    _protect(memory)
    return memory


def read_into(file: FileIO, target: memoryview, offset: int, path: Path) -> None:
    """Fill `target` with the bytes of an open file that begin at `offset`.

    Raises:
        FileChangedError: If the file ends before.
        CacheError: If it cannot be read.
    """
    done = 0
    file.seek(offset)
    while done < len(target):
        try:
            count = file.readinto(target[done:])
        except OSError as error:
            raise CacheError(f"{path}: cannot be read: {error.strerror or error}", path=path) from error
        if not count:
            raise FileChangedError(
                f"{path}: ends at byte {offset + done}, and {offset + len(target)} bytes were expected: "
                "it was cut off; write a new file and rename it instead",
                path=path,
            )
        done += count


def writable_view(source: Bytes) -> Bytes:
    """Return the same memory as an array that says it is writable, as torch wants it.

    A write through it ends the process (SIGSEGV) where the memory is protected.
    """
    return np.asarray(_Exposed(source))


class _Exposed:
    """Memory as NumPy's array interface describes it (https://numpy.org/doc/stable/reference/arrays.interface.html)."""

    def __init__(self, source: Bytes) -> None:
        self.source = source  # keeps the memory alive
        self.__array_interface__: dict[str, Any] = {
            "version": 3,
            "typestr": "|u1",
            "shape": source.shape,
            "data": (source.__array_interface__["data"][0], False),
        }


def _protect(memory: mmap.mmap) -> None:
    """Make memory read-only, where the system can."""
    try:
        protect = ctypes.CDLL(None).mprotect
    except (AttributeError, OSError, TypeError):  # Windows
        return
    address = np.frombuffer(memory, np.uint8).__array_interface__["data"][0]
    protect(ctypes.c_void_p(address), ctypes.c_size_t(len(memory)), PROT_READ)
