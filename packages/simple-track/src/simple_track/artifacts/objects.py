"""The content-addressed store: every object is kept once, under its SHA-256, and verified on every read.

`ab/cdef…` holds the plain content; `ab/cdef….zst` holds it as one zstd frame, if a sample of the content
compresses well. Either way the name is the hash of the *plain* content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import zstandard

from simple_track.artifacts.object_batch import ObjectBatch
from simple_track.artifacts.object_file import ObjectRef, digest_of, object_files, plain_chunks
from simple_track.errors import TrackError

_DIGEST = re.compile("[0-9a-f]{64}")


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
class ObjectStore:
    """A folder of content-addressed objects.

    Args:
        root: The folder; created by the first `put`.
    """

    root: Path

    def put_bytes(self, data: bytes) -> ObjectRef:
        """Store bytes; equal content is stored once."""
        with self.batch(1) as batch:
            return batch.add_bytes(data)

    def put_file(self, path: Path) -> ObjectRef:
        """Store a copy of the file's content; the file may change or go away afterwards."""
        with self.batch(1) as batch:
            return batch.add_file(path)

    def batch(self, count: int, advance: Callable[[int], None] | None = None) -> ObjectBatch:
        """A batch of objects that are stored together.

        Args:
            count: How many contents will be added, about.
            advance: Is called with the number of bytes that were read, by any thread.
        """
        return ObjectBatch(self.root, count, advance)

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
                for chunk in plain_chunks(stored, path):
                    hasher.update(chunk)
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
        return object_files(self.root, digest)
