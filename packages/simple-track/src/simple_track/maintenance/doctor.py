"""A check of a whole store, which finds what is damaged, where, and how to repair it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from simple_track.artifacts.collection import Collection
from simple_track.artifacts.objects import CorruptObjectError, MissingObjectError, ObjectStore
from simple_track.errors import FormatError, TrackError
from simple_track.registry.registry_collection import RegistryCollection, collections
from simple_track.storage.edits import invalid_lines
from simple_track.storage.layout import Layout, RunLayout, packed_file
from simple_track.storage.lock import is_alive
from simple_track.storage.metadata import current_state, read_metadata
from simple_track.storage.reader import read_chunks, read_events
from simple_track.storage.record import decode
from simple_track.storage.sdn_file import read_sdn
from simple_track.values.value import files_of

LEVELS = ("error", "warning", "note")
LOW_SPACE = 1 << 30
_EDITS_MEND = (
    "the other edits are applied; edit the run again (simple-track rename, tag, note or archive), "
    "and remove these lines"
)
_SYNC_MEND = (
    "the lines that are there are right; if the power failed, later ones may be missing. "
    "Check the disk, or keep the store on another file system"
)
_LET_READ = "see whose it is with ls -l, and give yourself the right to read it"


@attrs.frozen
class Finding:
    """A problem in a store.

    Args:
        level: "error": data is lost or cannot be read. "warning": data may be lost, or a crash left a trace.
            "note": no action is needed.
        where: The file or folder.
        what: The problem.
        mend: What to do about it.
    """

    level: str
    where: Path
    what: str
    mend: str


def examine(layout: Layout, *, deep: bool = False) -> Iterator[Finding]:
    """Check a store, and change nothing.

    Args:
        layout: The store.
        deep: Read every artifact and media file, and compare it with its hash.
    """
    if not layout.root.is_dir():
        yield Finding(
            "note", layout.root, "there is no store here", "log a run, or name the store with --dir"
        )
        return
    free = shutil.disk_usage(layout.root).free
    if free < LOW_SPACE:
        yield Finding(
            "warning", layout.root, f"only {free >> 20} MiB are free", "make room; simple-track gc may help"
        )
    for folder, reason in {**layout.unreadable_folders(), **layout.unreadable_artifact_folders()}.items():
        yield Finding("error", folder, reason, _LET_READ)
    for run in layout.run_layouts():
        yield from _guarded(run.dir, examine_run(run, deep=deep))
    yield from _guarded(layout.artifacts, _artifacts(layout, deep=deep))
    yield from _guarded(layout.registry, _registry(layout))


def _guarded(where: Path, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings about a part of the store; if it cannot be read, that is one, and the others go on."""
    try:
        yield from findings
    except FormatError as error:
        yield Finding("error", error.path, error.reason, _mend(error))
    except OSError as error:
        yield Finding("error", where, f"cannot be read ({error.strerror or error})", _LET_READ)


def _mend(error: FormatError) -> str:
    return _LET_READ if isinstance(error.__cause__, OSError) else "restore it from a backup"


def examine_run(run: RunLayout, *, deep: bool = False) -> Iterator[Finding]:
    """Check one run.

    Args:
        run: The run's folder.
        deep: Compare every media file with its hash.
    """
    yield from _metadata(run)
    resumed = _resumed(run)
    for stream in run.stream_files():
        yield from _lines(stream, alive=is_alive(run.lock), resumed=resumed)
    for path in run.edit_files():
        yield from _guarded(path, _edits(path))
    yield from _sync_failures(run)
    yield from _media(run, deep=deep)


def _edits(path: Path) -> Iterator[Finding]:
    """The edits that are not applied because their lines are damaged, or of a newer version."""
    invalid = invalid_lines(path)
    if invalid:
        what = f"{_count(len(invalid), 'line')} cannot be applied: {_some(invalid)}"
        yield Finding("warning", path, what, _EDITS_MEND)


def _sync_failures(run: RunLayout) -> Iterator[Finding]:
    """The files that the disk could not sync while the run was written."""
    try:
        events = read_events(run)
    except FormatError:  # reported by _lines
        return
    failures: dict[str, list[str]] = {}
    for event in events:
        match event:
            case {"event": "sync_failure", "file": str(name), "reason": str(reason)}:
                failures.setdefault(name, []).append(reason)
    for name, reasons in sorted(failures.items()):
        times = "once" if len(reasons) == 1 else f"{len(reasons)} times"
        what = f"{name} could not be synced to disk {times} while the run was written ({reasons[-1]})"
        yield Finding("warning", run.dir, what, _SYNC_MEND)


def _metadata(run: RunLayout) -> Iterator[Finding]:
    try:
        if current_state(run, read_metadata(run)) == "crashed":
            mend = f"nothing is lost; continue it with Track.run(…, resume={run.run_id!r}), or leave it"
            yield Finding("note", run.dir, "the run's process died without ending it", mend)
    except FileNotFoundError:
        mend = "the start was cut short; remove the folder if it holds nothing you need"
        yield Finding("warning", run.dir, "there is no metadata.sdn", mend)
    except FormatError as error:
        mend = "mend the text by hand, or restore it from a backup"
        yield Finding("error", run.metadata, error.reason, _LET_READ if _mend(error) == _LET_READ else mend)
    try:
        read_sdn(run.summary)
    except FileNotFoundError:
        return
    except FormatError as error:
        mend = "remove it: the summary is made again from the log"
        yield Finding("warning", run.summary, error.reason, mend)


