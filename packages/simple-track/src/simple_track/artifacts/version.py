"""One version of an artifact: read-only and verified, to be downloaded or opened in place."""

from __future__ import annotations

import mmap
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs

from simple_track.artifacts.alias import BadAliasError, check_movable
from simple_track.artifacts.collection import Collection
from simple_track.artifacts.manifest import FileEntry, Manifest, Reference, entry_path, local_path
from simple_track.artifacts.materialize import create_below, materialize
from simple_track.artifacts.object_file import hash_file
from simple_track.artifacts.objects import CorruptObjectError, ObjectStore
from simple_track.artifacts.progress import Progress
from simple_track.artifacts.store_lock import store_lock
from simple_track.artifacts.workers import run_all
from simple_track.errors import SettingError, TrackError
from simple_track.html_table import ROWS, html_table
from simple_track.storage.layout import Layout


class UnknownEntryError(TrackError, LookupError):
    """The version has no file of this name."""

    def __init__(self, version: str, entry: str, known: list[str]) -> None:
        self.version = version
        self.entry = entry
        self.known = known
        super().__init__(f"artifact {version}: no file {entry!r}; it has: {', '.join(known[:8])}.")


class ChangedReferenceError(TrackError, ValueError):
    """A file that a version refers to has changed or is gone."""

    def __init__(self, version: str, reference: Reference) -> None:
        self.version = version
        self.reference = reference
        super().__init__(
            f"artifact {version}: {reference.uri} has changed or is gone since it was logged "
            f"(expected sha256 {str(reference.sha256)[:16]}…). Log it again to take the new content."
        )


