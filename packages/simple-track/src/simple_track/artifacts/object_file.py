"""One object of the store as a file: `ab/cdef…` with the plain content, or `ab/cdef….zst` as one zstd frame.

Either way the name is the SHA-256 of the plain content.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import attrs
import zstandard

CHUNK = 1 << 20
SMALLEST_PACKED = 4096  # a file system block: smaller objects gain nothing
PACKED_RATIO = 0.8  # a packed object cannot be mapped into memory, so it must be clearly smaller
PACKED = ".zst"
_SAMPLE = 64 * 1024
_LEVEL = 3
_local = threading.local()  # compressors, which threads cannot share


@attrs.frozen
class ObjectRef:
    """The identity of an object: the SHA-256 of its plain content (hex) and its size in bytes."""

    digest: str
    size: int


def object_files(root: Path, digest: str) -> tuple[Path, Path]:
    """The files that may hold an object, plain and packed.

    Args:
        root: The folder of the store.
        digest: The SHA-256 in hex, which was checked.
    """
    plain = root / digest[:2] / digest[2:]
    return plain, plain.with_name(plain.name + PACKED)


def digest_of(path: Path) -> str:
    """The digest that the file name of an object states."""
    return path.parent.name + path.name.removesuffix(PACKED)


def hash_file(path: Path) -> ObjectRef:
    """Compute the SHA-256 and size of a file."""
    with path.open("rb") as source:
        hasher = hashlib.file_digest(source, "sha256")
        return ObjectRef(hasher.hexdigest(), source.tell())


def is_intact(path: Path, ref: ObjectRef) -> bool:
    """Whether a file holds this object, undamaged; False also if it cannot be read."""
    try:
        with path.open("rb") as stored:
            hasher, length = hashlib.sha256(), 0
            for chunk in plain_chunks(stored, path):
                hasher.update(chunk)
                length += len(chunk)
                if length > ref.size:  # a packed file may unpack to any size
                    return False
            return hasher.hexdigest() == ref.digest
    except (OSError, zstandard.ZstdError):  # not there, damaged, or another user's own
        return False


def plain_chunks(stored: IO[bytes], path: Path) -> Iterator[bytes]:
    """The plain content of an open object file, in chunks of up to 1 MiB.

    Args:
        stored: The open file.
        path: Its name, which says whether it is packed.

    Raises:
        ZstdError: It is no whole zstd frame.
    """
    source = stored
    if path.suffix == PACKED:
        source = zstandard.ZstdDecompressor().stream_reader(stored)
    while chunk := source.read(CHUNK):
        yield chunk


def packed_small(data: bytes) -> bytes | None:
    """A whole content as a zstd frame, or None if that is not clearly smaller."""
    if len(data) < SMALLEST_PACKED:
        return None
    packed = _compressor().compress(data)
    return packed if len(packed) < PACKED_RATIO * len(data) else None


def is_compressible(source: IO[bytes], size: int) -> bool:
    """Whether zstd makes an open file clearly smaller, judged from its start, middle and end.

    Args:
        source: The file; its position is 0 afterwards.
        size: Its size in bytes.
    """
    if size < SMALLEST_PACKED:
        return False
    sample = b""
    if size <= 3 * _SAMPLE:  # all of it, as overlapping samples would look compressible
        sample = source.read()
    else:
        for start in (0, (size - _SAMPLE) // 2, size - _SAMPLE):
            source.seek(start)
            sample += source.read(_SAMPLE)
    source.seek(0)
    return len(zstandard.ZstdCompressor(level=1).compress(sample)) < PACKED_RATIO * len(sample)


def packer() -> zstandard.ZstdCompressor:
    """A compressor for one large content, which uses all processors."""
    return zstandard.ZstdCompressor(level=_LEVEL, threads=-1 if (os.cpu_count() or 1) > 1 else 0)


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    compressor: zstandard.ZstdCompressor = _local.compressor
    return compressor
