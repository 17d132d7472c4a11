"""The process that copies what is printed to a file, with secrets masked. It runs this file as a script.

It shows what it reads as it comes, and writes it to the file when a line has ended. It goes on when the
process that prints is busy or killed, until nobody can print any more. For speed, it imports nothing of the
package.
"""

from __future__ import annotations

import os
import re
import runpy
import select
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

LONGEST_LINE = 64 * 1024
"""Bytes after which a line that has not ended is written in pieces."""
_PIECE = re.compile(rb"[\s\S]*[\s,;]")
READY = b"."


class MaskedFile:
    """Writes lines to a file when they have ended, with secrets masked.

    Args:
        fd: The file, open for appending.
        mask: Masks the secrets of a text.
    """

    def __init__(self, fd: int, mask: Callable[[str], str]) -> None:
        self.fd = fd
        self._mask = mask
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        r"""Take what was printed; `\r` ends a line, too, as that of a progress bar."""
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if end:
            self._put(b"".join([*self._held, data[:end]]))
            self._held, self._size = [], 0
            data = data[end:]
        if data:
            self._held.append(data)
            self._size += len(data)
        if self._size > LONGEST_LINE:
            line = b"".join(self._held)
            piece = _PIECE.match(line)
            end = piece.end() if piece and piece.end() > LONGEST_LINE // 2 else len(line)
            self._put(line[:end])
            self._held, self._size = [line[end:]], len(line) - end

    def close(self) -> None:
        """Write a last line that has not ended."""
        if self._size:
            self._put(b"".join(self._held))
        self._held, self._size = [], 0

    def _put(self, data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        masked = "".join(map(self._mask, text.splitlines(keepends=True)))
        with suppress(OSError):  # a full disk does not stop a print
            _write_all(self.fd, masked.encode("utf-8", "surrogateescape"))


class ConsoleMask:
    """Masks lines one after another: credentials, private keys, values of secret environment variables.

    Args:
        secrets: The names of the module `storage.secrets`.
    """

    def __init__(self, secrets: Mapping[str, Any]) -> None:
        self._mask_text: Callable[[str], str] = secrets["mask_text"]
        self._mask = secrets["MASK"]
        self._values = secrets["secret_values"](os.environ)
        self._key = False

    def __call__(self, line: str) -> str:
        """Mask the next line."""
        if self._key:
            self._key = "-----END" not in line
            end = line[len(line.rstrip("\r\n")) :]
            return self._mask + end if self._key else line
        if "-----BEGIN" in line and "PRIVATE KEY" in line and "-----END" not in line:
            self._key = True
            return line
        if self._values is not None:
            line = self._values.sub(self._mask, line)
        return str(self._mask_text(line))


def _write_all(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:  # a terminal that somebody has set so
            select.select([], [fd], [])


def main(path: str, secrets: str, ready: int) -> None:
    """Copy standard input to standard output and to a file, until it ends.

    Args:
        path: The file, to which the copy is appended.
        secrets: The file of the module `storage.secrets`.
        ready: A file descriptor to which one byte is written when this process is ready.
    """
    signal.signal(
        signal.SIGPIPE, signal.SIG_DFL
    )  # who prints is told when nobody reads, as without this process
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    file = MaskedFile(fd, ConsoleMask(runpy.run_path(secrets)))
    os.write(ready, READY)
    os.close(ready)
    while True:
        try:
            data = os.read(0, 65536)
        except OSError:  # a pseudo-terminal that nobody has open any more
            break
        if not data:
            break
        file.write(data)
        with suppress(OSError):
            _write_all(1, data)
    file.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
