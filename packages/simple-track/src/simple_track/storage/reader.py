"""The records in a run's files, also while they are being written."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from simple_track.errors import FormatError
from simple_track.storage.layout import RunLayout, packed_file
from simple_track.storage.record import decode, restore_event

LONGEST_LINE = 512 << 20
"""The maximum length of a line, in bytes: it has to fit into memory."""
EXPANDED, EXPANSION = 4 << 30, 1000
"""A packed log expands to at most this many bytes, or to this many times its own size, whichever is more."""
CHUNK = 128 * 1024  # a chunk and its records fit into the cache of a processor


def read_chunks(path: Path, offset: int = 0, size: int = CHUNK) -> Iterator[bytes]:
    """Yield a file of lines in chunks of whole lines; the last chunk may be an unfinished line.

    Args:
        path: The plain name of the file; if only the packed file exists, that is read.
        offset: The position in the plain text to start at, in bytes.
        size: The approximate size of the chunks, in bytes.

    Raises:
        FileNotFoundError: Neither file exists.
        FormatError: A line, or the text of a packed file, is longer than any log's.
    """
    with _open(path) as file:
        _skip(file, offset)
        rest: list[bytes] = []  # the pieces of an unfinished line
        pending = total = 0
        limit = _limit(path)
        while block := file.read(size):
            end = block.rfind(b"\n") + 1
            pending += len(block)
            total += len(block)
            if total > limit:
                raise FormatError(path, f"expands to more than {limit >> 20} MiB, as no log does")
            if end == 0:
                rest.append(block)
                if pending > LONGEST_LINE:
                    raise FormatError(path, f"has a line of more than {LONGEST_LINE >> 20} MiB")
                continue
            yield b"".join([*rest, block[:end]])
            rest = [block[end:]] if end < len(block) else []
            pending = len(block) - end
        if rest:
            yield b"".join(rest)


def _limit(path: Path) -> int:
    """The maximum size of a log's text; only a packed one can be larger than it has room for on disk."""
    try:
        return sys.maxsize if path.exists() else max(EXPANDED, EXPANSION * packed_file(path).stat().st_size)
    except OSError:
        return EXPANDED


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        packed = packed_file(path).open("rb")
    import zstandard  # only packed logs need it

    text: IO[bytes] = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
    return text


def _skip(file: IO[bytes], offset: int) -> None:
    if file.seekable():
        file.seek(offset)
        return
    while offset > 0 and (block := file.read(min(offset, CHUNK))):
        offset -= len(block)


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every whole record of a file of lines, in order; torn lines are skipped.

    Args:
        path: The plain name of the file; a file that does not exist has no records.
    """
    try:
        for chunk in read_chunks(path):
            for line in chunk.splitlines():
                record = decode(line)
                if record is not None:
                    yield record
    except FileNotFoundError:
        return


def read_events(layout: RunLayout) -> list[dict[str, Any]]:
    """Read all events of a run that are not numbers, of all writers, by time.

    Args:
        layout: The run's folder.
    """
    streams = [map(restore_event, read_records(path)) for path in layout.history_files()]
    return list(heapq.merge(*streams, key=lambda event: float(event.get("timestamp") or 0)))
