"""Garbage: files of the store that no version and no run refers to."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from simple_track.artifacts.collection import Collection
from simple_track.artifacts.object_file import digest_of
from simple_track.artifacts.objects import ObjectStore
from simple_track.artifacts.store_lock import store_lock
from simple_track.errors import FormatError
from simple_track.maintenance.deletion import interrupted_deletions
from simple_track.registry.registry_collection import RegistryCollection, collections
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.lock import is_alive
from simple_track.storage.reader import read_chunks
from simple_track.storage.record import decode
from simple_track.values.value import files_of

YOUNG_SECONDS = 3600.0
"""Younger files may belong to a writer that has not referred to them yet."""
_DIGEST = re.compile(rb"[0-9a-f]{64}")


@attrs.frozen
class Item:
    """A file that nothing refers to.

    Args:
        path: The file.
        size: Bytes.
        why: The reason why it is garbage.
        changed: The time of its last change, in seconds since 1970.
    """

    path: Path
    size: int
    why: str
    changed: float


@attrs.frozen
class Garbage:
    """The garbage of a store.

    Args:
        items: The files that can be removed.
        doubts: Files that could not be read; all files that they might refer to are kept.
    """

    items: list[Item]
    doubts: list[str]

    @property
    def size(self) -> int:
        """The size of all items, in bytes."""
        return sum(item.size for item in self.items)


def find_garbage(layout: Layout, *, young: float = YOUNG_SECONDS) -> Garbage:
    """Find garbage, and change nothing.

    Args:
        layout: The store.
        young: The minimum age of garbage, in seconds since its last change.
    """
    doubts: list[str] = []
    referred = _referred(layout, doubts)
    items = [] if doubts else _objects(layout, referred)
    for run in layout.run_layouts():
        with _doubting(run.dir, doubts):
            items += _run_files(run, doubts)
    items += _items(_leftovers(layout), "left by a writer that was killed")
    items += _items(_removed(layout, doubts), "the manifest of a version that was removed")
    for folder in interrupted_deletions(layout):
        files = (path for path in folder.rglob("*") if not path.is_dir())
        items += _items(files, "left by a deletion that was interrupted")
    limit = time.time() - young
    return Garbage([item for item in items if item.changed < limit], doubts)


def remove_garbage(layout: Layout, *, young: float = YOUNG_SECONDS) -> Garbage:
    """Find garbage and remove it, while no process can add an artifact.

    Args:
        layout: The store.
        young: The minimum age of garbage, in seconds since its last change.

    Returns:
        The files that were removed, and those that could not be read.
    """
    with store_lock(layout.artifacts_lock):
        garbage = find_garbage(layout, young=young)
        removed = [item for item in garbage.items if _is_removed(item, garbage.doubts)]
    return attrs.evolve(garbage, items=removed)


def _is_removed(item: Item, doubts: list[str]) -> bool:
    try:
        item.path.unlink(missing_ok=True)
    except OSError as error:
        doubts.append(f"{item.path}: cannot be removed ({error.strerror or error})")
        return False
    return True


@contextlib.contextmanager
def _doubting(where: Path, doubts: list[str]) -> Iterator[None]:
    """Note what cannot be read as a doubt, and go on behind the block."""
    try:
        yield
    except FileNotFoundError:  # removed meanwhile
        pass
    except FormatError as error:
        doubts.append(str(error))
    except OSError as error:
        doubts.append(f"{where}: cannot be read ({error.strerror or error})")


def _leftovers(layout: Layout) -> Iterator[Path]:
    """Temporary files of writers that were killed."""
    yield from ObjectStore(layout.objects).leftovers()
    for folder in layout.artifact_folders():
        yield from folder.glob(".*.part")
    for run in layout.run_layouts():
        if not is_alive(run.lock):
            with contextlib.suppress(OSError):  # another user's: it is a doubt already
                yield from (path for path in run.dir.glob(".*") if path.is_file())


def _removed(layout: Layout, doubts: list[str]) -> Iterator[Path]:
    """Manifests of versions whose removal was interrupted."""
    for folder in layout.artifact_folders():
        collection = Collection(folder)
        with _doubting(folder, doubts):
            gone = collection.state().removed
            yield from (collection.manifest_file(n) for n in collection.manifests() if n in gone)


def _objects(layout: Layout, referred: set[str]) -> list[Item]:
    loose = (path for path in ObjectStore(layout.objects).files() if digest_of(path) not in referred)
    return _items(loose, "an object that no version and no run refers to")


def _referred(layout: Layout, doubts: list[str]) -> set[str]:
    """Find every digest in manifests, and all that looks like one in runs and the registry."""
    found: set[str] = set()
    for folder in layout.artifact_folders():
        with _doubting(folder, doubts):
            found |= _of_collection(Collection(folder), doubts)
    unreadable = layout.unreadable_folders() | layout.unreadable_artifact_folders()
    doubts += [f"{folder}: {reason}" for folder, reason in unreadable.items()]
    for run in layout.run_layouts():
        with _doubting(run.dir, doubts):
            for path in [*run.history_files(), run.metadata, run.summary]:
                found |= _mentioned(path, doubts)
    for path in _files_below(layout.registry, doubts):
        found |= _mentioned(path, doubts)
    for name in collections(layout):
        with _doubting(layout.registry / name, doubts):
            _check_published(RegistryCollection(layout, name), doubts)
    return found


def _files_below(folder: Path, doubts: list[str]) -> Iterator[Path]:
    """All files below a folder; a subfolder that cannot be listed is a doubt."""

    def doubt(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            doubts.append(f"{error.filename}: cannot be read ({error.strerror})")

    for place, _, names in os.walk(folder, onerror=doubt):
        yield from (Path(place, name) for name in sorted(names))


def _of_collection(collection: Collection, doubts: list[str]) -> set[str]:
    found: set[str] = set()
    for number in collection.versions():
        try:
            found |= {entry.sha256 for entry in collection.manifest(number).files}
        except (FormatError, OSError) as error:
            doubts.append(str(error))
    there = set(collection.manifests())
    doubts += [
        f"{collection.path}: the manifest of v{number} is missing; restore it from a backup"
        for number in sorted(collection.state().versions)
        if number not in there
    ]
    return found


def _check_published(collection: RegistryCollection, doubts: list[str]) -> None:
    """Note the published versions that cannot be read, and so may refer to any object."""
    for number in collection.numbers():
        with _doubting(collection.manifest_file(number), doubts):
            collection.version(number)
    doubts += [
        f"{collection.manifest_file(number)}: the published version is missing; restore it from a backup"
        for number in collection.lost()
    ]


def _mentioned(path: Path, doubts: list[str]) -> set[str]:
    try:
        return {match.decode() for chunk in read_chunks(path) for match in _DIGEST.findall(chunk)}
    except FileNotFoundError:  # a new run does not have all of its files yet
        return set()
    except FormatError as error:
        doubts.append(str(error))
        return set()


def _run_files(run: RunLayout, doubts: list[str]) -> list[Item]:
    """Media and tables of a run that has ended which none of its events names, and temporary files."""
    if is_alive(run.lock):
        return []
    folders = (run.all_media, run.tables)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files:
        return []
    named: set[str] = set()
    for stream in run.history_files():
        try:
            named |= _named_files(stream)
        except FormatError as error:
            doubts.append(str(error))
            return []
        except (FileNotFoundError, ValueError) as error:
            doubts.append(f"{stream}: {error}")
            return []
    loose = [path for path in files if run.relative(path) not in named]
    return _items(loose, "a file that no event of its run names")


def _named_files(stream: Path) -> set[str]:
    """Find the files that the events of one writer name.

    Raises:
        ValueError: A line before the last one cannot be read, and so may name any file.
    """
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
        with contextlib.suppress(FileNotFoundError):  # its writer has finished it
            facts = path.lstat()
            items.append(Item(path, facts.st_size, why, facts.st_mtime))
    return items
