"""The records in a run's files, also while they are being written."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simple_track.errors import FormatError
from simple_track.storage.layout import RunLayout, packed_file
from simple_track.storage.record import decode, restore_event

CHUNK = 128 * 1024  # a chunk and its records fit into the cache of a processor
LONGEST_LINE = 512 << 20
"""The maximum length of a line, in bytes: it has to fit into memory."""
EXPANDED, EXPANSION = 4 << 30, 1000
"""A packed log expands to at most this many bytes, or to this many times its own size, whichever is more."""


def read_chunks(path: Path, offset: int = 0, size: int = CHUNK) -> Iterator[bytes]:
    """Yield a file of lines in chunks of whole lines; the last chunk may be an unfinished line.

    Args:
        path: The plain name of the file; if only the packed file exists, that is read.
        offset: The position in the plain text to start at, in bytes.
        size: The approximate size of the chunks, in bytes.

    Raises:
        FileNotFoundError: Neither file exists.
        FormatError: The file cannot be read, a packed file is damaged or unpacks to too much, or a line is
            too long.
    """
    rest: list[bytes] = []  # the pieces of a line that is longer than a block: joined once
    length = 0
    for block in _read_blocks(path, offset, size):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, block[:end]])
            rest, length = [], 0
        if end < len(block):
            rest.append(block[end:])
            length += len(block) - end
        if length > LONGEST_LINE:
            raise FormatError(path, f"has a line of more than {LONGEST_LINE >> 20} MiB")
    if rest:
        yield b"".join(rest)


def _read_blocks(path: Path, offset: int, size: int) -> Iterator[bytes]:
    """The text of a plain or packed file from a position on, in blocks as they come."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            while block := file.read(size):
                yield block
            return
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unreadable(path, error) from error
    packed = packed_file(path)
    try:
        yield from _skipped(unpack_blocks(packed, size), offset)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(packed, error) from error


def unpack_blocks(packed: Path, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the plain text of a packed file in blocks.

    Args:
        packed: The packed file.
        size: The largest block, in bytes.

    Raises:
        FileNotFoundError: The file does not exist.
        FormatError: It is damaged, or unpacks to more than any log would.
    """
    import zstandard  # only packed logs need it

    with packed.open("rb") as file:
        limit = room = max(EXPANDED, EXPANSION * os.fstat(file.fileno()).st_size)
        text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        try:
            while block := text.read(size):
                room -= len(block)
                if room < 0:
                    raise FormatError(packed, f"expands to more than {limit >> 20} MiB, as no log does")
                yield block
        except zstandard.ZstdError as error:
            raise FormatError(packed, f"is damaged ({error})", "restore it from a backup") from error


def unreadable(path: Path, error: OSError) -> FormatError:
    """The error for a file or folder that the system does not let be read."""
    return FormatError(path, f"cannot be read ({error.strerror or error})")


def _skipped(blocks: Iterator[bytes], offset: int) -> Iterator[bytes]:
    for block in blocks:
        if offset < len(block):
            yield block[offset:]
        offset = max(0, offset - len(block))


def time_of(record: dict[str, Any]) -> float:
    """The timestamp of a record; 0 where it has none, as a foreign one."""
    timestamp = record.get("timestamp")
    try:
        return float(timestamp) if isinstance(timestamp, int | float) else 0.0
    except OverflowError:
        return 0.0


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
    return list(heapq.merge(*streams, key=time_of))
