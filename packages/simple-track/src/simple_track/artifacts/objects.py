"""The content-addressed store: every object is kept once, under its SHA-256, and verified on every read.

`ab/cdef…` holds the plain content; `ab/cdef….zst` holds it as one zstd frame, if a sample of the content
compresses well. Either way the name is the hash of the *plain* content.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import attrs
import zstandard

from simple_track.errors import TrackError
from simple_track.storage.atomic_write import sync_descriptor, sync_folder

CHUNK = 1 << 20
_DIGEST = re.compile("[0-9a-f]{64}")
SMALLEST_PACKED = 4096  # a file system block: smaller objects gain nothing
PACKED_RATIO = 0.8  # a packed object cannot be mapped into memory, so it must be clearly smaller
_SAMPLE = 64 * 1024


class CorruptObjectError(TrackError, OSError):
    """Stored content that does not have the hash it was stored under."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        self.path = path
        self.expected = expected
        self.found = found
        what = f"{found[:16]}…" if _DIGEST.fullmatch(found) else found
        super().__init__(
            f"{path}: content is damaged: expected sha256 {expected[:16]}…, found {what}. "
            "Log the artifact again from a good copy, or restore this file from a backup."
        )


class MissingObjectError(TrackError, LookupError):
    """No object is stored under this digest."""

    def __init__(self, root: Path, digest: str) -> None:
        self.root = root
        self.digest = digest
        super().__init__(
            f"{root}: no object with sha256 {digest[:16]}…. "
            "It was removed, or never synced to this machine: restore it from a backup or sync again."
        )


@attrs.frozen
class ObjectRef:
    """The identity of an object: the SHA-256 of its plain content (hex) and its size in bytes."""

    digest: str
    size: int


@attrs.frozen
class ObjectStore:
    """A folder of content-addressed objects.

    Args:
        root: The folder; created by the first `put`.
    """

    root: Path

    def put_bytes(self, data: bytes) -> ObjectRef:
        """Store bytes; equal content is stored once."""
        known = ObjectRef(hashlib.sha256(data).hexdigest(), len(data))
        return known if self._has_intact(known) else self._put(BytesIO(data))

    def put_file(self, path: Path, known: ObjectRef | None = None) -> ObjectRef:
        """Store a copy of the file's content; the file may change or go away afterwards.

        Args:
            path: The file.
            known: The result of `hash_file`, if it was called already.
        """
        known = known or hash_file(path)  # first, as known content needs no space
        if self._has_intact(known):
            return known
        with path.open("rb") as source:
            return self._put(source)

    def __contains__(self, digest: object) -> bool:
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            return False
        return any(path.exists() for path in self._candidates(digest))

    def __iter__(self) -> Iterator[str]:
        """All digests in the store, in no particular order."""
        for path in self.files():
            yield digest_of(path)

    def files(self) -> Iterator[Path]:
        """All object files, plain and packed."""
        for folder in self.root.glob("[0-9a-f][0-9a-f]"):
            for path in folder.iterdir():
                if len(path.name.removesuffix(".zst")) == 62:
                    yield path

    def leftovers(self) -> Iterator[Path]:
        """Temporary files of writers that are active or were killed."""
        yield from self.root.glob("tmp/*")

    def path(self, digest: str) -> Path:
        """The file that holds the object, plain or packed (`.zst`).

        Raises:
            MissingObjectError: Nothing is stored under this digest.
        """
        for path in self._candidates(digest):
            if path.exists():
                return path
        raise MissingObjectError(self.root, digest)

    def read(self, digest: str, size: int | None = None) -> bytes:
        """The plain content, verified.

        Args:
            digest: Its SHA-256.
            size: Its size in bytes, if it is known: a packed object that unpacks to more is damaged.

        Raises:
            MissingObjectError: Nothing is stored under this digest.
            CorruptObjectError: The stored content does not have this hash.
        """
        return b"".join(self.chunks(digest, size))

    def verify(self, digest: str, size: int | None = None) -> None:
        """Read the object to its end and check its hash; takes and raises what `read` does."""
        for _ in self.chunks(digest, size):
            pass

    def chunks(self, digest: str, size: int | None = None) -> Iterator[bytes]:
        """The plain content in chunks of up to 1 MiB; takes and raises what `read` does.

        The hash is verified at the end: use the content only after the iterator has finished without raising.
        """
        path = self.path(digest)
        hasher, length = hashlib.sha256(), 0
        try:
            with path.open("rb") as stored:
                for chunk in _hashing(_plain(stored, path), hasher):
                    length += len(chunk)
                    if size is not None and length > size:
                        raise CorruptObjectError(path, digest, f"more than its {size} bytes")
                    yield chunk
        except zstandard.ZstdError as error:
            raise CorruptObjectError(path, digest, "an unreadable zstd frame") from error
        except IsADirectoryError as error:
            raise CorruptObjectError(path, digest, "a folder") from error
        if hasher.hexdigest() != digest:
            raise CorruptObjectError(path, digest, hasher.hexdigest())

    def _candidates(self, digest: str) -> tuple[Path, Path]:
        if not _DIGEST.fullmatch(digest):  # else it could lead out of the store
            raise MissingObjectError(self.root, digest)
        plain = self.root / digest[:2] / digest[2:]
        return plain, plain.with_name(plain.name + ".zst")

    def _has_intact(self, ref: ObjectRef) -> bool:
        """Whether the object is stored intact; a damaged one is replaced when it is stored again."""
        for path in self._candidates(ref.digest):
            if _intact(path, ref):
                with contextlib.suppress(OSError):  # another user's, or a file system without times
                    os.utime(path)  # `gc` leaves recent objects alone
                return True
        return False

    def _put(self, source: IO[bytes]) -> ObjectRef:
        packed = _is_compressible(source)
        temporary = self.root / "tmp" / f"{os.getpid()}-{secrets.token_hex(8)}"
        temporary.parent.mkdir(parents=True, exist_ok=True)
        try:
            ref = _copy(source, temporary, packed=packed)
            self._publish(temporary, ref, packed=packed)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        return ref

    def _publish(self, temporary: Path, ref: ObjectRef, *, packed: bool) -> None:
        """Give an object, which is on disk, its name: the digest that its content had when it was copied."""
        if self._has_intact(ref):  # another process was faster
            return
        target = self._candidates(ref.digest)[packed]
        is_new = not target.parent.exists()
        target.parent.mkdir(exist_ok=True)
        with contextlib.suppress(OSError):  # a file system without modes, such as SMB and FAT
            temporary.chmod(0o444)
        os.replace(temporary, target)  # noqa: PTH105 - as in atomic_write, which needs the name first
        sync_folder(target.parent)
        if is_new:
            sync_folder(self.root)


