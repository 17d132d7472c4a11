"""Put stored content at a path of the user: by reflink, hard link or copy, always verified."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from simple_track.artifacts.object_file import hash_file
from simple_track.artifacts.objects import CorruptObjectError, ObjectStore
from simple_track.artifacts.reflink import clone
from simple_track.errors import TrackError
from simple_track.storage.atomic_write import atomic_write, temporary_path


class OutsideLinkError(TrackError, OSError):
    """A folder into which files are put is a link to a place outside the download."""

    def __init__(self, link: Path, root: Path) -> None:
        self.link = link
        self.root = root
        super().__init__(
            f"{link}: is a link that leads out of {root}; remove it, or download to another folder."
        )


def create_below(root: Path, folder: Path) -> None:
    """Create a folder and its parents below another one, without following links out of that.

    Args:
        root: The folder that is not left; it may itself be a link.
        folder: The folder to create, which is `root` or below it.

    Raises:
        OutsideLinkError: A part of the path is a link that leads out.
    """
    inside = root.resolve()
    place = root
    for part in folder.relative_to(root).parts:
        place = place / part
        if place.is_symlink() and not place.resolve().is_relative_to(inside):
            raise OutsideLinkError(place, root)
        place.mkdir(exist_ok=True)


def materialize(
    store: ObjectStore,
    digest: str,
    target: Path,
    *,
    size: int | None = None,
    link: bool | None = None,
    executable: bool = False,
) -> None:
    """Put an object's content at `target`, and replace the file there.

    A reflink is made where the file system has them (btrfs, XFS): it takes no space and is safe to write to.
    Otherwise a hard link, whose file is read-only because it *is* the stored object; otherwise a copy.

    Args:
        store: The store of the object.
        digest: The object's SHA-256.
        target: The file; missing folders are created.
        size: The object's size in bytes, if it is known: one that unpacks to more is damaged.
        link: Whether hard links may be made; default yes, except for root, who could write through a
            read-only file and so damage the store.
        executable: Let the file be executed. It is then never a hard link, which has the mode of the store.

    Raises:
        MissingObjectError: The store has no such object.
        CorruptObjectError: The stored content is damaged; `target` stays as it was.
    """
    if not target.is_symlink() and target.is_file() and hash_file(target).digest == digest:
        if executable:
            _make_executable(target)
        return
    source = store.path(digest)
    if not source.is_file():
        raise CorruptObjectError(source, digest, "no file")
    target.parent.mkdir(parents=True, exist_ok=True)
    allowed = False if executable else link
    if source.suffix == ".zst" or not _linked(store, digest, source, target, link=allowed):
        with atomic_write(target, durable=False) as file:  # the store has the content
            for chunk in store.chunks(digest, size):
                file.write(chunk)
    if executable:
        _make_executable(target)


def _make_executable(path: Path) -> None:
    """Let everybody execute a file who may read it; one of several names is the store's."""
    facts = path.stat()
    if facts.st_nlink == 1:
        with contextlib.suppress(OSError):  # a file system without modes
            path.chmod(facts.st_mode | (facts.st_mode & 0o444) >> 2)


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
    with source.open("rb") as old:
        return clone(old.fileno(), target)
