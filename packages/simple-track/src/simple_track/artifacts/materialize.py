"""Placing stored content at a path of the user's: by reflink, hard link or copy, always verified."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from simple_track.artifacts.objects import ObjectStore, hash_file

_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file, copied when either is written


def place(store: ObjectStore, digest: str, target: Path, *, link: bool | None = None) -> None:
    """Put an object's content at `target`, replacing what is there.

    A reflink is taken where the file system has them (btrfs, XFS): it costs no space and is safe to write to.
    Failing that, a hard link, whose file is read-only because it *is* the stored object; then a copy.

    Args:
        store: Where the object is.
        digest: The object's SHA-256.
        target: The file to make. Missing folders are made.
        link: Whether hard links may be used. By default they are, except for root, who could write through
            a read-only file and so damage the store.

    Raises:
        MissingObjectError: The store has no such object.
        CorruptObjectError: The stored content is damaged; `target` is left as it was.
    """
    if target.is_file() and hash_file(target).digest == digest:
        return
    source = store.path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if source.suffix == ".zst" or not _linked(store, digest, source, temporary, link=link):
            _copied(store, digest, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _linked(store: ObjectStore, digest: str, source: Path, target: Path, *, link: bool | None) -> bool:
    if _reflinked(source, target):
        store.verify(digest)
        return True
    allowed = link if link is not None else getattr(os, "geteuid", lambda: 1)() != 0
    if not allowed:
        return False
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        return False
    store.verify(digest)
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


def _copied(store: ObjectStore, digest: str, target: Path) -> None:
    with target.open("xb") as out:
        for chunk in store.chunks(digest):
            out.write(chunk)
