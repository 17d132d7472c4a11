"""A finished run's lines as zstd, which all readers, and `zstd -dc`, read as before.

A packed file is a sequence of independent frames, each of which ends at the end of a line. If both files
exist, the plain one counts.
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
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import RunLayout, packed_file
from simple_track.storage.lock import STALE_SECONDS, FileLock, holder_of, this_process
from simple_track.storage.names import segment
from simple_track.storage.reader import read_chunks, unpack_blocks

FRAME = 256 * 1024  # bytes of text; larger frames gain nothing
LEVEL = 15  # an eighth smaller than level 14, at two thirds of its speed; higher levels gain nothing
_FURTHER = re.compile(r"(?:metrics|history)\.(?P<writer>.+-(?P<pid>\d+)(?:~[0-9a-f]{16})?)\.jsonl")
_BATCH = 32  # frames that are compressed at once, and so held in memory


@attrs.frozen
class Packed:
    """The result of packing one run.

    Args:
        before: The size of the lines before, in bytes.
        after: The size after.
        files: The number of files that were packed.
    """

    before: int = 0
    after: int = 0
    files: int = 0


def pack(layout: RunLayout) -> Packed:
    """Replace a run's files of lines by packed ones.

    A plain file is removed when its packed form is on disk and reads back equal.

    Args:
        layout: The run's folder.

    Returns:
        The sizes before and after; zeros if all files were packed already.

    Raises:
        RunBusyError: The run is being written.
        FormatError: A packed file does not read back equal; its plain file was kept.
    """
    with _held(layout):
        plain = [path for path in layout.stream_files() if path.exists()]
        for path in plain:
            _refuse_if_written(layout, path)
        sizes = [(path.stat().st_size, _pack_file(path)) for path in plain]
    return Packed(sum(old for old, _ in sizes), sum(new for _, new in sizes), len(sizes))


def unpack(layout: RunLayout) -> int:
    """Replace a run's packed files by plain ones, so that the run can be resumed.

    The caller holds the run's lock.

    Args:
        layout: The run's folder.

    Returns:
        The number of files that were unpacked.

    Raises:
        FormatError: A packed file is damaged; it is left as it is.
    """
    packed = [path for path in layout.stream_files() if not path.exists()]
    for path in packed:
        _unpack_file(path)
    return len(packed)


@contextlib.contextmanager
def _held(layout: RunLayout) -> Iterator[None]:
    """Hold the run's lock for the length of the block."""
    lock = FileLock(layout.lock)
    modified = layout.lock.stat().st_mtime_ns if layout.lock.exists() else None
    if not lock.acquire():
        raise RunBusyError(layout.run_id, str(holder_of(layout.lock) or "another process"))
    try:
        yield
    finally:
        lock.release()
        if modified is not None:  # it is the last heartbeat of the run's writer, not the time of packing
            with contextlib.suppress(OSError):  # another user's, or a file system without times
                os.utime(layout.lock, ns=(modified, modified))


def _refuse_if_written(layout: RunLayout, path: Path) -> None:
    """Refuse a file of a forked process, which may go on writing when the run has ended.

    Raises:
        RunBusyError: The writer lives, or may live on another host.
    """
    match = _FURTHER.fullmatch(path.name)
    if match is None:
        return
    pid = int(match["pid"])
    if segment(f"{this_process().host}-{pid}") == match["writer"]:
        busy = _exists(pid)
    else:
        busy = time.time() - path.stat().st_mtime < STALE_SECONDS
    if busy:
        raise RunBusyError(layout.run_id, f"process {pid} of {match['writer']}")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


def _pack_file(path: Path) -> int:
    target = packed_file(path)
    wanted, found, size = hashlib.sha256(), hashlib.sha256(), path.stat().st_size
    with atomic_write(target) as out:
        for frame in _frames(_hashed(read_chunks(path, size=8 * FRAME), wanted)):
            out.write(frame)
        out.flush()
        for block in unpack_blocks(Path(out.name), 1 << 20):
            found.update(block)
        if found.digest() != wanted.digest():
            reason = "does not read back as it was packed"
            raise FormatError(target, reason, "the plain file was kept; try again")
    if path.stat().st_size == size:  # else a process still writes to it: the plain file counts
        path.unlink()
    return target.stat().st_size


def _unpack_file(path: Path) -> None:
    packed = packed_file(path)
    with atomic_write(path) as out:
        for block in unpack_blocks(packed, 1 << 20):
            out.write(block)
    packed.unlink()


def _frames(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress the text to zstd frames, in order, on all cores."""

    def squeeze(text: bytes) -> bytes:
        return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(text)

    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        pieces = _pieces(chunks)
        while batch := list(islice(pieces, _BATCH)):
            yield from workers.map(squeeze, batch)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the text into pieces of up to `FRAME` bytes that end at the end of a line."""
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
