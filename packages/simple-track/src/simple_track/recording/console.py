"""A copy of standard output and error, in `files/console.log`.

What is written to the file descriptors, by C code and by child processes, goes through `tee`, a process
beside this one: it goes on when this process is busy or killed. Streams of Python that are not the
descriptors, as in a notebook, are copied in Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

TEE_SECONDS = 2.0
"""Maximum time to wait for `tee` at the end: children that go on printing keep it running."""


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


class DescriptorCopy:
    """Copies what is written to a file descriptor to a file, until it is stopped.

    Args:
        descriptor: 1 for standard output, 2 for standard error.
        path: The file, to which the copy is appended.

    Raises:
        OSError: The descriptor is closed, or there is no `tee`.
    """

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._before = os.dup(descriptor)
        try:
            source, sink = _channel(self._before)
        except OSError:
            os.close(self._before)
            raise
        try:
            self._tee = subprocess.Popen(
                ["tee", "-a", path],
                stdin=source,
                stdout=self._before,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the training
            )
            os.dup2(sink, descriptor)
        except OSError:
            os.close(self._before)
            raise
        finally:
            os.close(source)
            os.close(sink)

    def close(self) -> None:
        """Put the descriptor back, and wait until what was written is copied."""
        os.dup2(self._before, self._descriptor)
        os.close(self._before)
        with suppress(subprocess.TimeoutExpired):
            self._tee.wait(TEE_SECONDS)


def _channel(original: int) -> tuple[int, int]:
    """A pipe, or a terminal of the same size if the descriptor is one: programs go on printing colours."""
    if not os.isatty(original):
        return os.pipe()
    import fcntl
    import pty
    import termios
    import tty

    source, sink = pty.openpty()
    tty.setraw(sink)
    with suppress(OSError):
        size = fcntl.ioctl(original, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(sink, termios.TIOCSWINSZ, size)
    return source, sink


class ConsoleCapture:
    """Copies standard output and error to a file until it is stopped.

    Args:
        path: The file, to which the copy is appended.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
        _flush()
        self._copies = _copies(path)
        copied = {copy._descriptor for copy in self._copies}
        self._before = (sys.stdout, sys.stderr)
        out, err = (
            stream if stream is None or _descriptor(stream) in copied else Tee(stream, self._fd)
            for stream in self._before
        )
        self._after: tuple[Any, Any] = (out, err)
        sys.stdout, sys.stderr = self._after

    def close(self) -> None:
        """Put the streams back, unless other code has replaced them since."""
        if sys.stdout is self._after[0]:
            sys.stdout = self._before[0]
        if sys.stderr is self._after[1]:
            sys.stderr = self._before[1]
        _flush()
        for copy in self._copies:
            copy.close()
        fd, self._fd = self._fd, -1
        for tee in self._after:
            if isinstance(tee, Tee):
                tee._fd = -1
        if fd >= 0:
            os.close(fd)


def _copies(path: Path) -> list[DescriptorCopy]:
    """Copies of both descriptors, where they are open and the system has `tee`."""
    copies: list[DescriptorCopy] = []
    if os.name == "posix":
        for descriptor in (1, 2):
            with suppress(OSError):
                copies.append(DescriptorCopy(descriptor, path))
    return copies


def _descriptor(stream: TextIO) -> int:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):  # a stream of Python's own
        return -1


def _flush() -> None:
    """Write out what Python's streams and C's hold back."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if os.name == "posix":
        import ctypes  # rarely needed

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).fflush(None)
