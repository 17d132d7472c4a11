"""Reader: the records in a run's files, while they are being written too."""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simple_track.storage.layout import PACKED, RunLayout
from simple_track.storage.record import decode, restore_event

CHUNK = 128 * 1024  # a piece and what is made of it fit into the cache of a processor


def read_chunks(path: Path, offset: int = 0, size: int = CHUNK) -> Iterator[bytes]:
    """Yield a file of lines in pieces that end where a line ends; the last may be an unfinished line.

    Args:
        path: The plain name; where only the packed file is there, that is read.
        offset: Where to start in the plain text, in bytes.
        size: About how long the pieces are, in bytes.
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


def _open(path: Path) -> Any:
    try:
        return path.open("rb")
    except FileNotFoundError:
        packed = path.with_name(path.name + PACKED).open("rb")
    import zstandard  # only packed logs need it

    return zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True, closefd=True)


def _skip(file: Any, offset: int) -> None:
    if isinstance(file, io.BufferedReader):
        file.seek(offset)
        return
    while offset > 0 and (block := file.read(min(offset, CHUNK))):
        offset -= len(block)


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every whole record of a file of lines, in order; torn lines are passed over.

    Args:
        path: The file, plain or packed; one that is not there has no records.
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
    """All events of a run that are not numbers, of all writers, by time.

    Args:
        layout: The run's folder.
    """
    streams = [map(restore_event, read_records(path)) for path in layout.history_files()]
    return list(heapq.merge(*streams, key=lambda event: float(event.get("timestamp") or 0)))
