"""The lineage of a version or a run: all that it was made from, and all that was made from it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import orjson

from simple_track.artifacts.collection import Collection
from simple_track.artifacts.manifest import Manifest
from simple_track.artifacts.trail import Trail
from simple_track.artifacts.version import ArtifactVersion
from simple_track.errors import FormatError
from simple_track.lineage.drawing import mermaid_of, text_of
from simple_track.lineage.lineage_index import LineageIndex, lineage_index
from simple_track.storage.layout import Layout

Step = Callable[[str], Iterable[str]]


@attrs.frozen(eq=False)
class Lineage(Mapping[str, Any]):
    """A graph of versions and runs around one of them.

    Keys: `inputs`, the refs of all versions upstream, nearest first; `outputs`, of all downstream; `runs`,
    the ids of all runs on the way, in order of start; `graph`, with `nodes` and `edges`, both sorted.

    Args:
        root: The version or run that it is about.
        data: The content of the mapping.
        levels: For each run its distance: 1 is one run away, upstream is negative, 0 is the root itself.
    """

    root: str
    data: dict[str, Any]
    levels: dict[str, int]

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        counts = f"{len(self['inputs'])} inputs, {len(self['outputs'])} outputs, {len(self['runs'])} runs"
        return f"Lineage({self.root!r}: {counts})"

    def text(self) -> str:
        """The lineage as text: each run with what it used and made, by distance."""
        return text_of(self.root, self.data, self.levels)

    def mermaid(self) -> str:
        """The lineage as a Mermaid flowchart, which GitHub, GitLab and notebooks draw."""
        return mermaid_of(self.root, self.data)

    def to_json(self) -> str:
        """The content as JSON."""
        return orjson.dumps(self.data, option=orjson.OPT_INDENT_2).decode()


def trace(layout: Layout, start: str, *, up: int | None = None, down: int | None = None) -> Lineage:
    """Trace the lineage of a version or a run.

    Args:
        layout: The store.
        start: The ref of a version, such as "digits/model:v0", or the id of a run.
        up: Maximum number of runs upstream; default all.
        down: Maximum number of runs downstream; default all.

    Raises:
        FormatError: A trail cannot be read.
    """
    index = lineage_index(layout)
    edges: set[tuple[str, str, str]] = set()
    is_run = _is_run(start)
    above = _walk(start, is_run, up, _sources(index, edges))
    below = _walk(start, is_run, down, _targets(index, edges))
    levels = {run: -distance for run, distance in above.runs.items()}
    for run, distance in below.runs.items():
        levels.setdefault(run, distance)
    versions = {*above.versions, *below.versions} | ({start} if not is_run else set())
    data = {
        "inputs": [ref for ref in above.versions if ref != start],
        "outputs": [ref for ref in below.versions if ref != start],
        "runs": sorted(levels),
        "graph": {
            "nodes": [*_version_nodes(layout, index, versions), *_run_nodes(layout, levels)],
            "edges": [{"from": a, "to": b, "kind": kind} for a, b, kind in sorted(edges)],
        },
    }
    return Lineage(start, data, levels)


def dependencies(layout: Layout, start: str, depth: int | None = None) -> list[ArtifactVersion]:
    """The versions that a version or run was made from, nearest first; those that are gone are left out.

    Args:
        layout: The store.
        start: The ref of a version, or the id of a run.
        depth: Maximum number of runs between; default all.
    """
    return _versions(layout, trace(layout, start, up=depth, down=0)["inputs"])


def dependents(layout: Layout, start: str, depth: int | None = None) -> list[ArtifactVersion]:
    """The versions that were made from a version or by a run, nearest first; without those that are gone.

    Args:
        layout: The store.
        start: The ref of a version, or the id of a run.
        depth: Maximum number of runs between; default all.
    """
    return _versions(layout, trace(layout, start, up=0, down=depth)["outputs"])


@attrs.frozen
class _Found:
    """What a walk in one direction has found, each with its distance in runs, nearest first."""

    versions: dict[str, int] = attrs.field(factory=dict)
    runs: dict[str, int] = attrs.field(factory=dict)


def _walk(start: str, is_run: bool, limit: int | None, steps: tuple[Step, Step]) -> _Found:
    """Walk breadth first; what was found before is not walked again, so cycles end."""
    to_runs, to_versions = steps
    found = _Found()
    distance = 0
    runs = [start] if is_run else []
    versions = [] if is_run else [start]
    if is_run:
        found.runs[start] = 0
        if limit == 0:
            return found
    while runs or versions:
        if not runs:
            distance += 1
            if limit is not None and distance > limit:
                break
            runs = _new((run for version in versions for run in to_runs(version)), found.runs, distance)
            versions = []
            continue
        distance = max(distance, 1)
        versions = _new((ref for run in runs for ref in to_versions(run)), found.versions, distance)
        runs = []
    return found


def _new(items: Iterable[str], known: dict[str, int], distance: int) -> list[str]:
    """The items that are not known, sorted; they are from now on."""
    new = sorted({item for item in items if item not in known}, key=_order)
    known.update(dict.fromkeys(new, distance))
    return new


def _sources(index: LineageIndex, edges: set[tuple[str, str, str]]) -> tuple[Step, Step]:
    def makers(version: str) -> Iterable[str]:
        for run in index.makers.get(version, ()):
            edges.add((run, version, "made"))
            yield run

    def used(run: str) -> Iterable[str]:
        for version in index.used.get(run, ()):
            edges.add((version, run, "used"))
            yield version

    return makers, used


def _targets(index: LineageIndex, edges: set[tuple[str, str, str]]) -> tuple[Step, Step]:
    def users(version: str) -> Iterable[str]:
        for run in index.users.get(version, ()):
            edges.add((version, run, "used"))
            yield run

    def made(run: str) -> Iterable[str]:
        for version in index.made.get(run, ()):
            edges.add((run, version, "made"))
            yield version

    return users, made


def _is_run(name: str) -> bool:
    return ":" not in name


def _order(name: str) -> tuple[str, int]:
    """Versions by name, then by number; runs by id, and so by their start."""
    head, _, version = name.rpartition(":v")
    return (head, int(version)) if head and version.isdigit() else (name, -1)


def _version_nodes(layout: Layout, index: LineageIndex, refs: set[str]) -> list[dict[str, Any]]:
    root = str(layout.artifacts)

    def is_missing(ref: str) -> bool:
        name, _, version = ref.rpartition(":")
        return ref in index.removed or not os.path.isfile(f"{root}/{name}/{version}.json")  # noqa: PTH113

    return [
        {
            "id": ref,
            "kind": "version",
            "type": index.types.get(ref, ""),
            "digest": index.digests.get(ref),
            "missing": is_missing(ref),
        }
        for ref in sorted(refs, key=_order)
    ]


def _run_nodes(layout: Layout, runs: Iterable[str]) -> list[dict[str, Any]]:
    projects = run_projects(layout) if runs else {}
    deleted = _deleted(layout) if any(run not in projects for run in runs) else {}
    return [
        {
            "id": run,
            "kind": "run",
            "project": projects.get(run, deleted.get(run)),
            "missing": run not in projects,
        }
        for run in sorted(runs)
    ]


def run_projects(layout: Layout) -> dict[str, str]:
    """The project of each run that is there, by its id."""
    found = {}
    for project in layout.projects():
        with contextlib.suppress(OSError), os.scandir(layout.project(project)) as entries:
            found.update(
                {entry.name: project for entry in entries if entry.name[0] != "." and entry.is_dir()}
            )
    return found


def _deleted(layout: Layout) -> dict[str, str]:
    """The project of each run that was deleted."""
    found = {}
    for project in layout.projects():
        try:
            events, _ = Trail(layout.project(project) / ".deleted.jsonl").read()
        except FormatError:  # `doctor` reports it
            continue
        found.update({str(event["id"]): project for event in events if "id" in event})
    return found


def _versions(layout: Layout, refs: Iterable[str]) -> list[ArtifactVersion]:
    found = []
    for ref in refs:
        name, _, version = ref.rpartition(":v")
        project, _, artifact = name.rpartition("/")
        manifest = _read(Collection.of(layout, project, artifact), int(version))
        if manifest is not None:
            found.append(ArtifactVersion(layout=layout, project=project, manifest=manifest))
    return found


def _read(collection: Collection, number: int) -> Manifest | None:
    try:
        return None if number in collection.state().removed else collection.manifest(number)
    except FileNotFoundError:
        return None