def _resumed(run: RunLayout) -> int:
    """How often the run was resumed: before each time a crash may have left one torn line in the middle."""
    try:
        return len(read_metadata(run).resumed)
    except (FileNotFoundError, FormatError):
        return 0


def _lines(stream: Path, *, alive: bool, resumed: int) -> Iterator[Finding]:
    packed = packed_file(stream)
    if stream.exists() and packed.exists():
        mend = "the plain file is whole and counts; pack the run again, or remove the packed file"
        yield Finding("warning", packed, "packing or unpacking was cut short", mend)
    shown = stream if stream.exists() else packed
    try:
        torn = [number for number, line in _numbered(stream) if line.strip() and decode(line) is None]
        last = sum(1 for _ in _numbered(stream))
    except FormatError as error:
        yield Finding("error", shown, error.reason, _mend(error))
        return
    except FileNotFoundError:  # it was removed, or packed and unpacked, meanwhile
        return
    crashed = [number for number in torn if number == last][:1]
    if len(torn) > resumed + len(crashed):
        mend = "readers pass over them; restore the file from a backup that has them whole"
        yield Finding("warning", shown, f"{_count(len(torn), 'line')} cannot be read: {_some(torn)}", mend)
    elif torn and not alive:
        yield Finding("note", shown, "a line was torn by a crash", "nothing to do: readers pass over it")


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _some(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (", …" if len(numbers) > 5 else "")


def _numbered(stream: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    for chunk in read_chunks(stream):
        for line in chunk.splitlines():
            number += 1
            yield number, line


def _media(run: RunLayout, *, deep: bool) -> Iterator[Finding]:
    try:
        events = read_events(run)
    except FormatError:  # reported by _lines
        return
    for event in events:
        body = event.get("value")
        if event.get("event") != "media" or not isinstance(body, dict):
            continue
        hashes = dict(_hashes(body))
        for name in sorted(files_of(body)):
            yield from _file(run, name, hashes.get(name), str(event.get("key")), deep=deep)


def _file(run: RunLayout, name: str, digest: str | None, key: str, *, deep: bool) -> Iterator[Finding]:
    try:
        path = run.resolve(name)
    except FormatError as error:
        yield Finding(
            "error", run.history, error.reason, "the log was tampered with: restore it from a backup"
        )
        return
    if not path.is_file():
        yield Finding("error", path, f"the file of {key!r} is missing", "restore it from a backup")
    elif deep and digest is not None:
        yield from _guarded(path, _content(path, digest, key))


def _content(path: Path, digest: str, key: str) -> Iterator[Finding]:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            yield Finding("error", path, f"the file of {key!r} is damaged", "restore it from a backup")


def _hashes(body: Any) -> Iterator[tuple[str, str]]:
    if isinstance(body, dict):
        if isinstance(body.get("file"), str) and isinstance(body.get("sha256"), str):
            yield body["file"], body["sha256"]
        for value in body.values():
            yield from _hashes(value)
    elif isinstance(body, list):
        for value in body:
            yield from _hashes(value)


def _artifacts(layout: Layout, *, deep: bool) -> Iterator[Finding]:
    store = ObjectStore(layout.objects)
    sound: set[str] = set()
    for folder in layout.artifact_folders():
        yield from _guarded(folder, _collection(Collection(folder), store, sound, deep=deep))


def _collection(
    collection: Collection, store: ObjectStore, sound: set[str], *, deep: bool
) -> Iterator[Finding]:
    versions = collection.versions()
    for number in versions:
        try:
            manifest = collection.manifest(number)
        except FormatError as error:
            yield Finding("error", error.path, error.reason, _mend(error))
            continue
        for entry in manifest.files:
            if entry.sha256 in sound:
                continue
            try:
                store.verify(entry.sha256, entry.size) if deep else store.path(entry.sha256)
                sound.add(entry.sha256)
            except (CorruptObjectError, MissingObjectError) as error:
                yield _damaged(collection, number, entry.name, error)
            except OSError as error:
                what = f"{entry.name!r} of {collection.path.name}:v{number} cannot be read ({error.strerror})"
                yield Finding("error", Path(error.filename or store.root), what, _LET_READ)
    for alias, number in collection.aliases().items():
        if number not in versions:
            what = f"alias {alias!r} stands for v{number}, which is not there"
            mend = "restore the manifest from a backup, or log with this alias again"
            yield Finding("error", collection.events_file, what, mend)


def _registry(layout: Layout) -> Iterator[Finding]:
    for name in collections(layout):
        collection = RegistryCollection(layout, name)
        yield from _guarded(collection.path, _registered(collection))


def _registered(collection: RegistryCollection) -> Iterator[Finding]:
    for broken in collection.trail.breaks():
        mend = "compare it with a backup; what it says of aliases and publications may be wrong"
        yield Finding("error", collection.trail.path, f"line {broken.line}: {broken.what}", mend)
        break  # the others may follow from it
    numbers = collection.numbers()
    for number in numbers:
        try:
            collection.version(number)
        except FormatError as error:
            yield Finding("error", error.path, error.reason, _mend(error))
    for number in collection.lost():
        mend = "restore it from a backup, or publish its source again"
        yield Finding("error", collection.manifest_file(number), "the published version is missing", mend)


def _damaged(collection: Collection, number: int, name: str, error: TrackError) -> Finding:
    path = error.path if isinstance(error, CorruptObjectError) else collection.manifest_file(number)
    lost = "is damaged" if isinstance(error, CorruptObjectError) else "is missing from the store"
    what = f"{name!r} of {collection.path.name}:v{number} {lost}"
    return Finding(
        "error", path, what, "log the artifact again from a good copy, or restore it from a backup"
    )
