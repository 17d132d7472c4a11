"""All versions of one artifact: immutable manifests `v0.json`, `v1.json`… and the events in `events.jsonl`.

An alias names the version of its last line in `events.jsonl`. So every move stays on record: when, who, from,
to, why.
"""

from __future__ import annotations

import getpass
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.artifacts.manifest import FileEntry, Manifest, Reference, content_digest
from simple_track.artifacts.store_lock import store_lock
from simple_track.errors import FormatError, TrackError
from simple_track.storage import exact_json
from simple_track.storage.atomic_write import atomic_write, sync_descriptor, sync_folder

_MANIFEST = re.compile(r"v(0|[1-9][0-9]{0,17})\.json")
_VERSION = re.compile(r"v(0|[1-9][0-9]{0,17})")


class BadAliasError(TrackError, ValueError):
    """An alias that could be mistaken for a version or a path."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        super().__init__(
            f"alias {alias!r}: an alias is a word such as 'best' or 'production', with no ':', '/' or space, "
            "and not of the form 'v3', which names a version."
        )


class UnknownVersionError(TrackError, LookupError):
    """The artifact has no such version or alias."""

    def __init__(self, name: str, asked: str, versions: list[str], aliases: list[str]) -> None:
        self.name = name
        self.asked = asked
        self.versions = versions
        self.aliases = aliases
        known = ", ".join([*(versions if len(versions) < 8 else [versions[0], "…", versions[-1]]), *aliases])
        super().__init__(f"artifact {name!r} has no version or alias {asked!r}; it has: {known}.")


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
    """

    path: Path

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

    def versions(self) -> list[int]:
        """The numbers of all versions, in ascending order."""
        try:
            names = os.listdir(self.path)  # noqa: PTH208 - names alone
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise FormatError(self.path, f"cannot be read ({error.strerror or error})") from error
        found = (_MANIFEST.fullmatch(name) for name in names)
        return sorted(int(match[1]) for match in found if match)

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
        """Read all events, in order: `version`, `again`, `alias` and `use`.

        A line that was torn, or that is no event as this class writes them, is skipped.

        Raises:
            FormatError: The file cannot be read.
        """
        try:
            lines = self.events_file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = f"cannot be read ({error.strerror or error})"
            raise FormatError(self.events_file, reason) from error
        events = []
        for line in lines:
            try:
                event = orjson.loads(line)
            except orjson.JSONDecodeError:  # empty, or torn by a crash
                continue
            if _is_event(event):
                events.append(event)
        return events

    def aliases(self) -> dict[str, int]:
        """The number of the version of each alias."""
        return _targets(self.events())

    def resolve(self, asked: str) -> int:
        """The number of the version that is named `v3`, or by an alias.

        Raises:
            UnknownVersionError: The artifact has no such version or alias.
        """
        number = int(asked[1:]) if _VERSION.fullmatch(asked) else self.aliases().get(asked)
        versions = self.versions()  # after the aliases: a version is there before an alias names it
        if number not in versions:
            raise UnknownVersionError(
                self.path.name, asked, [f"v{v}" for v in versions], sorted(self.aliases())
            )
        return number

    def commit(self, draft: Draft, aliases: str | Iterable[str]) -> int:
        """Add a version, or find the one of equal content, and move `latest` and the aliases to it.

        Many processes may commit at once: each new content gets its own number.

        Args:
            draft: The content.
            aliases: Further aliases; a single one may be given as text.

        Returns:
            The version's number.
        """
        named = [aliases] if isinstance(aliases, str) else aliases
        wanted = list(dict.fromkeys(["latest", *map(check_alias, named)]))
        with store_lock(self.lock_file):
            digest = content_digest(draft.files, draft.references, draft.folders)
            number = self._find(digest)
            if number is None:
                number = self._write(draft)
                self._append(
                    [{"event": "version", "version": f"v{number}", "digest": digest, "run": draft.run}]
                )
            else:
                self._append([_logged_again(number, draft)])
            self._move(wanted, number, run=draft.run, why="logged")
        return number

    def move(self, alias: str, version: int | None, *, run: str | None = None, why: str = "") -> None:
        """Move an alias to a version, or remove it (None); the move is kept in `events.jsonl`."""
        check_alias(alias)
        with store_lock(self.lock_file):
            self._move([alias], version, run=run, why=why)

    def record_use(self, version: int, run: str) -> None:
        """Record that a run has used a version."""
        with store_lock(self.lock_file):
            self._append([{"event": "use", "version": f"v{version}", "run": run}])

    def _find(self, digest: str) -> int | None:
        known = {e["version"]: e["digest"] for e in self.events() if e["event"] == "version"}
        for number in reversed(self.versions()):
            if known.get(f"v{number}") == digest or (
                f"v{number}" not in known and self.manifest(number).digest == digest
            ):
                return number
        return None

    def _write(self, draft: Draft) -> int:
        used = [int(e["version"][1:]) for e in self.events() if e["event"] == "version"]
        number = max([-1, *self.versions(), *used]) + 1
        while True:
            fields = attrs.asdict(draft, recurse=False)
            manifest = Manifest(**fields, version=number, created=time.time())
            try:
                with atomic_write(self.manifest_file(number), exclusive=True) as file:
                    file.write(manifest.to_bytes())
                return number
            except FileExistsError:  # another host took the number
                number += 1

    def _move(self, aliases: list[str], version: int | None, *, run: str | None, why: str) -> None:
        current = self.aliases()
        moves = [
            {
                "event": "alias",
                "alias": alias,
                "from": f"v{current[alias]}" if alias in current else None,
                "to": f"v{version}" if version is not None else None,
                "run": run,
                "why": why,
            }
            for alias in aliases
            if current.get(alias) != version
        ]
        self._append(moves)

    def _append(self, events: list[dict[str, Any]]) -> None:
        if not events:
            return
        path = self.events_file
        is_new = not path.exists()
        stamped = [{"time": time.time(), "user": _user(), **event} for event in events]
        data = b"".join(orjson.dumps(event) + b"\n" for event in stamped)
        with path.open("ab+") as out:
            if out.tell() and _last_byte(path) != b"\n":
                data = b"\n" + data  # close the line that a crash tore
            out.write(data)
            out.flush()
            sync_descriptor(out.fileno())
        if is_new:
            sync_folder(self.path)


