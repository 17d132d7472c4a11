"""The manifest of an artifact version: its files with their hashes, and its description and metadata."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs
import orjson

from simple_track.errors import UnsafeNameError
from simple_track.storage import exact_json
from simple_track.storage.names import DEVICES

FORMAT = 1


@attrs.frozen
class FileEntry:
    """A file of an artifact: its name inside it ("/" between folders), its SHA-256, its size in bytes."""

    name: str
    sha256: str
    size: int


@attrs.frozen
class Reference:
    """A reference of an artifact: its name inside it, the URI and, for a local file, hash and size."""

    name: str
    uri: str
    sha256: str | None = None
    size: int | None = None


@attrs.frozen
class Manifest:
    """The content of a version of an artifact. It is never changed once written."""

    name: str
    type: str
    version: int
    files: tuple[FileEntry, ...]
    references: tuple[Reference, ...] = ()
    description: str = ""
    metadata: dict[str, Any] = attrs.field(factory=dict, hash=False)
    created: float = 0.0
    run: str | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 that identifies the content: the names and hashes of all files and references."""
        return content_digest(self.files, self.references)

    def to_bytes(self) -> bytes:
        """Write the manifest as indented JSON."""
        body = {
            "format": FORMAT,
            **attrs.asdict(self, filter=lambda a, _: a.name not in {"files", "references", "metadata"}),
            "version": f"v{self.version}",
            "digest": self.digest,
            "metadata": exact_json.encode(self.metadata, "metadata"),
            "files": [attrs.asdict(entry) for entry in self.files],
            "references": [attrs.asdict(entry) for entry in self.references],
        }
        return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: It is not a manifest of this format, or its digest does not match its entries.
        """
        body = orjson.loads(data)
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise ValueError(f"not a manifest of format {FORMAT}")
        try:
            manifest = cls(
                name=body["name"],
                type=body["type"],
                version=int(body["version"].removeprefix("v")),
                files=tuple(FileEntry(**entry) for entry in body["files"]),
                references=tuple(Reference(**entry) for entry in body["references"]),
                description=body["description"],
                metadata=exact_json.decode(body["metadata"]),
                created=body["created"],
                run=body["run"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a manifest: {error!r}") from error
        if manifest.digest != body["digest"]:
            raise ValueError("its entries do not have the digest it states")
        return manifest


def entry_path(name: str) -> PurePosixPath:
    """Convert the name of an entry to a path that stays inside the artifact on every system.

    Raises:
        UnsafeNameError: It is absolute, leads out of the artifact, or has a part that file systems refuse.
    """
    if not isinstance(name, str):
        raise UnsafeNameError("file name", repr(name), f"is a {type(name).__name__}, not text")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise UnsafeNameError("file name", name, "is not valid Unicode")
    for part in name.split("/"):
        if part in {"", ".", ".."} or part[-1] in ". ":
            raise UnsafeNameError(
                "file name", name, "leads out of the artifact or has a part that systems change"
            )
        if any(ord(c) < 32 or c in '\\:*?"<>|\x7f' for c in part) or len(os.fsencode(part)) > 255:
            raise UnsafeNameError("file name", name, "has a part that file systems refuse")
        if part.split(".")[0].strip().casefold() in DEVICES:
            raise UnsafeNameError("file name", name, "has the name of a device")
    return PurePosixPath(name)


def content_digest(files: tuple[FileEntry, ...], references: tuple[Reference, ...]) -> str:
    """One SHA-256 over names, hashes and URIs, in any order."""
    lines = [f"file {e.sha256} {e.size} {e.name}" for e in files]
    lines += [f"reference {e.sha256} {e.uri} {e.name}" for e in references]
    hasher = hashlib.sha256()
    for line in sorted(lines):
        hasher.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return hasher.hexdigest()


def local_path(uri: str) -> Path | None:
    """The path of a `file://` URI; None for every other URI."""
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.netloc in {"", "localhost"} else None
