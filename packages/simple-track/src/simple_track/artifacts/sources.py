"""The files that an artifact is made of, read and stored when it is logged."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from simple_track.artifacts.manifest import FileEntry, Reference, local_path
from simple_track.artifacts.object_file import hash_file
from simple_track.artifacts.objects import ObjectStore
from simple_track.artifacts.progress import Progress
from simple_track.artifacts.workers import run_all
from simple_track.errors import StorageError, TrackError


class UnreadableSourceError(TrackError, OSError):
    """A file that was added to an artifact cannot be read when the artifact is logged."""

    def __init__(self, artifact: str, entry: str, path: Path, reason: str, errno: int | None = None) -> None:
        self.artifact = artifact
        self.entry = entry
        self.path = path
        super().__init__(f"{path}: {reason}, so {entry!r} of artifact {artifact!r} cannot be stored")
        self.errno = errno


class MissingSourceError(UnreadableSourceError, FileNotFoundError):
    """A file that was added to an artifact is gone when the artifact is logged."""


def store_sources(
    store: ObjectStore, artifact: str, files: Mapping[str, Path | bytes], known_sizes: Collection[int] = ()
) -> tuple[FileEntry, ...]:
    """Store files, many at a time; a bar on a terminal shows the progress of long work.

    Args:
        store: The store.
        artifact: The name of the artifact, for messages.
        files: The path or the content of each entry, by name.
        known_sizes: The sizes of files that are probably stored already: these are hashed before they are
            copied.

    Returns:
        The entries, sorted by name.

    Raises:
        UnreadableSourceError: A file cannot be read.
        StorageError: The disk refuses; the message names the file.
    """
    facts = {name: _facts(content) for name, content in files.items()}

    def put(name: str) -> FileEntry:
        content, (size, executable) = files[name], facts[name]
        if isinstance(content, bytes):
            ref = batch.add_bytes(content)
        else:
            with reading(artifact, name, content):
                ref = batch.add_file(content, is_likely_known=size in known_sizes)
        return FileEntry(name, ref.digest, ref.size, executable)

    progress = Progress(artifact, sum(size for size, _ in facts.values()))
    with progress, store.batch(len(files), progress.advance) as batch:
        return tuple(run_all(put, sorted(files), lambda name: facts[name][0]))


def _facts(content: Path | bytes) -> tuple[int, bool]:
    """The size in bytes, and whether it may be executed."""
    if isinstance(content, bytes):
        return len(content), False
    try:
        facts = os.stat(content)  # noqa: PTH116 - faster
    except OSError:  # reported when it is read
        return 0, False
    return facts.st_size, os.name == "posix" and bool(facts.st_mode & 0o111)


@contextlib.contextmanager
def reading(artifact: str, entry: str, path: Path) -> Iterator[None]:
    """Name the entry and its file if that cannot be read.

    Args:
        artifact: The name of the artifact.
        entry: The name inside it.
        path: The file.
    """
    try:
        yield
    except StorageError:  # the store's own
        raise
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        kind = MissingSourceError if gone else UnreadableSourceError
        reason = "the file is gone" if gone else f"cannot be read ({error.strerror or error})"
        raise kind(artifact, entry, path, reason, error.errno) from error


def refer(artifact: str, name: str, uri: str) -> Reference:
    """A reference; of a local file with its hash and size.

    Args:
        artifact: The name of the artifact.
        name: The name inside it.
        uri: The URI.
    """
    local = local_path(uri)
    if local is None or not local.is_file():
        return Reference(name, uri)
    with reading(artifact, name, local):
        ref = hash_file(local)
    return Reference(name, uri, ref.digest, ref.size)
