"""Put stored content at a path of the user: by reflink, hard link or copy, always verified."""

from __future__ import annotations

import os
from pathlib import Path

from simple_track.artifacts.objects import ObjectStore, hash_file
from simple_track.storage.atomic_write import atomic_write, temporary_path

_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file, copied when either is written


def materialize(store: ObjectStore, digest: str, target: Path, *, link: bool | None = None) -> None:
    """Put an object's content at `target`, and replace the file there.

    A reflink is made where the file system has them (btrfs, XFS): it takes no space and is safe to write to.
    Otherwise a hard link, whose file is read-only because it *is* the stored object; otherwise a copy.

    Args:
        store: The store of the object.
        digest: The object's SHA-256.
        target: The file; missing folders are created.
        link: Whether hard links may be made; default yes, except for root, who could write through a
            read-only file and so damage the store.

    Raises:
        MissingObjectError: The store has no such object.
        CorruptObjectError: The stored content is damaged; `target` stays as it was.
    """
    if target.is_file() and hash_file(target).digest == digest:
        return
    source = store.path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix != ".zst" and _linked(store, digest, source, target, link=link):
        return
    with atomic_write(target, durable=False) as file:  # the store has the content
        for chunk in store.chunks(digest):
            file.write(chunk)


def _linked(store: ObjectStore, digest: str, source: Path, target: Path, *, link: bool | None) -> bool:
    """Replace the target by a link to an object that is verified first; False if no link can be made."""
    temporary = temporary_path(target)
    try:
        if not _reflinked(source, temporary) and not _hard_linked(source, temporary, link=link):
            return False
        store.verify(digest)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _hard_linked(source: Path, target: Path, *, link: bool | None) -> bool:
    allowed = link if link is not None else getattr(os, "geteuid", lambda: 1)() != 0
    if not allowed:
        return False
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        return False
    return True


def _reflinked(source: Path, target: Path) -> bool:
    try:
        import fcntl
    except ImportError:  # not a Unix
        return False
    with source.open("rb") as old, target.open("xb") as new:
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        except OSError:
            target.unlink()
            return False
    return True
