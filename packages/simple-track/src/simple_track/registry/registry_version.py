"""A version in the registry: the content of an artifact's version under a name of its own."""

from __future__ import annotations

import mmap
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs

from simple_track.artifacts.manifest import FileEntry, Reference
from simple_track.artifacts.version import ArtifactVersion
from simple_track.html_table import ROWS, html_table


@attrs.frozen
class RegistryVersion:
    """A version of a collection of the registry. It stays also if the artifact's project is deleted.

    Args:
        collection: The collection, such as "Models/ResNet".
        number: The number of the version: 2 for v2.
        aliases: The aliases on it now, sorted.
        description: What was said of it when it was published.
        published: When it was published.
        user: Who published it.
        source: The version of the artifact, such as "digits/model:v3".
        artifact: Its content.
    """

    collection: str
    number: int
    aliases: tuple[str, ...]
    description: str
    published: datetime
    user: str
    source: str
    artifact: ArtifactVersion = attrs.field(repr=False)

    def _repr_html_(self) -> str:
        facts = [
            ("aliases", ", ".join(self.aliases)),
            ("source", self.source),
            ("published", f"{self.published:%Y-%m-%d %H:%M} by {self.user}"),
            ("description", self.description),
        ]
        files = [(entry.name, f"{entry.size:,} bytes") for entry in self.files[:ROWS]]
        return html_table((self.ref, ""), facts) + html_table(("file", ""), files)

    @property
    def version(self) -> str:
        """The version's name, such as "v2"."""
        return f"v{self.number}"

    @property
    def ref(self) -> str:
        """The reference to this version, such as "Models/ResNet:v2"."""
        return f"{self.collection}:{self.version}"

    @property
    def digest(self) -> str:
        """The SHA-256 that identifies the content."""
        return self.artifact.digest

    @property
    def name(self) -> str:
        """The artifact's name."""
        return self.artifact.name

    @property
    def project(self) -> str:
        """The artifact's project."""
        return self.artifact.project

    @property
    def type(self) -> str:
        """The artifact's type, such as "model"."""
        return self.artifact.type

    @property
    def metadata(self) -> dict[str, Any]:
        """A copy of the metadata that the artifact was logged with."""
        return self.artifact.metadata

    @property
    def run(self) -> str | None:
        """The id of the run that made it, or None."""
        return self.artifact.run

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """All files: name, SHA-256, size in bytes."""
        return self.artifact.files

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references: URIs whose content the version does not hold."""
        return self.artifact.references

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return self.artifact.size

    def entry(self, name: str) -> FileEntry:
        """The file of this name; see `ArtifactVersion.entry`."""
        return self.artifact.entry(name)

    def download(self, root: str | Path | None = None, *, link: bool | None = None) -> Path:
        """Put all files into a folder, each one verified; see `ArtifactVersion.download`."""
        return self.artifact.download(root, link=link)

    def open(self, name: str) -> mmap.mmap | BytesIO:
        """Open a file, verified and mapped into memory; see `ArtifactVersion.open`."""
        return self.artifact.open(name)

    def verify(self) -> None:
        """Read all files and compare them with their hashes; see `ArtifactVersion.verify`."""
        self.artifact.verify()
