"""The manifest of an artifact version: its files with their hashes, and its description and metadata."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote_to_bytes

import attrs
import orjson

from simple_track.errors import UnsafeNameError
from simple_track.storage import exact_json
from simple_track.storage.names import DEVICES

FORMAT = 1
_NESTED = frozenset(["files", "references", "metadata", "folders"])
DIGEST = re.compile("[0-9a-f]{64}")
"""A SHA-256 in hex; nothing else becomes part of a path."""

_PLAIN = re.compile(
    r"(?:\w[\w-]{0,60}/)*\w[\w-]{3,60}(?:\.\w{1,20})?", re.ASCII
)  # names that no system refuses


@attrs.frozen
class FileEntry:
    """A file of an artifact.

    Args:
        name: Its name inside the artifact, with "/" between folders.
        sha256: The SHA-256 of its content.
        size: Its size in bytes.
        executable: Whether it may be executed.
    """

    name: str
    sha256: str
    size: int
    executable: bool = False

    def __setstate__(self, state: Any) -> None:
        _restore(self, state, executable=False)


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
    folders: tuple[str, ...] = ()  # those without files

    def __setstate__(self, state: Any) -> None:
        _restore(self, state, folders=())

    @property
    def digest(self) -> str:
        """The SHA-256 that identifies the content: the names and hashes of all files and references."""
        return content_digest(self.files, self.references, self.folders)

    def to_bytes(self) -> bytes:
        """Write the manifest as indented JSON."""
        body = {
            "format": FORMAT,
            **attrs.asdict(self, filter=lambda a, _: a.name not in _NESTED),
            "version": f"v{self.version}",
            "digest": self.digest,
            "metadata": exact_json.encode(self.metadata, "metadata"),
            "files": [_written(entry) for entry in self.files],
            "references": [attrs.asdict(entry) for entry in self.references],
            **({"folders": list(self.folders)} if self.folders else {}),
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
        version = re.fullmatch("v(0|[1-9][0-9]{0,17})", _field(body, "version", str))
        if version is None:
            raise ValueError(f"its version is {body['version']!r}")
        run = body.get("run")
        manifest = cls(
            name=_field(body, "name", str),
            type=_field(body, "type", str),
            version=int(version[1]),
            files=tuple(map(_file_entry, _field(body, "files", list))),
            references=tuple(map(_reference, _field(body, "references", list))),
            description=_field(body, "description", str),
            metadata=exact_json.decode(_field(body, "metadata", dict)),
            created=float(_field(body, "created", (int, float))),
            run=None if run is None else _field(body, "run", str),
            folders=tuple(map(_folder, _field(body, "folders", list))) if "folders" in body else (),
        )
        if not isinstance(manifest.metadata, dict):
            raise ValueError("its metadata is no object")
        if manifest.digest != _field(body, "digest", str):
            raise ValueError("its entries do not have the digest it states")
        return manifest


def _restore(entry: object, state: Any, **defaults: Any) -> None:
    """Unpickle an entry, also one of a version that did not have all fields."""
    facts = state[1] if isinstance(state, tuple) else state
    for name, value in (defaults | facts).items():
        object.__setattr__(entry, name, value)


def _field(body: object, name: str, kind: type | tuple[type, ...]) -> Any:
    """A field of a JSON object, which has to be there and to be of a type."""
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"its {name} is {value!r:.60}")
    return value


def _file_entry(entry: object) -> FileEntry:
    name = check_entry(_field(entry, "name", str))
    digest, size = _digest(_field(entry, "sha256", str)), _size(_field(entry, "size", int))
    executable = entry.get("executable", False) if isinstance(entry, dict) else False
    if not isinstance(executable, bool):
        raise ValueError(f"its executable is {executable!r:.60}")
    return FileEntry(name, digest, size, executable)


def _folder(name: object) -> str:
    if not isinstance(name, str):
        raise ValueError(f"a folder is {name!r:.60}")
    return check_entry(name)


def _written(entry: FileEntry) -> dict[str, Any]:
    """An entry as JSON has it: whether it is executable is written where it is."""
    body = attrs.asdict(entry)
    if not entry.executable:
        del body["executable"]
    return body


def _reference(entry: object) -> Reference:
    name, uri = _field(entry, "name", str), _field(entry, "uri", str)
    if not isinstance(entry, dict) or entry.get("sha256") is None:
        return Reference(name, uri)
    return Reference(name, uri, _digest(_field(entry, "sha256", str)), _size(_field(entry, "size", int)))


def _digest(text: str) -> str:
    if not DIGEST.fullmatch(text):
        raise ValueError(f"{text!r:.60} is no SHA-256")
    return text


def _size(size: int) -> int:
    if size < 0:
        raise ValueError(f"a size is {size}")
    return size


def check_entry(name: str) -> str:
    """Return the name of an entry unchanged if `entry_path` takes it."""
    if isinstance(name, str) and _PLAIN.fullmatch(name):
        return name
    return str(entry_path(name))


def entry_path(name: str) -> PurePosixPath:
    """Convert the name of an entry to a path that stays inside the artifact.

    A name may have every character that a file of this system can have. On Windows, whose paths give some of
    them a meaning, such a name is refused.

    Raises:
        UnsafeNameError: It is absolute, leads out of the artifact, or has a part that this system refuses.
    """
    if not isinstance(name, str):
        raise UnsafeNameError("file name", repr(name), f"is a {type(name).__name__}, not text")
    if any("\ud800" <= character <= "\udfff" for character in name):
        hint = "rename the file, leave it out (exclude=), or give it another (add_file(path, name=…))"
        raise UnsafeNameError("file name", name, "is not valid Unicode (its bytes are not UTF-8)", hint)
    for part in name.split("/"):
        if part in {"", ".", ".."}:
            raise UnsafeNameError("file name", name, "leads out of the artifact")
        if "\0" in part or len(os.fsencode(part)) > 255:
            raise UnsafeNameError("file name", name, "has a part that file systems refuse")
        if os.name == "nt":
            _check_for_windows(name, part)
    return PurePosixPath(name)


def _check_for_windows(name: str, part: str) -> None:
    if any(ord(c) < 32 or c in '\\:*?"<>|\x7f' for c in part) or part[-1] in ". ":
        raise UnsafeNameError("file name", name, "has a part that Windows refuses or changes")
    if part.split(".")[0].strip().casefold() in DEVICES:
        raise UnsafeNameError("file name", name, "has the name of a device")


def content_digest(
    files: tuple[FileEntry, ...], references: tuple[Reference, ...], folders: tuple[str, ...] = ()
) -> str:
    """One SHA-256 over names, hashes, executable bits, URIs and empty folders, in any order."""
    lines = [f"{'program' if e.executable else 'file'} {e.sha256} {e.size} {e.name}" for e in files]
    lines += [f"folder {name}" for name in folders]
    lines += [f"reference {e.sha256} {e.uri} {e.name}" for e in references]
    hasher = hashlib.sha256()
    for line in sorted(lines):
        hasher.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return hasher.hexdigest()


def local_path(uri: str) -> Path | None:
    """The path of a `file://` URI; None for every other URI.

    A `?` or `#` that is not escaped is part of the path, as files may have them in their names.
    """
    for start in ("file:///", "file://localhost/"):
        if uri[: len(start)].lower() == start:
            return Path(os.fsdecode(unquote_to_bytes(uri[len(start) - 1 :])))  # a name may be no UTF-8
    return None
