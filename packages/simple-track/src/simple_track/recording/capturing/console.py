"""A copy of standard output and error, in `files/console.log`, with secrets masked.

What is written to the file descriptors, by C code and by child processes, goes through a process beside this
one (see `console_copy`): it goes on when this process is busy or killed. Streams of Python that are not the
descriptors, as in a notebook, are copied in Python.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from simple_track.recording.capturing import console_copy
from simple_track.recording.capturing.console_copy import ConsoleMask, MaskedFile
from simple_track.storage import secrets

COPY_SECONDS = 2.0
"""Maximum time to wait for the process at the end: children that go on printing keep it running."""
READY_SECONDS = 10.0
"""Maximum time to wait for the process at the start."""


class Tee:
    """A stream that writes to another stream and to a file. All else is that stream's.

    Args:
        stream: The stream.
        file: The file, or None when the copy has ended.
    """

    def __init__(self, stream: TextIO, file: MaskedFile) -> None:
        self._stream = stream
        self._file: MaskedFile | None = file
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Write text to both."""
        written = self._stream.write(text)
        with self._lock:
            if self._file is not None:
                self._file.write(text.encode("utf-8", "backslashreplace"))
        return written

    def writelines(self, lines: Iterable[str]) -> None:
        """Write many texts to both."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _end(self) -> None:
        """End the copy; the stream goes on."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None


class DescriptorCopy:
    """Copies what is written to a file descriptor to a file, until it is stopped.

    Args:
        descriptor: 1 for standard output, 2 for standard error.
        path: The file, to which the copy is appended.

    Raises:
        OSError: The descriptor is closed, or the process that copies cannot be started.
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
            self._process = _start_copy(source, self._before, path)
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
            self._process.wait(COPY_SECONDS)


def _start_copy(source: int, target: int, path: Path) -> subprocess.Popen[bytes]:
    """Start the process that copies, and wait until it is ready."""
    scripts = [console_copy.__file__, secrets.__file__]
    if getattr(sys, "frozen", False) or not sys.executable or not all(map(os.path.isfile, scripts)):
        raise FileNotFoundError("there is no Python that could run console_copy.py")
    ready, said = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", scripts[0], path, scripts[1], str(said)],
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            pass_fds=[said],
            start_new_session=True,  # Ctrl-C is for the training
        )
        os.close(said)
        said = -1
        if not select.select([ready], [], [], READY_SECONDS)[0] or os.read(ready, 1) != console_copy.READY:
            process.kill()
            process.wait()
            raise ChildProcessError(f"{sys.executable} did not start {scripts[0]}")
    finally:
        os.close(ready)
        if said >= 0:
            os.close(said)
    return process


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
            stream
            if stream is None or _descriptor(stream) in copied
            else Tee(stream, MaskedFile(self._fd, ConsoleMask(vars(secrets))))
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
        for tee in self._after:
            if isinstance(tee, Tee):
                tee._end()
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def _copies(path: Path) -> list[DescriptorCopy]:
    """Copies of both descriptors, where they are open and a process can copy them."""
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
