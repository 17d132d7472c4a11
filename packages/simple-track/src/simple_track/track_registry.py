"""The namespace `Track.Registry`: publish versions, move their aliases, and trace where they come from."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable

from simple_track.artifacts.artifact import UnknownArtifactError, find_artifact, project_of
from simple_track.artifacts.ref import ArtifactRef, ArtifactRefError
from simple_track.artifacts.version import ArtifactVersion
from simple_track.catalog.catalog import only_project
from simple_track.errors import RunNotFoundError, UnsafeNameError
from simple_track.lineage.lineage import Lineage, dependencies, dependents, run_projects, trace
from simple_track.lineage.lineage_index import lineage_index
from simple_track.reading.view import RunView
from simple_track.recording.run import Run
from simple_track.recording.start import active_run
from simple_track.registry.collection_name import RegistryRef
from simple_track.registry.move import Move
from simple_track.registry.registry_collection import RegistryCollection, collections
from simple_track.registry.registry_version import RegistryVersion
from simple_track.settings import current_layout
from simple_track.storage.layout import Layout

Dir = str | os.PathLike[str] | None
Traced = str | ArtifactVersion | RegistryVersion | Run | RunView


class Registry:
    """Publish versions of artifacts under names of their own, and move and protect their aliases."""

    @staticmethod
    def publish(
        collection: str,
        artifact: str | ArtifactVersion,
        alias: str | Iterable[str] = (),
        description: str = "",
        *,
        why: str = "",
        dir: Dir = None,
    ) -> RegistryVersion:
        """Publish a version of an artifact in the registry; equal content makes no new version.

        From then on neither `gc` nor `remove` touches the version, also if its project is deleted.

        Args:
            collection: The collection, such as "Models/ResNet"; the first version creates it.
            artifact: A version, or a reference as for `Track.artifact`.
            alias: Aliases to move to it, besides `latest`; a single one may be given as text.
            description: Free text.
            why: The reason, which is kept in the trail; protected aliases need it.
            dir: The folder of the store; default as for `Track.run`.

        Raises:
            UnsafeNameError: The name of the collection has fewer than two parts, or an unsafe one.
            UnknownArtifactError: No artifact has this name.
            UnknownVersionError: It has no such version or alias.
            ProtectedAliasError: An alias is protected, and there is no reason or another user.
        """
        version = artifact
        if isinstance(artifact, str):
            layout = current_layout(dir)
            version = find_artifact(layout, _project(layout, artifact), artifact)
        elif not isinstance(artifact, ArtifactVersion):
            raise ArtifactRefError(repr(artifact), "give a version, or text such as 'project/model:best'.")
        assert isinstance(version, ArtifactVersion)  # noqa: S101 - for the type checker
        layout = version.layout if dir is None else current_layout(dir)
        return RegistryCollection(layout, collection).publish(
            version, alias, description, why=why, run=_run()
        )

    @staticmethod
    def get(ref: str, dir: Dir = None) -> RegistryVersion:
        """Find a version in the registry.

        Args:
            ref: Such as "Models/ResNet:v1", "Models/ResNet:production", or "Models/ResNet" for its latest.
            dir: The folder of the store; default as for `Track.run`.

        Raises:
            UnknownCollectionError: There is no such collection.
            UnknownVersionError: It has no such version or alias.
        """
        parsed = RegistryRef.parse(ref)
        found = RegistryCollection(current_layout(dir), parsed.collection)
        return found.version(found.resolve(parsed.asked))

    @staticmethod
    def list(collection: str | None = None, dir: Dir = None) -> builtins.list[RegistryVersion]:
        """List the versions of one collection, or of all, oldest first.

        Raises:
            UnknownCollectionError: There is no such collection.
        """
        layout = current_layout(dir)
        if collection is not None:
            found = RegistryCollection(layout, collection)
            found.require()
            return found.versions()
        every = [v for name in collections(layout) for v in RegistryCollection(layout, name).versions()]
        return sorted(every, key=lambda version: (version.published, version.collection, version.number))

    @staticmethod
    def collections(dir: Dir = None) -> builtins.list[str]:
        """The names of all collections, sorted."""
        return collections(current_layout(dir))

    @staticmethod
    def move(collection: str, alias: str, to: str | None, *, why: str = "", dir: Dir = None) -> None:
        """Move an alias to another version; the move is kept in the trail.

        Args:
            collection: The collection.
            alias: The alias; it need not exist yet.
            to: A version such as "v2", another alias, or None to take the alias away.
            why: The reason; a protected alias needs one.
            dir: The folder of the store; default as for `Track.run`.

        Raises:
            UnknownCollectionError: There is no such collection.
            UnknownVersionError: It has no such version or alias.
            ProtectedAliasError: The alias is protected, and there is no reason or another user.
        """
        RegistryCollection(current_layout(dir), collection).move(alias, to, why=why, run=_run())

    @staticmethod
    def protect(
        collection: str, alias: str, by: str | Iterable[str] = (), *, why: str = "", dir: Dir = None
    ) -> None:
        """Protect an alias: it moves only with a reason, and only by the users that are named.

        Args:
            collection: The collection.
            alias: The alias; it need not exist yet.
            by: The names of the users; default everybody.
            why: The reason; needed if the alias is protected already.
            dir: The folder of the store; default as for `Track.run`.

        Raises:
            UnknownCollectionError: There is no such collection.
            ProtectedAliasError: The alias is protected, and there is no reason or another user.
        """
        RegistryCollection(current_layout(dir), collection).protect(alias, by, why=why, run=_run())

    @staticmethod
    def unprotect(collection: str, alias: str, *, why: str, dir: Dir = None) -> None:
        """End the protection of an alias.

        Raises:
            UnknownCollectionError: There is no such collection.
            BadAliasError: The alias is not protected.
            ProtectedAliasError: There is no reason, or another user.
        """
        RegistryCollection(current_layout(dir), collection).unprotect(alias, why=why, run=_run())

    @staticmethod
    def history(collection: str, alias: str | None = None, dir: Dir = None) -> builtins.list[Move]:
        """All that happened in a collection, or to one alias of it, oldest first.

        Raises:
            UnknownCollectionError: There is no such collection.
        """
        return RegistryCollection(current_layout(dir), collection).history(alias)

    @staticmethod
    def lineage(ref: Traced, *, up: int | None = None, down: int | None = None, dir: Dir = None) -> Lineage:
        """Trace what a version or a run was made from, and what was made from it.

        Args:
            ref: A version, a reference to one or to a version in the registry, or a run or its id.
            up: Maximum number of runs upstream; default all.
            down: Maximum number of runs downstream; default all.
            dir: The folder of the store; default as for `Track.run`.

        Raises:
            UnknownArtifactError: No artifact has this name.
            UnknownVersionError: It has no such version or alias.
            RunNotFoundError: There is no such run.
            ArtifactRefError: It is a reference to an artifact and to a collection of the registry.
        """
        layout = _layout_of(ref, dir)
        return trace(layout, start_of(layout, ref), up=up, down=down)

    @staticmethod
    def dependencies(
        ref: Traced, depth: int | None = None, dir: Dir = None
    ) -> builtins.list[ArtifactVersion]:
        """The versions that a version or run was made from, nearest first.

        Args:
            ref: As for `lineage`.
            depth: Maximum number of runs between; default all.
            dir: The folder of the store; default as for `Track.run`.
        """
        layout = _layout_of(ref, dir)
        return dependencies(layout, start_of(layout, ref), depth)

    @staticmethod
    def dependents(ref: Traced, depth: int | None = None, dir: Dir = None) -> builtins.list[ArtifactVersion]:
        """The versions that were made from a version or by a run, nearest first.

        Args:
            ref: As for `lineage`.
            depth: Maximum number of runs between; default all.
            dir: The folder of the store; default as for `Track.run`.
        """
        layout = _layout_of(ref, dir)
        return dependents(layout, start_of(layout, ref), depth)


def start_of(layout: Layout, ref: Traced) -> str:
    """The name in the lineage of what a reference names: `project/name:v0`, or the id of a run.

    Args:
        layout: The store.
        ref: As for `Registry.lineage`.
    """
    if isinstance(ref, Run | RunView):
        return ref.id
    if isinstance(ref, RegistryVersion):
        return ref.source
    if isinstance(ref, ArtifactVersion):
        return ref.ref
    if not isinstance(ref, str):
        raise ArtifactRefError(repr(ref), "give a version, a run, or the name of one.")
    if "/" not in ref and ":" not in ref and "@" not in ref and (run := _run_of(layout, ref)) is not None:
        return run
    in_registry = _in_registry(layout, ref)
    if in_registry is not None and _is_artifact(layout, ref):
        raise ArtifactRefError(
            ref, "there is an artifact and a collection of the registry of this name; add @ and the digest."
        )
    if in_registry is not None:
        return in_registry.version(in_registry.resolve(RegistryRef.parse(ref).asked)).source
    try:
        return find_artifact(layout, _project(layout, ref), ref).ref
    except UnknownArtifactError as error:
        if "/" in ref or ":" in ref or "@" in ref:
            raise
        raise RunNotFoundError(
            repr(ref), layout.root, "give the id of a run, or a version such as project/model:v0"
        ) from error


def _in_registry(layout: Layout, ref: str) -> RegistryCollection | None:
    if "@" in ref:
        return None
    try:
        found = RegistryCollection(layout, RegistryRef.parse(ref).collection)
    except UnsafeNameError:
        return None
    return found if found.numbers() else None


def _is_artifact(layout: Layout, ref: str) -> bool:
    try:
        parsed = ArtifactRef.parse(ref)
        return layout.artifact(parsed.project, parsed.name).is_dir()
    except UnsafeNameError:
        return False


def _run_of(layout: Layout, text: str) -> str | None:
    """The run of this id, or the only one whose id begins or ends so; also one that was deleted."""
    index = lineage_index(layout)
    if index.has_run(text) or layout.find_run(text) is not None:
        return text
    known = run_projects(layout).keys() | index.made.keys() | index.used.keys()
    if text == "last" and known:
        return max(known)
    fits = [run for run in known if run.startswith(text) or run.endswith(text)]
    return fits[0] if len(fits) == 1 else None


def _layout_of(ref: Traced, dir: Dir) -> Layout:
    if dir is None and isinstance(ref, ArtifactVersion):
        return ref.layout
    if dir is None and isinstance(ref, RegistryVersion):
        return ref.artifact.layout
    return current_layout(dir)


def _project(layout: Layout, ref: str) -> str:
    if named := ArtifactRef.parse(ref).project:
        return named
    active = active_run()
    if active is not None:
        return active.project
    return project_of(layout, ref) or only_project(layout, ref)


def _run() -> str | None:
    active = active_run()
    return active.id if active is not None else None