def _is_event(event: object) -> bool:
    """Whether a line has what events of its kind have."""
    match event:
        case {"event": "alias", "alias": str(), "to": None}:
            return True
        case {"event": "alias", "alias": str(), "to": str(to)}:
            return bool(_VERSION.fullmatch(to))
        case {"event": "version", "version": str(version), "digest": str()}:
            return bool(_VERSION.fullmatch(version))
        case {"event": "alias" | "version"}:
            return False
        case {"event": str()}:
            return True
    return False


def _targets(events: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The number of the version that each alias names after some events."""
    targets = {event["alias"]: event["to"] for event in events if event["event"] == "alias"}
    return {alias: int(to[1:]) for alias, to in targets.items() if to is not None}


def check_alias(alias: str) -> str:
    """Return an alias unchanged if it is valid.

    Raises:
        BadAliasError: It could be mistaken for a version or a path.
    """
    if not isinstance(alias, str) or not _is_unicode(alias):
        raise BadAliasError(alias)
    if not re.fullmatch(r"[^\s:/\\\x00-\x1f]{1,100}", alias) or _VERSION.fullmatch(alias):
        raise BadAliasError(alias)
    return alias


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _logged_again(number: int, draft: Draft) -> dict[str, Any]:
    return {
        "event": "again",
        "version": f"v{number}",
        "run": draft.run,
        "description": draft.description,
        "metadata": exact_json.encode(draft.metadata, "metadata"),
    }


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this uid, as in many containers
        return ""
