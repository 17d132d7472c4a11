"""Artifacts: named sets of files, stored by content, with versions v0, v1 and so on.

An `Artifact` collects files; `log_artifact` stores them and returns an `ArtifactVersion`, which never
changes.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import attrs

from simple_track.artifacts.alias import ENDS_AS_DIGEST
from simple_track.artifacts.collection import Collection, Draft
from simple_track.artifacts.folder_tree import folder_tree
from simple_track.artifacts.manifest import Manifest, check_entry, entry_path, local_path
from simple_track.artifacts.objects import ObjectStore
from simple_track.artifacts.ref import ArtifactRef
from simple_track.artifacts.sources import refer, store_sources
from simple_track.artifacts.store_lock import store_lock
from simple_track.artifacts.version import ArtifactVersion
from simple_track.errors import FormatError, TrackError, UnreadableWarning, UnsafeNameError, ValueKindError
from simple_track.html_table import ROWS, html_table
from simple_track.storage import exact_json
from simple_track.storage.config_snapshot import snapshot
from simple_track.storage.layout import Layout
from simple_track.storage.names import check_segment
from simple_track.storage.secrets import mask_text


class ArtifactEntryError(TrackError, ValueError):
    """An entry that cannot be added to an artifact under this name."""

    def __init__(self, artifact: str, entry: str, why: str) -> None:
        self.artifact = artifact
        self.entry = entry
        self.why = why
        super().__init__(f"artifact {artifact!r}, entry {entry!r}: {why}")


class ArtifactTypeError(TrackError, TypeError):
    """An artifact was logged under a type other than that of its versions."""

    def __init__(self, name: str, stored: str, given: str) -> None:
        self.name = name
        self.stored = stored
        self.given = given
        super().__init__(
            f"artifact {name!r} has type {stored!r}, but was logged as {given!r}; "
            "use the same type, or another name."
        )


class UnknownArtifactError(TrackError, LookupError):
    """No artifact of this name has been logged in the project.

    Args:
        project: The project; empty for all of them.
        name: The name.
        known: The names that exist.
    """

    def __init__(self, project: str, name: str, known: list[str]) -> None:
        self.project = project
        self.name = name
        self.known = known
        listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
        if project:
            has = f"it has: {listed}" if known else "it has none yet"
            super().__init__(f"project {project!r} has no artifact {name!r}; {has}.")
        else:
            has = f"there are: {listed}" if known else "there are none yet"
            super().__init__(f"no project has an artifact {name!r}; {has}.")


class Artifact:
    """A set of files that is stored as one version.

    Args:
        name: The name in the project, such as "resnet"; one path segment, without ":".
        type: The type, such as "model" or "dataset"; the same for all versions.
        description: Free text.
        metadata: What a config takes: plain values, NaN, numpy values, enums, paths, dataclass and attrs
            objects. Secrets are masked.
    """

    def __init__(
        self, name: str, type: str, description: str = "", metadata: Mapping[str, Any] | None = None
    ) -> None:
        self.name = check_artifact_name(name)
        self.type = type
        self.description = description
        self.metadata = dict(metadata or {})
        self._files: dict[str, Path | bytes] = {}
        self._references: dict[str, str] = {}
        self._folders: set[str] = set()  # all parents of entries
        self._empty: set[str] = set()  # folders that were added without files

    def _repr_html_(self) -> str:
        rows = [("name", self.name), ("type", self.type), ("description", self.description)]
        files = ", ".join(self.entries[:ROWS]) + (", …" if len(self.entries) > ROWS else "")
        return html_table(("artifact, not logged yet", ""), [*rows, ("files", files)])

    @property
    def entries(self) -> list[str]:
        """The names of all entries, sorted."""
        return sorted([*self._files, *self._references])

    def add_file(self, path: str | os.PathLike[str], name: str | None = None) -> str:
        """Add a file. Its content is read when the artifact is logged.

        Args:
            path: The file.
            name: Its name inside the artifact, with "/" between folders; by default its base name.

        Returns:
            The name inside the artifact.

        Raises:
            FileNotFoundError: The file does not exist.
            ArtifactEntryError: The name is taken.
            UnsafeNameError: The name is not a path inside the artifact.
        """
        source = Path(path)
        if not source.is_file():
            raise FileNotFoundError(
                f"{source}: no such file, so it cannot be added to artifact {self.name!r}"
            )
        return self._add(self._files, name if name is not None else source.name, source.absolute())

    def add_dir(
        self, path: str | os.PathLike[str], name: str = "", exclude: str | Iterable[str] = ()
    ) -> list[str]:
        """Add all files of a folder and its subfolders, including hidden files and the targets of links.

        Whether a file is executable is kept, and so are folders without files.

        Args:
            path: The folder.
            name: The folder inside the artifact; default its top.
            exclude: Patterns of what to leave out, such as `"*.pyc"`, `".git"` or `"logs/*"`: of names, or of
                paths below the folder if they have a "/". A folder that matches is left out whole.

        Returns:
            The names inside the artifact, sorted.
        """
        root = Path(path)
        if not root.is_dir():
            raise NotADirectoryError(
                f"{root}: no such folder, so it cannot be added to artifact {self.name!r}"
            )
        try:
            tree = folder_tree(root, [exclude] if isinstance(exclude, str) else list(exclude))
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{error}, so {root} cannot be added to artifact {self.name!r}"
            ) from error
        top = PurePosixPath(name)
        prefix = f"{top}/" if top.parts else ""
        before = (dict(self._files), set(self._folders), set(self._empty))
        try:
            for folder in tree.empty:
                self._add_folder(prefix + folder)
            return sorted(self._add(self._files, prefix + inside, Path(file)) for inside, file in tree.files)
        except TrackError:  # so that it can be added once more
            self._files, self._folders, self._empty = before
            raise

    def add_bytes(self, data: bytes, name: str) -> str:
        """Add bytes as a file of this name."""
        if not isinstance(data, bytes | bytearray | memoryview):
            why = f"its content is {type(data).__name__}; give bytes, such as text.encode()."
            raise ArtifactEntryError(self.name, name, why)
        return self._add(self._files, name, bytes(data))

    def add_reference(self, uri: str, name: str | None = None) -> str:
        """Add a reference to content that is not stored.

        Args:
            uri: A URI such as "s3://bucket/key"; credentials in it are masked, and not stored. For a
                `file://` URI the file's hash and size are kept, so that `verify` can detect a change.
            name: Its name inside the artifact; default the URI's last part.

        Raises:
            UnsafeNameError: The URI is not valid Unicode, or the name is not a path inside the
                artifact.
        """
        if not isinstance(uri, str) or any("\ud800" <= character <= "\udfff" for character in uri):
            hint = "a URI is text such as 's3://bucket/key'; Path(…).as_uri() writes any path as one"
            raise UnsafeNameError("reference", str(uri), "is not valid Unicode", hint)
        local = local_path(uri)
        named = local.name if local is not None else PurePosixPath(urlsplit(uri).path).name
        return self._add(self._references, name or named or uri, uri if local else mask_text(uri))

    def _add_folder(self, name: str) -> None:
        path = entry_path(name)
        folders = [str(folder) for folder in [path, *path.parents[:-1]]]
        if any(folder in self._files or folder in self._references for folder in folders):
            raise ArtifactEntryError(self.name, name, "it would be a file and a folder at once.")
        self._folders.update(folders)
        self._empty.add(str(path))

    def _add(self, entries: dict[str, Any], name: str, content: Any) -> str:
        checked = check_entry(name)
        if checked in self._files or checked in self._references:
            raise ArtifactEntryError(self.name, name, "this name is taken; give another by name=.")
        folder, _, _ = checked.rpartition("/")
        if folder and folder not in self._folders:
            path = PurePosixPath(folder)
            folders = [str(parent) for parent in (path, *path.parents[:-1])]
            if any(f in self._files or f in self._references for f in folders):
                raise ArtifactEntryError(self.name, name, "it would be a file and a folder at once.")
            self._folders.update(folders)
        if checked in self._folders:
            raise ArtifactEntryError(self.name, name, "it would be a file and a folder at once.")
        entries[checked] = content
        return checked


def log_artifact(
    layout: Layout, project: str, run_id: str | None, artifact: Artifact, aliases: str | Iterable[str] = ()
) -> ArtifactVersion:
    """Store an artifact and give it a version.

    Equal content (names and bytes of all files, and the references) gets no new version: `latest` and the
    aliases move to the version that has it.

    Args:
        layout: The store.
        project: The project it belongs to.
        run_id: The run that made it, for the lineage.
        artifact: The artifact.
        aliases: Further aliases beside `latest`; a single one may be given as text.

    Raises:
        ArtifactTypeError: The name is used for another type.
        BadAliasError: An alias could be mistaken for a version or a path.
    """
    if not isinstance(artifact, Artifact):
        hint = "make a Track.Artifact(name, type), and add files to it"
        raise ValueKindError("log_artifact", type(artifact).__name__, hint)
    collection = Collection.of(layout, project, artifact.name)
    store = ObjectStore(layout.objects)
    metadata = exact_json.decode(exact_json.encode(snapshot(artifact.metadata), "metadata"))
    _check_type(collection, artifact)
    with store_lock(layout.artifacts_lock, shared=True):  # `gc` waits until the manifest names the objects
        draft = Draft(
            name=artifact.name,
            type=artifact.type,
            files=store_sources(store, artifact.name, artifact._files, _sizes(collection)),
            references=tuple(
                refer(artifact.name, name, uri) for name, uri in sorted(artifact._references.items())
            ),
            description=artifact.description,
            metadata=metadata,
            run=run_id,
            folders=tuple(sorted(artifact._empty - _parents(artifact) if artifact._empty else ())),
        )
        number = collection.commit(draft, aliases)
    return _version(layout, project, collection.manifest(number))


def find_artifact(layout: Layout, project: str, ref: str) -> ArtifactVersion:
    """Find the version that a reference names.

    Args:
        layout: The store.
        project: The project, unless the reference names one.
        ref: "name:v2", "name:alias", "name" (its `latest`), or one of these after "project/"; "@" and the
            first 6 or more digits of its digest may follow, or stand for the version.

    Raises:
        UnknownArtifactError: No artifact has this name.
        UnknownVersionError: It has no such version or alias.
        ArtifactRefError: It is no reference, or its digest fits several versions.
    """
    parsed = ArtifactRef.parse(ref)
    project = parsed.project or project
    if not layout.artifact(project, parsed.name).is_dir():
        raise UnknownArtifactError(project, parsed.name, list_artifacts(layout, project))
    return _version(layout, *parsed.find(layout, project))


def use_artifact(
    layout: Layout, project: str, run_id: str, ref: str | ArtifactVersion | Artifact
) -> ArtifactVersion:
    """Find the version that a run uses, and record the use for its lineage.

    Args:
        layout: The store.
        project: The project, unless the reference names one.
        run_id: The run.
        ref: A reference, as for `find_artifact`, a version, or an `Artifact`, which is logged first, as made
            by no run.

    Raises:
        UnknownArtifactError: No artifact has this name.
        UnknownVersionError: It has no such version or alias.
    """
    if isinstance(ref, Artifact):
        ref = log_artifact(layout, project, None, ref)
    found = ref if isinstance(ref, ArtifactVersion) else find_artifact(layout, project, ref)
    Collection.of(layout, found.project, found.name).record_use(found.number, run_id)
    folder = layout.run(project, run_id).artifacts / found.name / found.version
    return attrs.evolve(found, root=folder)


def list_artifacts(layout: Layout, project: str) -> list[str]:
    """The names of all artifacts of a project, sorted."""
    folder = layout.artifacts / check_segment(project, what="project")
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted(name for name in names if Collection.of(layout, project, name).versions())


def project_of(layout: Layout, ref: str) -> str | None:
    """The project that a reference names, or the only one that has such an artifact; None if several have.

    Args:
        layout: The store.
        ref: The reference.

    Raises:
        UnknownArtifactError: No project has an artifact of this name.
    """
    parsed = ArtifactRef.parse(ref)
    if parsed.project:
        return parsed.project
    folders = list(layout.artifact_folders())
    having = [folder.parent.name for folder in folders if folder.name == parsed.name]
    if not having:
        raise UnknownArtifactError("", parsed.name, [f"{f.parent.name}/{f.name}" for f in folders])
    return having[0] if len(having) == 1 else None


def all_versions(
    layout: Layout, project: str | None = None, kind: str | None = None, name: str | None = None
) -> Iterator[ArtifactVersion]:
    """All versions of artifacts, sorted by project, name and number.

    What cannot be read is left out, with an `UnreadableWarning`.

    Args:
        layout: The store.
        project: Only those of this project.
        kind: Only those of this type.
        name: Only those of this artifact.
    """
    for folder in layout.artifact_folders():
        if project not in (None, folder.parent.name) or name not in (None, folder.name):
            continue
        collection = Collection.of(layout, folder.parent.name, folder.name)
        try:
            numbers = collection.versions()
        except FormatError as error:
            warnings.warn(UnreadableWarning(error.path, str(error)), stacklevel=3)
            continue
        for number in numbers:
            try:
                manifest = collection.manifest(number)
            except FileNotFoundError:  # removed meanwhile
                continue
            except FormatError as error:
                warnings.warn(UnreadableWarning(error.path, str(error)), stacklevel=3)
                continue
            if kind is None or manifest.type == kind:
                yield _version(layout, folder.parent.name, manifest)


def check_artifact_name(name: str) -> str:
    """Return an artifact's name unchanged if it is one safe path segment without ":"."""
    if isinstance(name, str) and ":" in name:
        raise ArtifactEntryError(
            name, name, "an artifact's name has no ':'; that is for versions and aliases."
        )
    if isinstance(name, str) and ENDS_AS_DIGEST.fullmatch(name):
        raise ArtifactEntryError(
            name, name, "an artifact's name does not end as a digest does: '@' and digits."
        )
    return check_segment(name, what="artifact")


def _version(layout: Layout, project: str, manifest: Manifest) -> ArtifactVersion:
    return ArtifactVersion(layout=layout, project=project, manifest=manifest)


def _check_type(collection: Collection, artifact: Artifact) -> None:
    stored = collection.state().type
    if not stored and (versions := collection.versions()):  # of a version before 0.4
        stored = collection.manifest(versions[-1]).type
    if stored and stored != artifact.type:
        raise ArtifactTypeError(artifact.name, stored, artifact.type)


def _sizes(collection: Collection) -> set[int]:
    """The sizes of the files of the last version: those of equal size are probably the same."""
    versions = collection.state().versions
    try:
        return {entry.size for entry in collection.manifest(max(versions)).files} if versions else set()
    except (FormatError, FileNotFoundError):  # damaged, which `doctor` reports
        return set()


def _parents(artifact: Artifact) -> set[str]:
    """The folders that have entries or folders in them."""
    entries = [*artifact._files, *artifact._references, *artifact._empty]
    return {str(folder) for name in entries for folder in PurePosixPath(name).parents}
