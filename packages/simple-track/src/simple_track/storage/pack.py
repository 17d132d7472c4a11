"""Packing: a finished run's lines as zstd, which all readers, and `zstd -dc`, read as before.

A packed file is a row of independent frames that end at a line's end. While both are there, the plain file
counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import attrs
import zstandard

from simple_track.errors import FormatError, RunBusyError
from simple_track.storage.layout import PACKED, RunLayout
from simple_track.storage.lock import STALE_SECONDS, RunLock, holder_of, this_process
from simple_track.storage.names import segment
from simple_track.storage.reader import read_chunks

FRAME = 256 * 1024  # bytes of text; larger frames gain nothing
LEVEL = 15  # an eighth smaller than level 14, at two thirds of its speed; beyond it nothing is gained
_FURTHER = re.compile(r"(?:metrics|history)\.(?P<writer>.+-(?P<pid>\d+)(?:~[0-9a-f]{16})?)\.jsonl")
_BATCH = 32  # frames that are packed at once, and so held in memory


@attrs.frozen
class Packed:
    """What packing did to one run.

    Args:
        before: Bytes of lines before.
        after: Bytes after.
        files: How many files were packed.
    """

    before: int = 0
    after: int = 0
    files: int = 0


def pack(layout: RunLayout) -> Packed:
    """Replace a run's files of lines by packed ones, each read back and compared before the plain one goes.

    Args:
        layout: The run's folder.

    Returns:
        The bytes before and after; zeros when everything was packed already.

    Raises:
        RunBusyError: The run is being written.
        FormatError: What was packed does not read back, so nothing was removed.
    """
    with _held(layout):
        plain = [path for path in _streams(layout) if path.exists()]
        for path in plain:
            _refuse_if_written(layout, path)
        sizes = [(path.stat().st_size, _pack_file(path)) for path in plain]
    return Packed(sum(old for old, _ in sizes), sum(new for _, new in sizes), len(sizes))


def unpack(layout: RunLayout) -> int:
    """Make the plain files of lines again, so that the run can be continued.

    The caller keeps the run's lock.

    Args:
        layout: The run's folder.

    Returns:
        How many files were unpacked.

    Raises:
        FormatError: A packed file is damaged; it is left as it is.
    """
    packed = [path for path in _streams(layout) if not path.exists()]
    for path in packed:
        _unpack_file(path)
    return len(packed)


@contextlib.contextmanager
def _held(layout: RunLayout) -> Iterator[None]:
    """The run's lock, for the length of the block."""
    lock = RunLock(layout.lock)
    beat = layout.lock.stat().st_mtime_ns if layout.lock.exists() else None
    if not lock.acquire():
        raise RunBusyError(layout.run_id, str(holder_of(layout.lock) or "another process"))
    try:
        yield
    finally:
        lock.release()
        if beat is not None:  # the lock's time says when the run's writer lived, not when it was packed
            os.utime(layout.lock, ns=(beat, beat))


def _streams(layout: RunLayout) -> list[Path]:
    return [*layout.metric_files(), *layout.history_files()]


def _refuse_if_written(layout: RunLayout, path: Path) -> None:
    """A forked process may go on writing to a file of its own when the run has ended.

    Raises:
        RunBusyError: Its writer lives, or may live on another host.
    """
    match = _FURTHER.fullmatch(path.name)
    if match is None:
        return
    pid = int(match["pid"])
    if segment(f"{this_process().host}-{pid}") == match["writer"]:
        busy = _is_there(pid)
    else:
        busy = time.time() - path.stat().st_mtime < STALE_SECONDS
    if busy:
        raise RunBusyError(layout.run_id, f"process {pid} of {match['writer']}")


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _pack_file(path: Path) -> int:
    target = path.with_name(path.name + PACKED)
    part = path.with_name(f".{path.name}{PACKED}.part")
    try:
        wanted, size = hashlib.sha256(), path.stat().st_size
        with part.open("wb") as out:
            for frame in _frames(_hashed(read_chunks(path, size=8 * FRAME), wanted)):
                out.write(frame)
            out.flush()
            os.fsync(out.fileno())
        found = hashlib.sha256()
        for block in _plain(part):
            found.update(block)
        if found.digest() != wanted.digest():
            raise FormatError(
                part, "does not read back as what was packed", "the plain file was kept; try again"
            )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if path.stat().st_size == size:  # else somebody still writes: the plain file counts
        path.unlink()
    return target.stat().st_size


def _unpack_file(path: Path) -> None:
    packed = path.with_name(path.name + PACKED)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as out:
            for block in _plain(packed):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except zstandard.ZstdError as error:
        raise FormatError(packed, f"is damaged ({error})", "restore it from a backup") from error
    finally:
        part.unlink(missing_ok=True)
    packed.unlink()


def _frames(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text as zstd frames, in order, made on all cores."""

    def squeeze(text: bytes) -> bytes:
        return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(text)

    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        pieces = _pieces(chunks)
        while batch := list(islice(pieces, _BATCH)):
            yield from workers.map(squeeze, batch)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text in pieces of about `FRAME` bytes that end at a line's end."""
    for chunk in chunks:
        start = 0
        while start < len(chunk):
            end = chunk.rfind(b"\n", start, start + FRAME) + 1
            if end == 0:  # a line that is longer than a frame
                end = (chunk.find(b"\n", start) + 1) or len(chunk)
            yield chunk[start:end]
            start = end


def _hashed(chunks: Iterable[bytes], hasher: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        hasher.update(chunk)
        yield chunk


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        while block := reader.read(1 << 20):
            yield block