def digest_of(path: Path) -> str:
    """The digest that the file name of an object states."""
    return path.parent.name + path.name.removesuffix(".zst")


def hash_file(path: Path) -> ObjectRef:
    """Compute the SHA-256 and size of a file."""
    with path.open("rb") as source:
        hasher = hashlib.file_digest(source, "sha256")
        return ObjectRef(hasher.hexdigest(), source.tell())


def _intact(path: Path, ref: ObjectRef) -> bool:
    try:
        with path.open("rb") as stored:
            hasher = hashlib.sha256()
            length = 0
            for chunk in _hashing(_plain(stored, path), hasher):
                length += len(chunk)
                if length > ref.size:
                    return False
            return hasher.hexdigest() == ref.digest
    except (OSError, zstandard.ZstdError):  # not there, damaged, or another user's own
        return False


def _plain(stored: IO[bytes], path: Path) -> IO[bytes]:
    if path.suffix != ".zst":
        return stored
    return zstandard.ZstdDecompressor().stream_reader(stored)


def _hashing(source: IO[bytes], hasher: hashlib._Hash) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        hasher.update(chunk)
        yield chunk


def _is_compressible(source: IO[bytes]) -> bool:
    """Whether zstd makes the content clearly smaller, judged from its start, middle and end."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if size < SMALLEST_PACKED:
        return False
    if size <= 3 * _SAMPLE:  # all of it, as overlapping samples would look compressible
        sample = source.read()
    else:
        sample = b""
        for start in (0, (size - _SAMPLE) // 2, size - _SAMPLE):
            source.seek(start)
            sample += source.read(_SAMPLE)
    source.seek(0)
    return len(zstandard.ZstdCompressor(level=1).compress(sample)) < PACKED_RATIO * len(sample)


def _copy(source: IO[bytes], target: Path, *, packed: bool) -> ObjectRef:
    hasher, size = hashlib.sha256(), 0
    with target.open("xb") as raw:
        packer = zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False)
        with packer if packed else contextlib.nullcontext(raw) as sink:
            for chunk in _hashing(source, hasher):
                sink.write(chunk)
                size += len(chunk)
        raw.flush()
        sync_descriptor(raw.fileno())
    return ObjectRef(hasher.hexdigest(), size)
