"""Garbage: files of the store that no version and no run refers to; found with care, removed when asked."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import zstandard

from simple_track.artifacts.collection import Collection
from simple_track.artifacts.objects import ObjectStore, digest_of
from simple_track.artifacts.store_lock import locked
from simple_track.errors import FormatError
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.lock import is_alive
from simple_track.storage.reader import read_chunks
from simple_track.storage.record import decode
from simple_track.values.value import files_of

YOUNG_SECONDS = 3600.0
"""What is younger may belong to someone who has not yet said so."""
_DIGEST = re.compile(rb"[0-9a-f]{64}")


@attrs.frozen
class Item:
    """A file that nothing refers to.

    Args:
        path: The file.
        size: Bytes.
        why: What it is.
        changed: When it was changed last, in seconds since 1970.
    """

    path: Path
    size: int
    why: str
    changed: float


@attrs.frozen
class Garbage:
    """What was found.

    Args:
        items: The files that may go.
        doubts: What could not be read: as long as it cannot, what it might refer to stays.
    """

    items: list[Item]
    doubts: list[str]

    @property
    def size(self) -> int:
        """Bytes that would come free."""
        return sum(item.size for item in self.items)


def find_garbage(layout: Layout, *, young: float = YOUNG_SECONDS) -> Garbage:
    """Look for garbage, and touch nothing.

    Args:
        layout: The store.
        young: Files changed in the last so many seconds are left alone.
    """
    doubts: list[str] = []
    referred = _referred(layout, doubts)
    items = [] if doubts else _objects(layout, referred)
    for run in layout.run_layouts():
        items += _run_files(run, doubts)
    items += _items(_leftovers(layout), "left by a writer that was killed")
    limit = time.time() - young
    return Garbage([item for item in items if item.changed < limit], doubts)


def remove_garbage(layout: Layout, *, young: float = YOUNG_SECONDS) -> Garbage:
    """Look for garbage and remove it, while nobody can add an artifact.

    Args:
        layout: The store.
        young: Files changed in the last so many seconds are left alone.

    Returns:
        What was removed, and what was in doubt.
    """
    with locked(layout.objects.parent / ".lock"):
        garbage = find_garbage(layout, young=young)
        for item in garbage.items:
            item.path.unlink(missing_ok=True)
    return garbage


def _leftovers(layout: Layout) -> Iterator[Path]:
    """Files that were being written under another name until they would be whole."""
    yield from ObjectStore(layout.objects).leftovers()
    for folder in _collections(layout):
        yield from folder.glob(".*.part")
    for run in layout.run_layouts():
        if not is_alive(run.lock):
            yield from (path for path in run.dir.glob(".*") if path.is_file())


def _objects(layout: Layout, referred: set[str]) -> list[Item]:
    loose = (path for path in ObjectStore(layout.objects).files() if digest_of(path) not in referred)
    return _items(loose, "an object that no version and no run refers to")


def _referred(layout: Layout, doubts: list[str]) -> set[str]:
    """Every digest that anything mentions: manifests, and what looks like one in runs and registry."""
    found: set[str] = set()
    for folder in _collections(layout):
        found |= _of_collection(Collection(folder), doubts)
    for run in layout.run_layouts():
        for path in [*run.history_files(), run.metadata, run.summary]:
            found |= _mentioned(path, doubts)
    for path in sorted(layout.registry.rglob("*")):
        if path.is_file():
            found |= _mentioned(path, doubts)
    return found


def _collections(layout: Layout) -> Iterator[Path]:
    objects = layout.objects
    for project in sorted(objects.parent.glob("*")):
        if project.is_dir() and project != objects:
            yield from (folder for folder in sorted(project.iterdir()) if folder.is_dir())


def _of_collection(collection: Collection, doubts: list[str]) -> set[str]:
    found: set[str] = set()
    for number in collection.versions():
        try:
            found |= {entry.sha256 for entry in collection.manifest(number).files}
        except (FormatError, OSError) as error:
            doubts.append(str(error))
    there = set(collection.versions())
    for event in collection.events():
        if event.get("event") == "version" and int(event["version"][1:]) not in there:
            doubts.append(
                f"{collection.path}: the manifest of {event['version']} is missing; restore it from a backup"
            )
    return found


def _mentioned(path: Path, doubts: list[str]) -> set[str]:
    try:
        return {match.decode() for chunk in read_chunks(path) for match in _DIGEST.findall(chunk)}
    except FileNotFoundError:  # a run that has just been started has not all of its files
        return set()
    except (OSError, zstandard.ZstdError) as error:
        doubts.append(f"{path}: cannot be read ({error})")
        return set()


def _run_files(run: RunLayout, doubts: list[str]) -> list[Item]:
    """Media and tables of a run that has ended which none of its events names, and half-written files."""
    if is_alive(run.lock):
        return []
    files = [
        path
        for place in ("media", "tables")
        for path in sorted((run.dir / place).rglob("*"))
        if path.is_file()
    ]
    if not files:
        return []
    named: set[str] = set()
    for stream in run.history_files():
        try:
            named |= _named_files(stream)
        except (OSError, ValueError, zstandard.ZstdError) as error:
            doubts.append(f"{stream}: {error}")
            return []
    loose = [path for path in files if run.relative(path) not in named]
    return _items(loose, "a file that no event of its run names")


def _named_files(stream: Path) -> set[str]:
    """The files that the events of one writer name. A line that cannot be read may name any, but the last."""
    named: set[str] = set()
    torn = False
    for chunk in read_chunks(stream):
        for line in chunk.splitlines():
            if torn:
                raise ValueError("a line in the middle cannot be read")
            event = decode(line)
            torn = event is None and bool(line.strip())
            named |= files_of(event)
    return named


def _items(paths: Iterable[Path], why: str) -> list[Item]:
    items = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # its writer was faster
            facts = path.lstat()
            items.append(Item(path, facts.st_size, why, facts.st_mtime))
    return items
