"""Write whole files: a reader sees the old content or the new one, also after power loss."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

NO_SYNC = frozenset(
    [errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM, errno.EACCES, errno.EROFS]
)
"""Errors of a file system that cannot sync; a disk that fails to take what was written has others."""
_NO_FOLDER_SYNC = NO_SYNC | {errno.EBADF, errno.EISDIR, errno.ENOTTY}


@contextmanager
def atomic_write(path: Path, *, durable: bool = True, exclusive: bool = False) -> Iterator[BinaryIO]:
    """Write a file under a temporary name beside it, and give it its name at the end of the block.

    The content is on disk before it gets its name, and the name is on disk when the block has ended. An
    exception in the block leaves everything as it was.

    Args:
        path: The file; its folder must exist.
        durable: Wait for the disk. False for a cache: after power loss the file may be empty.
        exclusive: Never replace a file.

    Yields:
        The open temporary file; `Path(file.name)` finds it.

    Raises:
        FileExistsError: The file exists, and `exclusive` is set.
        OSError: The file cannot be written.
    """
    temporary = temporary_path(path)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            if durable:
                sync_descriptor(file.fileno())
        if exclusive:
            _name_once(temporary, path)
        else:
            os.replace(temporary, path)  # noqa: PTH105 - one call to record in tests, with os.fsync
        if durable:
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """A new hidden name in the folder of a file; `gc` removes what a killed writer leaves under it."""
    return path.with_name(f".{os.urandom(8).hex()}.part")


def create_folder(path: Path) -> None:
    """Create a folder and its missing parents, all of which are on disk when this returns.

    Args:
        path: The folder; it may exist.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    """Wait until a file that was written before, and its name, are on disk.

    Args:
        path: The file.

    Raises:
        OSError: The disk failed.
    """
    with path.open("rb+") as file:
        sync_descriptor(file.fileno())
    sync_folder(path.parent)


def sync_descriptor(descriptor: int, *, data_only: bool = False) -> OSError | None:
    """Wait until the content of an open file is on disk; a file system that cannot sync is not waited for.

    Args:
        descriptor: The open file.
        data_only: Leave out times and other facts about the file, where the system knows the difference.

    Returns:
        The error of a file system that cannot sync; None if the content is on disk.

    Raises:
        OSError: The disk failed.
    """
    sync = getattr(os, "fdatasync", os.fsync) if data_only else os.fsync
    try:
        sync(descriptor)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise
        return error
    return None


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk.

    Args:
        folder: The folder. Windows syncs names by itself, and so do some network file systems.

    Raises:
        OSError: The disk failed.
    """
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _name_once(temporary: Path, path: Path) -> None:
    """Give a file its name, unless the name is taken: it is whole at once, and by one process only."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with _reserved(path):
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            os.replace(temporary, path)  # noqa: PTH105 - as above


@contextmanager
def _reserved(path: Path) -> Iterator[None]:
    """Reserve a name by a file that only one process can create; what a killed one leaves keeps it taken."""
    reservation = path.with_name(f".{path.name}.part")
    with reservation.open("xb"):
        pass
    try:
        yield
    finally:
        reservation.unlink(missing_ok=True)
