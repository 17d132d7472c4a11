"""The records in a run's files, also while they are being written."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from simple_track.storage.layout import RunLayout, packed_file
from simple_track.storage.record import decode, restore_event

CHUNK = 128 * 1024  # a chunk and its records fit into the cache of a processor


def read_chunks(path: Path, offset: int = 0, size: int = CHUNK) -> Iterator[bytes]:
    """Yield a file of lines in chunks of whole lines; the last chunk may be an unfinished line.

    Args:
        path: The plain name of the file; if only the packed file exists, that is read.
        offset: The position in the plain text to start at, in bytes.
        size: The approximate size of the chunks, in bytes.

    Raises:
        FileNotFoundError: Neither file exists.
    """
    with _open(path) as file:
        _skip(file, offset)
        rest = b""
        while block := file.read(size):
            end = block.rfind(b"\n") + 1
            if end == 0:
                rest += block
                continue
            yield rest + block[:end]
            rest = block[end:]
        if rest:
            yield rest


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
