"""A trail: the append-only file of the events of an artifact or of the registry, one JSON line each."""

from __future__ import annotations

import errno
import getpass
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.errors import FormatError, StorageError
from simple_track.storage.atomic_write import create_folder, sync_descriptor, sync_folder

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@attrs.frozen
class Trail:
    """A file of events. Whoever appends holds the lock of its folder.

    Args:
        path: The file; the first event creates it.
    """

    path: Path

    def read(self, start: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Read the events from an offset on.

        A line that a crash tore, or that is not an object, is skipped.

        Args:
            start: The offset in bytes of the first line.

        Returns:
            The events, and the offset behind the last whole line.

        Raises:
            FormatError: The file cannot be read.
        """
        data = self.bytes_from(start)
        whole = data.rfind(b"\n") + 1
        return list(_events(data[:whole])), start + whole

    def bytes_from(self, start: int = 0) -> bytes:
        """The bytes from an offset on; empty without a file.

        Raises:
            FormatError: The file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise FormatError(self.path, f"cannot be read ({error.strerror or error})") from error

    def append(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events, each with the time and the user, by one write; all of them are on disk then.

        Args:
            events: The events; without any, nothing is written.

        Raises:
            StorageError: The disk refuses them; the file is as it was.
        """
        if events:
            stamp = {"time": time.time(), "user": user_name()}
            self.append_lines([orjson.dumps({**stamp, **event}) for event in events])

    def append_lines(self, lines: Sequence[bytes]) -> None:
        """Append lines without their newlines, as `append` does.

        Raises:
            StorageError: The disk refuses them; the file is as it was.
        """
        data = b"".join(line + b"\n" for line in lines)
        try:
            create_folder(self.path.parent)
            self._write(data)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError(
                self.path, reason, "nothing was added to it; make room, and try again", error.errno
            ) from error

    def _write(self, data: bytes) -> None:
        is_new = not self.path.exists()
        descriptor = os.open(self.path, _FLAGS, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size and not _ends_with_newline(descriptor, size):
                data = b"\n" + data  # end the line that a crash tore
            try:
                _write_whole(descriptor, data)
                sync_descriptor(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self.path.parent)


def _events(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:  # empty, or torn by a crash
            continue
        if isinstance(event, dict):
            yield event


def _write_whole(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _ends_with_newline(descriptor: int, size: int) -> bool:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def user_name() -> str:
    """The name of the user; empty where the system has none for this uid, as in many containers."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