@attrs.frozen
class ArtifactVersion:
    """A version of an artifact in a store."""

    layout: Layout = attrs.field(repr=False)
    project: str
    manifest: Manifest = attrs.field(repr=False)
    root: Path | None = attrs.field(default=None, repr=False, eq=False)

    def _repr_html_(self) -> str:
        facts = [("type", self.type), ("aliases", ", ".join(self.aliases)), ("description", self.description)]
        files = [(entry.name, f"{entry.size:,} bytes") for entry in self.files[:ROWS]]
        files += [(reference.name, reference.uri) for reference in self.references[: ROWS - len(files)]]
        count = len(self.files) + len(self.references)
        title = f"{count} files, {self.size:,} bytes" + (
            f", the first {ROWS} of them" if count > ROWS else ""
        )
        return html_table((self.ref, ""), facts) + html_table(("file", ""), files, title)

    @property
    def name(self) -> str:
        """The artifact's name."""
        return self.manifest.name

    @property
    def type(self) -> str:
        """The artifact's type, such as "model"."""
        return self.manifest.type

    @property
    def number(self) -> int:
        """The version's number: 2 for v2."""
        return self.manifest.version

    @property
    def version(self) -> str:
        """The version's name, such as "v2"."""
        return f"v{self.number}"

    @property
    def ref(self) -> str:
        """The reference to this version from anywhere in the store: "project/name:v2"."""
        return f"{self.project}/{self.name}:{self.version}"

    @property
    def digest(self) -> str:
        """The SHA-256 that identifies the content."""
        return self.manifest.digest

    @property
    def run(self) -> str | None:
        """The id of the run that made it, or None."""
        return self.manifest.run

    @property
    def metadata(self) -> dict[str, Any]:
        """A copy of the metadata that it was logged with."""
        return dict(self.manifest.metadata)

    @property
    def description(self) -> str:
        """The description that it was logged with."""
        return self.manifest.description

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """All files: name, SHA-256, size in bytes."""
        return self.manifest.files

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references: URIs whose content the version does not hold."""
        return self.manifest.references

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(entry.size for entry in self.files)

    @property
    def aliases(self) -> list[str]:
        """The aliases of this version now, sorted."""
        return sorted(a for a, number in self._collection.aliases().items() if number == self.number)

    @property
    def holders(self) -> list[str]:
        """The versions of the registry that stand on this one, such as "Models/ResNet:v0"."""
        return list(self._collection.state().holders.get(self.number, ()))

    def download(self, root: str | Path | None = None, *, link: bool | None = None) -> Path:
        """Put all files into a folder, each one verified.

        Args:
            root: The folder; default the artifacts folder of the run that uses this version, or else one in
                the cache.
            link: Whether files may be hard links to the store, which are read-only; default yes where the
                file system has no reflinks, except for root.

        Returns:
            The folder.

        Raises:
            CorruptObjectError: Stored content is damaged; the message names the file.
            OutsideLinkError: A folder in the folder is a link that leads out of it.
        """
        target = Path(root) if root is not None else self.root or self._cache / self.name / self.version
        target.mkdir(parents=True, exist_ok=True)
        for folder in self.manifest.folders:
            create_below(target, target / entry_path(folder))
        store = self._store

        def put(entry: FileEntry) -> None:
            path = target / entry_path(entry.name)
            create_below(target, path.parent)
            size, executable = entry.size, entry.executable
            materialize(store, entry.sha256, path, size=size, link=link, executable=executable)
            progress.advance(entry.size)

        with Progress(self.ref, self.size) as progress:
            run_all(put, self.files, _size)
        return target

    def checkout(self, version: str) -> ArtifactVersion:
        """Find another version of the same artifact, by number or alias."""
        manifest = self._collection.manifest(self._collection.resolve(version))
        root = self.root.parent / f"v{manifest.version}" if self.root is not None else None
        return attrs.evolve(self, manifest=manifest, root=root)

    def alias(self, name: str, why: str = "") -> None:
        """Move an alias to this version; the move is kept in the trail, with the reason.

        Args:
            name: The alias, such as "best".
            why: The reason.

        Raises:
            BadAliasError: The alias could be mistaken for a version or a path, or is `latest`.
            StorageError: The disk refuses.
        """
        self._collection.move(check_movable(name), self.number, why=why)

    def unalias(self, name: str, why: str = "") -> None:
        """Take an alias from this version; that is kept in the trail, with the reason.

        Raises:
            BadAliasError: The alias is not on this version, or is `latest`.
            StorageError: The disk refuses.
        """
        check_movable(name)
        if name not in self.aliases:
            raise BadAliasError(
                name, f"it is not on {self.ref}, which has: {', '.join(self.aliases) or '-'}."
            )
        self._collection.move(name, None, why=why)

    def remove(self, why: str) -> None:
        """Remove this version and its aliases; its number is never given again.

        The objects that only this version names stay until `gc` removes them.

        Args:
            why: The reason, which is kept in the trail.

        Raises:
            SettingError: The reason is empty.
            UnknownVersionError: The version does not exist any more.
            ProtectedAliasError: A version of the registry stands on it.
            StorageError: The disk refuses.
        """
        if not isinstance(why, str) or not why.strip():
            raise SettingError("why", why, ("a reason, which is kept in the trail",))
        with store_lock(self.layout.artifacts_lock, shared=True):  # `gc` must not meet a half-removed version
            self._collection.remove(self.number, why)

    def verify(self) -> None:
        """Read all files and compare them with their hashes.

        Raises:
            CorruptObjectError: A stored file is damaged; the message names it.
            MissingObjectError: A stored file is missing.
            ChangedReferenceError: A local file that the version refers to has changed.
        """
        store = self._store

        def check(entry: FileEntry) -> None:
            store.verify(entry.sha256, entry.size)
            progress.advance(entry.size)

        with Progress(self.ref, self.size) as progress:
            run_all(check, self.files, _size)
        for reference in self.references:
            local = local_path(reference.uri)
            if reference.sha256 is None or local is None:
                continue
            if not local.is_file() or hash_file(local).digest != reference.sha256:
                raise ChangedReferenceError(self.ref, reference)

    def open(self, name: str) -> mmap.mmap | BytesIO:
        """Open a file of the version, verified, mapped into memory and read-only.

        Args:
            name: Its name inside the artifact.

        Returns:
            A memory map, which reads and seeks like a file and slices like bytes; a `BytesIO` for an empty
            file, or if an unpacked copy cannot be written.

        Raises:
            UnknownEntryError: The version has no such file.
            CorruptObjectError: The stored content is damaged.
        """
        entry = self.entry(name)
        digest = entry.sha256
        path = self._store.path(digest)
        if path.suffix == ".zst":
            path = self._cache / "objects" / digest
            try:
                materialize(self._store, digest, path, size=entry.size)
            except CorruptObjectError:
                raise
            except OSError:  # a read-only store, or a full disk
                return BytesIO(self._store.read(digest, entry.size))
        else:
            self._store.verify(digest, entry.size)
        if path.stat().st_size == 0:  # nothing to map
            return BytesIO()
        with path.open("rb") as handle:
            return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)

    def entry(self, name: str) -> FileEntry:
        """The file of this name.

        Raises:
            UnknownEntryError: The version has no such file.
        """
        for entry in self.files:
            if entry.name == name:
                return entry
        raise UnknownEntryError(self.ref, name, [entry.name for entry in self.files])

    @property
    def _collection(self) -> Collection:
        return Collection.of(self.layout, self.project, self.name)

    @property
    def _store(self) -> ObjectStore:
        return ObjectStore(self.layout.objects)

    @property
    def _cache(self) -> Path:
        return self.layout.artifact_cache(self.project)


def _size(entry: FileEntry) -> int:
    return entry.size
