"""A copy of standard output and error, in `files/console.log`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO


class Tee:
    """A stream that writes to another stream and to a file. All else is that stream's.

    Args:
        stream: The stream.
        fd: The file; each write to it is complete when it returns.
    """

    def __init__(self, stream: TextIO, fd: int) -> None:
        self._stream = stream
        self._fd = fd

    def write(self, text: str) -> int:
        """Write text to both."""
        written = self._stream.write(text)
        with suppress(OSError):  # a full disk does not stop a print
            os.write(self._fd, text.encode("utf-8", "backslashreplace"))
        return written

    def writelines(self, lines: Iterable[str]) -> None:
        """Write many texts to both."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class ConsoleCapture:
    """Copies standard output and error to a file until it is stopped.

    Args:
        path: The file, to which the copy is appended.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
        self._before = (sys.stdout, sys.stderr)
        self._after: tuple[Any, Any] = (Tee(sys.stdout, self._fd), Tee(sys.stderr, self._fd))
        sys.stdout, sys.stderr = self._after

    def close(self) -> None:
        """Put the streams back, unless other code has replaced them since."""
        if sys.stdout is self._after[0]:
            sys.stdout = self._before[0]
        if sys.stderr is self._after[1]:
            sys.stderr = self._before[1]
        fd, self._fd = self._fd, -1
        for tee in self._after:
            tee._fd = -1
        if fd >= 0:
            os.close(fd)
