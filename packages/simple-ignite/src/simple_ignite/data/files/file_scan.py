"""The files that paths stand for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from simple_ignite.data.files.file_stamp import FileStamp
from simple_ignite.errors import CacheError, CacheFileNotFoundError

__all__ = ["scan"]


def scan(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> dict[Path, FileStamp]:
    """Return the regular files among `paths` and in the folders among them, resolved, each once.

    Symbolic links are followed, to folders too, each folder once. What else a folder holds (pipes, sockets,
    links to nothing) is passed over. No file is read.

    Raises:
        CacheFileNotFoundError: If one of `paths` does not exist.
        CacheError: If a folder cannot be read, or one of `paths` is a pipe, socket or device.
    """
    found: dict[Path, FileStamp] = {}
    seen: set[tuple[int, int]] = set()
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
            for file in _walk(Path(path), seen):
                _add(file, found)
        else:
            FileStamp.of_path(path)
            _add(path, found)
    return found


def _add(path: str | os.PathLike[str], found: dict[Path, FileStamp]) -> None:
    resolved = Path(os.path.realpath(path))
    found[resolved] = FileStamp.of_path(resolved)


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Yield the regular files in a folder and those below it, in the order of their names."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        raise CacheFileNotFoundError(f"{folder}: does not exist", path=folder) from None
    except OSError as error:
        raise CacheError(f"{folder}: cannot be read: {error.strerror or error}", path=folder) from error
    for entry in entries:
        try:
            mode = entry.stat().st_mode
        except FileNotFoundError:  # a link to nothing, or removed meanwhile
            continue
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link to itself
                continue
            raise CacheError(
                f"{entry.path}: cannot be read: {error.strerror or error}", path=entry.path
            ) from error
        if stat.S_ISDIR(mode):
            yield from _walk(Path(entry.path), seen)
        elif stat.S_ISREG(mode):
            yield Path(entry.path)
