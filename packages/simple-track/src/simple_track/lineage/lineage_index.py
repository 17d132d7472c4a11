"""Which run made and used which version, of a whole store, gathered from the trails of its artifacts.

The index is cached, with the size and time of each trail: only trails that have changed are read, and of
those only what is new.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.artifacts.trail import Trail
from simple_track.artifacts.trail_state import number_of
from simple_track.errors import FormatError
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import Layout

FORMAT = 1
FIRST = "events.jsonl"
_MARK = 256  # bytes before the offset that are compared: an edited trail has others


@attrs.define
class _Artifact:
    """What one trail says.

    Args:
        facts: The trail's inode, size and time of change when it was read.
        offset: The offset behind the last line that was read, in bytes.
        mark: The last bytes before it.
        type: The type of the artifact.
        digests: The digest of each version, by its name.
        removed: The versions that were removed.
        made: The run and the version of each logging, in order.
        used: The run and the version of each use, in order.
    """

    facts: list[int]
    offset: int = 0
    mark: str = ""
    type: str = ""
    digests: dict[str, str] = attrs.field(factory=dict)
    removed: list[str] = attrs.field(factory=list)
    made: list[list[str]] = attrs.field(factory=list)
    used: list[list[str]] = attrs.field(factory=list)

    def fold(self, event: dict[str, Any]) -> None:
        """Add an event."""
        version, run = event.get("version"), event.get("run")
        if number_of(version) is None or not isinstance(version, str):
            return
        match event:
            case {"event": "version", "digest": str(digest)}:
                self.digests[version] = digest
                if isinstance(event.get("type"), str):
                    self.type = event["type"]
            case {"event": "removed"}:
                self.removed.append(version)
        if isinstance(run, str) and event.get("event") in ("version", "again"):
            self.made.append([run, version])
        elif isinstance(run, str) and event.get("event") == "use":
            self.used.append([run, version])


@attrs.frozen
class LineageIndex:
    """Runs and versions of a store, and how they hang together; versions are named `project/name:v0`.

    Args:
        makers: The runs that made each version, sorted.
        users: The runs that used each version, sorted.
        made: The versions that each run made, in order.
        used: The versions that each run used, in order.
        types: The type of each version.
        digests: The digest of each version.
        removed: The versions that were removed.
    """

    makers: dict[str, list[str]] = attrs.field(factory=dict)
    users: dict[str, list[str]] = attrs.field(factory=dict)
    made: dict[str, list[str]] = attrs.field(factory=dict)
    used: dict[str, list[str]] = attrs.field(factory=dict)
    types: dict[str, str] = attrs.field(factory=dict)
    digests: dict[str, str] = attrs.field(factory=dict)
    removed: set[str] = attrs.field(factory=set)

    def has_run(self, run: str) -> bool:
        """Whether any artifact was made or used by this run."""
        return run in self.made or run in self.used

    def _add(self, name: str, artifact: _Artifact) -> None:
        for version, digest in artifact.digests.items():
            self.digests[f"{name}:{version}"] = digest
        self.removed.update(f"{name}:{version}" for version in artifact.removed)
        for pairs, by_version, by_run in (
            (artifact.made, self.makers, self.made),
            (artifact.used, self.users, self.used),
        ):
            for run, version in pairs:
                ref = f"{name}:{version}"
                self.types.setdefault(ref, artifact.type)
                _append(by_version, ref, run)
                _append(by_run, run, ref)
        for version in artifact.digests:
            self.types.setdefault(f"{name}:{version}", artifact.type)


def _append(lists: dict[str, list[str]], key: str, value: str) -> None:
    lists.setdefault(key, []).append(value)


def lineage_index(layout: Layout) -> LineageIndex:
    """Gather the index of a store, of which only what has changed is read.

    Args:
        layout: The store.

    Raises:
        FormatError: A trail cannot be read.
    """
    folders, cached = _load(layout.lineage_cache)
    current: dict[str, _Artifact] = {}
    listed = {}
    changed = False
    for name, folder in _folders(layout):
        listed[name] = _listed(folder, folders.get(name))
        for trail in listed[name][1]:
            key = name if trail == FIRST else f"{name}|{trail}"
            known = cached.get(key)
            artifact = _followed(f"{folder}/{trail}", known)
            if artifact is not None:
                changed = changed or artifact is not known
                current[key] = artifact
    if changed or listed != folders:
        _save(layout.lineage_cache, listed, current)
    index = LineageIndex()
    for name, artifact in sorted(current.items()):
        index._add(name.partition("|")[0], artifact)
    for lists in (index.makers, index.users, index.made, index.used):
        for key, values in lists.items():
            if len(values) > 1:
                lists[key] = list(dict.fromkeys(values))
    return index


def _folders(layout: Layout) -> Iterator[tuple[str, str]]:
    """The name `project/name` and the path of the folder of each artifact."""
    for project in _names(str(layout.artifacts)):
        if project != layout.objects.name:
            above = f"{layout.artifacts}/{project}"
            yield from ((f"{project}/{name}", f"{above}/{name}") for name in _names(above))


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.name[0] != "." and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise FormatError(Path(folder), f"cannot be read ({error.strerror or error})") from error


def _listed(folder: str, known: tuple[int, list[str]] | None) -> tuple[int, list[str]]:
    """When files of a folder came or went, and its trails: its own, and those of other stores."""
    changed = os.stat(folder).st_mtime_ns  # noqa: PTH116 - thousands of them
    if known is not None and known[0] == changed:
        return known
    names = sorted(n for n in os.listdir(folder) if n.startswith("events.") and n.endswith(".jsonl"))  # noqa: PTH208
    return changed, names


def _followed(path: str, known: _Artifact | None) -> _Artifact | None:
    """What a trail says; what is known already if it has not changed, None if it is not there."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - thousands of them
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FormatError(Path(path), f"cannot be read ({error.strerror or error})") from error
    facts = [stat.st_ino, stat.st_size, stat.st_mtime_ns]
    if known is not None and known.facts == facts:
        return known
    trail = Trail(Path(path))
    if (
        known is None
        or known.facts[0] != facts[0]
        or facts[1] < known.offset
        or _mark(path, known) != known.mark
    ):
        known = _Artifact(facts)
    events, offset = trail.read(known.offset)
    artifact = attrs.evolve(
        known,
        facts=facts,
        offset=offset,
        digests=dict(known.digests),
        removed=list(known.removed),
        made=list(known.made),
        used=list(known.used),
    )
    for event in events:
        artifact.fold(event)
    artifact.mark = _mark(path, artifact)
    return artifact


def _mark(path: str, artifact: _Artifact) -> str:
    start = max(0, artifact.offset - _MARK)
    with open(path, "rb") as file:  # noqa: PTH123 - thousands of them
        file.seek(start)
        return file.read(artifact.offset - start).hex()


Listed = dict[str, tuple[int, list[str]]]


def _load(cache: Path) -> tuple[Listed, dict[str, _Artifact]]:
    try:
        body = orjson.loads(cache.read_bytes())
        if body["format"] != FORMAT:
            return {}, {}
        folders = {str(name): (int(time), list(trails)) for name, (time, trails) in body["folders"].items()}
        return folders, {str(name): _Artifact(*fields) for name, fields in body["artifacts"].items()}
    except (OSError, KeyError, TypeError, ValueError, AttributeError):  # none yet, or damaged: gathered anew
        return {}, {}


def _save(cache: Path, folders: Listed, artifacts: dict[str, _Artifact]) -> None:
    fields = {name: attrs.astuple(artifact, recurse=False) for name, artifact in artifacts.items()}
    body = {"format": FORMAT, "folders": folders, "artifacts": fields}
    with contextlib.suppress(OSError):  # a read-only store, or a full disk
        cache.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(cache, durable=False) as file:
            file.write(orjson.dumps(body))
