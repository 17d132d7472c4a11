"""A collection of the registry: manifests `v0.json`, `v1.json`… and a chained trail of all that happened."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.artifacts.alias import (
    LATEST,
    BadAliasError,
    ProtectedAliasError,
    check_alias,
    check_movable,
)
from simple_track.artifacts.collection import Collection, UnknownVersionError
from simple_track.artifacts.manifest import Manifest
from simple_track.artifacts.store_lock import store_lock
from simple_track.artifacts.trail import user_name
from simple_track.artifacts.trail_state import number_of
from simple_track.artifacts.version import ArtifactVersion
from simple_track.artifacts.version_files import VERSION_FILE, version_numbers
from simple_track.errors import FormatError, SettingError, StorageError
from simple_track.registry.chained_trail import ChainedTrail
from simple_track.registry.collection_name import UnknownCollectionError, check_collection
from simple_track.registry.move import Move, moment
from simple_track.registry.registry_version import RegistryVersion
from simple_track.storage.atomic_write import atomic_write, create_folder
from simple_track.storage.layout import Layout

FORMAT = 1


@attrs.frozen
class _State:
    """What the events of a collection add up to."""

    published: dict[int, dict[str, Any]] = attrs.field(factory=dict)  # the first publication of each version
    aliases: dict[str, int] = attrs.field(factory=dict)
    protected: dict[str, tuple[str, ...]] = attrs.field(factory=dict)


@attrs.frozen
class RegistryCollection:
    """A collection of the registry.

    Args:
        layout: The store.
        name: Its name, such as "Models/ResNet".
    """

    layout: Layout
    name: str = attrs.field(converter=check_collection)

    @property
    def path(self) -> Path:
        """The collection's folder."""
        return self.layout.registry.joinpath(*self.name.split("/"))

    @property
    def trail(self) -> ChainedTrail:
        """All that happened."""
        return ChainedTrail(self.path / "events.jsonl")

    def manifest_file(self, number: int) -> Path:
        """The file of a version; it need not exist."""
        return self.path / f"v{number}.json"

    def numbers(self) -> list[int]:
        """The numbers of all versions, in ascending order."""
        return version_numbers(self.path)

    def publish(
        self,
        artifact: ArtifactVersion,
        aliases: str | Iterable[str] = (),
        description: str = "",
        *,
        why: str = "",
        run: str | None = None,
    ) -> RegistryVersion:
        """Publish a version of an artifact; equal content makes no new version, but moves the aliases.

        Args:
            artifact: The version.
            aliases: Aliases to move to it, besides `latest`.
            description: Free text.
            why: The reason, which protected aliases need.
            run: The run that publishes.

        Raises:
            ProtectedAliasError: An alias is protected, and there is no reason or another user.
            UnknownVersionError: The version was removed.
            SettingError: It is a version of another store.
            StorageError: The disk refuses.
        """
        if artifact.layout.root != self.layout.root:
            stores = (f"a version of {self.layout.root}",)
            raise SettingError("artifact", f"{artifact.ref} of {artifact.layout.root}", stores)
        wanted = [check_movable(alias) for alias in ([aliases] if isinstance(aliases, str) else aliases)]
        create_folder(self.path)
        with store_lock(self.layout.artifacts_lock, shared=True), store_lock(self.path / ".lock"):
            state = self._state()
            forced = {alias: self._force(state, alias, why) for alias in wanted}
            number = self._number_of(artifact.digest, state)
            is_new = number is None or number not in state.published
            if number is None:
                number = max([-1, *self.numbers(), *state.published]) + 1
            held = Collection.of(self.layout, artifact.project, artifact.name)
            held.hold(artifact.number, f"{self.name}:v{number}")
            if not self.manifest_file(number).exists():
                self._write(number, artifact, description)
            event = {
                "event": "publish",
                "version": f"v{number}",
                "digest": artifact.digest,
                "source": artifact.ref,
                "description": description,
                "why": why,
                "run": run,
            }
            moves = [
                _alias_event(state, alias, number, why=why, run=run, forced=forced.get(alias, False))
                for alias in dict.fromkeys([LATEST, *wanted])
                if state.aliases.get(alias) != number
            ]
            self.trail.append([event, *moves] if is_new or moves or why or description else [])
        return self.version(number)

    def version(self, number: int, state: _State | None = None) -> RegistryVersion:
        """The version of a number.

        Raises:
            FormatError: Its file is damaged.
            FileNotFoundError: It does not exist.
        """
        state = state or self._state()
        body, manifest = self._read(number)
        project = str(body["source"]).partition("/")[0]
        event = state.published.get(number, {})
        return RegistryVersion(
            collection=self.name,
            number=number,
            aliases=tuple(sorted(alias for alias, on in state.aliases.items() if on == number)),
            description=str(body.get("description", "")),
            published=moment(event.get("time", manifest.created)),
            user=str(event.get("user") or ""),
            source=str(body["source"]),
            artifact=ArtifactVersion(layout=self.layout, project=project, manifest=manifest),
        )

    def versions(self) -> list[RegistryVersion]:
        """All versions, oldest first."""
        state = self._state()
        return [self.version(number, state) for number in self.numbers()]

    def lost(self) -> list[int]:
        """The numbers of versions that were published, and whose files are missing."""
        return sorted(self._state().published.keys() - set(self.numbers()))

    def resolve(self, asked: str) -> int:
        """The number of the version that is named `v3`, or by an alias.

        Raises:
            UnknownCollectionError: The collection does not exist.
            UnknownVersionError: It has no such version or alias.
        """
        self.require()
        state, numbers = self._state(), self.numbers()
        number = number_of(asked)
        if number is None:
            number = state.aliases.get(asked)
        if number is None or number not in numbers:
            raise self._unknown(asked, state)
        return number

    def move(self, alias: str, to: str | None, *, why: str = "", run: str | None = None) -> None:
        """Move an alias.

        Args:
            alias: The alias.
            to: A version such as "v2", another alias, or None to take it away.
            why: The reason, which a protected alias needs.
            run: The run that moves it.

        Raises:
            ProtectedAliasError: It is protected, and there is no reason or another user.
            UnknownVersionError: There is no such version or alias.
        """
        check_movable(alias)
        self.require()
        with store_lock(self.path / ".lock"):
            number = self.resolve(to) if to is not None else None
            state = self._state()
            if to is None and alias not in state.aliases:
                versions = [f"v{known}" for known in self.numbers()]
                raise UnknownVersionError(
                    self.name, alias, versions, sorted(state.aliases), what="collection"
                )
            forced = self._force(state, alias, why)
            if state.aliases.get(alias) != number:
                self.trail.append([_alias_event(state, alias, number, why=why, run=run, forced=forced)])

    def protect(
        self, alias: str, by: str | Iterable[str] = (), *, why: str = "", run: str | None = None
    ) -> None:
        """Protect an alias: it moves only with a reason, and only by certain users.

        Args:
            alias: The alias; it need not exist yet.
            by: The users that may move it; default everybody.
            why: The reason; needed if it is protected already.
            run: The run that does it.

        Raises:
            ProtectedAliasError: It is protected, and there is no reason or another user.
        """
        check_movable(alias)
        self.require()
        users = [by] if isinstance(by, str) else list(by)
        with store_lock(self.path / ".lock"):
            forced = self._force(self._state(), alias, why)
            event = {"event": "protect", "alias": alias, "by": users, "why": why, "run": run}
            self.trail.append([event | {"forced": forced}])

    def unprotect(self, alias: str, *, why: str, run: str | None = None) -> None:
        """End the protection of an alias.

        Args:
            alias: The alias.
            why: The reason.
            run: The run that does it.

        Raises:
            BadAliasError: It is not protected.
            ProtectedAliasError: There is no reason, or another user.
        """
        check_alias(alias)
        self.require()
        with store_lock(self.path / ".lock"):
            state = self._state()
            if alias not in state.protected:
                raise BadAliasError(alias, f"it is not protected in {self.name}.")
            self._force(state, alias, why)
            event = {"event": "unprotect", "alias": alias, "why": why, "run": run, "forced": True}
            self.trail.append([event])

    def aliases(self) -> dict[str, int]:
        """The number of the version of each alias."""
        return dict(self._state().aliases)

    def protected(self) -> dict[str, tuple[str, ...]]:
        """The protected aliases, each with the users that may move it; none for everybody."""
        return dict(self._state().protected)

    def history(self, alias: str | None = None) -> list[Move]:
        """All that happened, oldest first.

        Args:
            alias: Only what happened to this alias.

        Raises:
            UnknownCollectionError: The collection does not exist.
        """
        self.require()
        moves = (Move.from_event(event) for event in self.trail.read())
        return [move for move in moves if move is not None and (alias is None or move.alias == alias)]

    def require(self) -> None:
        """Raise `UnknownCollectionError` if the collection has no version."""
        if not self.numbers():
            raise UnknownCollectionError(self.name, collections(self.layout))

    def _state(self) -> _State:
        state = _State()
        for event in self.trail.read():
            match event:
                case {"event": "publish", "version": version} if (number := number_of(version)) is not None:
                    state.published.setdefault(number, event)
                case {"event": "alias", "alias": str(alias), "to": None}:
                    state.aliases.pop(alias, None)
                case {"event": "alias", "alias": str(alias), "to": to} if (
                    number := number_of(to)
                ) is not None:
                    state.aliases[alias] = number
                case {"event": "protect", "alias": str(alias), "by": list(by)}:
                    state.protected[alias] = tuple(map(str, by))
                case {"event": "unprotect", "alias": str(alias)}:
                    state.protected.pop(alias, None)
        return state

    def _unknown(self, asked: str, state: _State) -> UnknownVersionError:
        versions = [f"v{number}" for number in self.numbers()]
        return UnknownVersionError(self.name, asked, versions, sorted(state.aliases), what="collection")

    def _force(self, state: _State, alias: str, why: str) -> bool:
        """Whether an alias is protected, and may be moved all the same.

        Raises:
            ProtectedAliasError: It may not.
        """
        if alias not in state.protected:
            return False
        by, what = state.protected[alias], f"alias {alias!r} of {self.name}"
        if by and user_name() not in by:
            who = f"only {', '.join(by)} may move it, and you are {user_name() or 'unknown'}"
            raise ProtectedAliasError(what, f"it is protected: {who}.")
        if not why.strip():
            raise ProtectedAliasError(what, "it is protected: say why you move it (why=…, --why).")
        return True

    def _number_of(self, digest: str, state: _State) -> int | None:
        for number in reversed(self.numbers()):
            known = state.published.get(number, {}).get("digest") or self._read(number)[1].digest
            if known == digest:
                return number
        return None

    def _write(self, number: int, artifact: ArtifactVersion, description: str) -> None:
        body = {
            "format": FORMAT,
            "collection": self.name,
            "version": f"v{number}",
            "source": artifact.ref,
            "digest": artifact.digest,
            "description": description,
            "manifest": orjson.loads(artifact.manifest.to_bytes()),
        }
        path = self.manifest_file(number)
        try:
            with atomic_write(path, exclusive=True) as file:
                file.write(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            hint = "nothing was published; make room (simple-track gc may help), and try again"
            raise StorageError(path, error.strerror or str(error), hint, error.errno) from error

    def _read(self, number: int) -> tuple[dict[str, Any], Manifest]:
        path = self.manifest_file(number)
        try:
            body = orjson.loads(path.read_bytes())
            if not isinstance(body, dict) or body.get("format") != FORMAT:
                raise ValueError(f"not a version of format {FORMAT}")
            manifest = Manifest.from_bytes(orjson.dumps(body.get("manifest")))
            if (body.get("digest"), body.get("version")) != (manifest.digest, f"v{number}"):
                raise ValueError("its digest or version is another one")
            if not isinstance(body.get("source"), str):
                raise ValueError(f"its source is {body.get('source')!r:.60}")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
        except ValueError as error:
            reason = f"the version is damaged: {error}"
            raise FormatError(path, reason, "restore it from a backup") from error
        return body, manifest


def collections(layout: Layout) -> list[str]:
    """The names of all collections of the registry, sorted."""
    found = []
    for folder, _, names in os.walk(layout.registry):
        if "events.jsonl" in names or any(map(VERSION_FILE.fullmatch, names)):
            with suppress(ValueError):  # a folder that is no collection
                found.append(check_collection(Path(folder).relative_to(layout.registry).as_posix()))
    return sorted(found)


def _alias_event(
    state: _State, alias: str, number: int | None, *, why: str, run: str | None, forced: bool
) -> dict[str, Any]:
    return {
        "event": "alias",
        "alias": alias,
        "from": f"v{state.aliases[alias]}" if alias in state.aliases else None,
        "to": f"v{number}" if number is not None else None,
        "why": why,
        "run": run,
        "forced": forced,
    }
