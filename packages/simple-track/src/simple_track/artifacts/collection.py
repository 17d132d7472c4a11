"""All versions of one artifact: immutable manifests `v0.json`, `v1.json`… and the events in `events.jsonl`.

An alias names the version of its last line in `events.jsonl`. So every move stays on record: when, who, from,
to, why.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import attrs

from simple_track.artifacts.alias import LATEST, ProtectedAliasError, check_alias
from simple_track.artifacts.manifest import FileEntry, Manifest, Reference, content_digest
from simple_track.artifacts.store_lock import store_lock
from simple_track.artifacts.trail import Trail
from simple_track.artifacts.trail_state import TrailState, current_state, number_of
from simple_track.artifacts.version_files import version_numbers
from simple_track.errors import FormatError, StorageError, TrackError
from simple_track.storage import exact_json
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import Layout


class UnknownVersionError(TrackError, LookupError):
    """The artifact has no such version or alias.

    Args:
        name: The artifact, or the collection of the registry.
        asked: What was asked for.
        versions: The names of the versions that exist.
        aliases: The aliases that exist.
        reason: What became of a version that was removed.
        what: What has the versions: "artifact" or "collection".
    """

    def __init__(
        self,
        name: str,
        asked: str,
        versions: list[str],
        aliases: list[str],
        reason: str = "",
        what: str = "artifact",
    ) -> None:
        self.name = name
        self.asked = asked
        self.versions = versions
        self.aliases = aliases
        self.reason = reason
        known = ", ".join([*(versions if len(versions) < 8 else [versions[0], "…", versions[-1]]), *aliases])
        has = f"it has: {known}" if known else "it has no versions"
        why = f" ({reason})" if reason else ""
        super().__init__(f"{what} {name!r} has no version or alias {asked!r}{why}; {has}.")


@attrs.frozen
class Draft:
    """The content of a version that has no number yet."""

    name: str
    type: str
    files: tuple[FileEntry, ...]
    references: tuple[Reference, ...]
    description: str
    metadata: dict[str, Any]
    run: str | None
    folders: tuple[str, ...] = ()


@attrs.frozen
class Collection:
    """The versions of one artifact.

    Args:
        path: The artifact's folder.
        cache: The file in which the state of the events is cached.
    """

    path: Path
    cache: Path | None = attrs.field(default=None, eq=False, repr=False)

    @classmethod
    def of(cls, layout: Layout, project: str, name: str) -> Self:
        """The versions of an artifact of a store."""
        folder = layout.artifact(project, name)
        return cls(folder, layout.trail_cache(folder))

    @property
    def events_file(self) -> Path:
        """The trail of all that happened."""
        return self.path / "events.jsonl"

    @property
    def lock_file(self) -> Path:
        """Held by the process that writes."""
        return self.path / ".lock"

    def manifest_file(self, version: int) -> Path:
        """The manifest of a version; it need not exist."""
        return self.path / f"v{version}.json"

    def state(self) -> TrailState:
        """What the events add up to.

        Raises:
            FormatError: They cannot be read.
        """
        return current_state(self._trail, self.cache)

    def versions(self) -> list[int]:
        """The numbers of all versions, in ascending order."""
        removed = self.state().removed
        return [number for number in self.manifests() if number not in removed]

    def manifests(self) -> list[int]:
        """The numbers of all manifests that exist, in ascending order, also of an interrupted removal."""
        return version_numbers(self.path)

    def manifest(self, version: int) -> Manifest:
        """Read the manifest of a version.

        Raises:
            FormatError: The file is damaged.
            FileNotFoundError: The version does not exist.
        """
        path = self.manifest_file(version)
        try:
            manifest = Manifest.from_bytes(path.read_bytes())
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
        except ValueError as error:
            raise FormatError(
                path, f"the manifest is damaged: {error}", "restore it from a backup"
            ) from error
        if manifest.version != version:
            reason = f"the manifest is that of v{manifest.version}"
            raise FormatError(path, reason, "restore it from a backup")
        return manifest

    def events(self) -> list[dict[str, Any]]:
        """Read all events, in order: `version`, `again`, `alias`, `use` and `removed`.

        A line that was torn, or that is no event as this class writes them, is skipped.

        Raises:
            FormatError: The file cannot be read.
        """
        return [event for event in self._trail.read()[0] if _is_event(event)]

    def aliases(self) -> dict[str, int]:
        """The number of the version of each alias; an alias of a version that was removed is left out."""
        state = self.state()
        return {alias: number for alias, number in state.aliases.items() if number not in state.removed}

    def resolve(self, asked: str) -> int:
        """The number of the version that is named `v3`, or by an alias.

        Raises:
            UnknownVersionError: The artifact has no such version or alias.
        """
        state = self.state()
        number = number_of(asked)
        if number is None:
            number = state.aliases.get(asked)
        if number is not None and number not in state.removed and self.manifest_file(number).exists():
            return number
        raise UnknownVersionError(
            self.path.name,
            asked,
            [f"v{known}" for known in self.versions()],
            sorted(self.aliases()),
            _what_became(asked, number, state),
        )

    def commit(self, draft: Draft, aliases: str | Iterable[str]) -> int:
        """Add a version, or find the one of equal content, and move `latest` and the aliases to it.

        Many processes may commit at once: each new content gets its own number.

        Args:
            draft: The content.
            aliases: Further aliases; a single one may be given as text.

        Returns:
            The version's number.

        Raises:
            StorageError: The disk refuses; no version was added.
        """
        named = [aliases] if isinstance(aliases, str) else aliases
        wanted = list(dict.fromkeys([LATEST, *map(check_alias, named)]))
        with store_lock(self.lock_file):
            state = self._completed()
            digest = content_digest(draft.files, draft.references, draft.folders)
            number = state.find(digest)
            if number is None or not self.manifest_file(number).exists():
                number = self._write(draft, state.highest + 1)
                logged = _version_event(number, digest, draft.run, draft.type)
            else:
                logged = _logged_again(number, draft)
            moves = _moves(state, wanted, number, run=draft.run, why="logged")
            self._trail.append([logged, *moves])
        return number

    def move(self, alias: str, version: int | None, *, run: str | None = None, why: str = "") -> None:
        """Move an alias to a version, or remove it (None); the move is kept in `events.jsonl`."""
        check_alias(alias)
        with store_lock(self.lock_file):
            self._trail.append(_moves(self._completed(), [alias], version, run=run, why=why))

    def record_use(self, version: int, run: str) -> None:
        """Record that a run has used a version."""
        with store_lock(self.lock_file):
            self._trail.append([{"event": "use", "version": f"v{version}", "run": run}])

    def hold(self, version: int, registry: str) -> None:
        """Record that a version of the registry stands on a version, which cannot be removed from then on.

        Raises:
            UnknownVersionError: The version was removed.
        """
        with store_lock(self.lock_file):
            self.resolve(f"v{version}")
            if registry not in self.state().holders.get(version, ()):
                self._trail.append(
                    [{"event": "use", "version": f"v{version}", "run": None, "registry": registry}]
                )

    def remove(self, version: int, why: str) -> None:
        """Remove a version and its aliases; its number is never given again.

        Args:
            version: The number of the version.
            why: The reason, which is kept.

        Raises:
            UnknownVersionError: There is no such version.
            ProtectedAliasError: A version of the registry stands on it.
        """
        with store_lock(self.lock_file):
            state = self._completed()
            self.resolve(f"v{version}")
            if holders := state.holders.get(version):
                raise ProtectedAliasError(
                    f"{self.path.parent.name}/{self.path.name}:v{version}",
                    f"it cannot be removed, as the registry has it as {', '.join(holders)}.",
                )
            named = [a for a, number in state.aliases.items() if number == version and a != LATEST]
            removed = {"event": "removed", "version": f"v{version}", "why": why}
            self._trail.append([removed, *_moves(state, named, None, run=None, why="removed")])
            self.manifest_file(version).unlink(missing_ok=True)

    @property
    def _trail(self) -> Trail:
        return Trail(self.events_file)

    def _completed(self) -> TrailState:
        """The state, after the events were added that a killed writer or a damaged trail lacks."""
        state = self.state()
        lost = [state.highest + 1] if self.manifest_file(state.highest + 1).exists() else []
        if lost or not state.is_complete:
            lost = [n for n in self.manifests() if n not in state.versions and n not in state.removed]
        events = []
        for number in lost:
            try:
                found = self.manifest(number)
            except (FormatError, FileNotFoundError):  # `doctor` reports it; its number is not given again
                continue
            events.append(
                _version_event(number, found.digest, found.run, found.type) | {"time": found.created}
            )
        if events:
            self._trail.append(events)
            state = self.state()
        return state

    def _write(self, draft: Draft, number: int) -> int:
        while True:
            fields = attrs.asdict(draft, recurse=False)
            manifest = Manifest(**fields, version=number, created=time.time())
            try:
                with atomic_write(self.manifest_file(number), exclusive=True) as file:
                    file.write(manifest.to_bytes())
                return number
            except FileExistsError:  # another host took the number
                number += 1
            except OSError as error:
                raise StorageError(
                    self.manifest_file(number),
                    error.strerror or str(error),
                    "no version was added; make room (simple-track gc may help), and log it again",
                    error.errno,
                ) from error


def _moves(
    state: TrailState, aliases: list[str], version: int | None, *, run: str | None, why: str
) -> list[dict[str, Any]]:
    """The events that move aliases to a version; those that are on it already do not move."""
    return [
        {
            "event": "alias",
            "alias": alias,
            "from": f"v{state.aliases[alias]}" if alias in state.aliases else None,
            "to": f"v{version}" if version is not None else None,
            "run": run,
            "why": why,
        }
        for alias in aliases
        if state.aliases.get(alias) != version
    ]


def _is_event(event: dict[str, Any]) -> bool:
    """Whether a line has what events of its kind have."""
    match event:
        case {"event": "alias", "alias": str(), "to": None}:
            return True
        case {"event": "alias", "alias": str(), "to": to}:
            return number_of(to) is not None
        case {"event": "version", "version": version, "digest": str()}:
            return number_of(version) is not None
        case {"event": "removed", "version": version}:
            return number_of(version) is not None
        case {"event": "alias" | "version" | "removed"}:
            return False
        case {"event": str()}:
            return True
    return False


def _what_became(asked: str, number: int | None, state: TrailState) -> str:
    """A sentence about a version that was removed; empty for one that never was."""
    if number is None or number not in state.removed:
        return ""
    facts = state.removed[number]
    day = ""
    with contextlib.suppress(TypeError, ValueError, OverflowError, OSError):  # a time that no calendar has
        day = f" on {datetime.fromtimestamp(facts['time']):%Y-%m-%d}"
    user = f" by {facts['user']}" if facts.get("user") else ""
    why = f": {facts['why']}" if facts.get("why") else ""
    which = "it was" if number_of(asked) is not None else f"it is on v{number}, which was"
    return f"{which} removed{day}{user}{why}"


def _version_event(number: int, digest: str, run: str | None, kind: str) -> dict[str, Any]:
    return {"event": "version", "version": f"v{number}", "digest": digest, "run": run, "type": kind}


def _logged_again(number: int, draft: Draft) -> dict[str, Any]:
    return {
        "event": "again",
        "version": f"v{number}",
        "run": draft.run,
        "description": draft.description,
        "metadata": exact_json.encode(draft.metadata, "metadata"),
    }
