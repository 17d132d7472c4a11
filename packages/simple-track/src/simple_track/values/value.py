"""What every value is: a thing with a kind, that writes itself into a run's folder and is read back equal."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

import attrs

from simple_track.errors import TrackError
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import RunLayout
from simple_track.storage.names import segment

Body = dict[str, Any]


class DamagedValueError(TrackError, OSError):
    """The file of a value is missing, or is no longer what was written."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(
            f"{path}: {why}. Restore this file from a backup; the run's log still names what it was."
        )


@attrs.frozen
class ValueFolder:
    """Where the files of one logged value go, and how they are named.

    Args:
        layout: The run's folders.
        key: The key it is logged under.
        step: The step it is logged at.
    """

    layout: RunLayout
    key: str = ""
    step: int = 0

    def save(self, data: bytes, place: str, suffix: str) -> Body:
        """Write a file whole or not at all.

        Args:
            data: Its content.
            place: The folder, as `RunLayout.media` knows it, or "tables".
            suffix: Such as ".png".

        Returns:
            What finds it again: `file` (relative to the run's folder), `sha256`, `size`.
        """
        digest = hashlib.sha256(data).hexdigest()
        folder = self._folder(place)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{segment(self.key)}-{self.step}-{digest[:12]}{suffix}"
        with atomic_write(path) as file:
            file.write(data)
        return {"file": self.layout.relative(path), "sha256": digest, "size": len(data)}

    def load(self, body: Body) -> bytes:
        """The content of a file that `save` wrote, verified.

        Raises:
            DamagedValueError: It is gone or has changed; the message names it.
        """
        path = self.locate(body)
        if not isinstance(body.get("sha256"), str):
            raise DamagedValueError(self.layout.history, f"the event of {body['file']} has no sha256")
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise DamagedValueError(path, "the file is missing") from error
        if hashlib.sha256(data).hexdigest() != body["sha256"]:
            raise DamagedValueError(path, f"content is damaged: expected sha256 {body['sha256'][:16]}…")
        return data

    def locate(self, body: Body) -> Path:
        """The path of a value's file, which never leads out of the run's folder.

        Raises:
            DamagedValueError: The event does not name one.
        """
        if not isinstance(body.get("file"), str):
            raise DamagedValueError(
                self.layout.history, f"an event of kind {body.get('kind')!r} names no file"
            )
        return self.layout.resolve(body["file"])

    def _folder(self, place: str) -> Path:
        return self.layout.tables if place == "tables" else self.layout.media(place)


def files_of(value: object) -> set[str]:
    """All files that a value's body names, below the run's folder, however deep they stand in it."""
    if isinstance(value, dict):
        own = {value["file"]} if isinstance(value.get("file"), str) else set()
        listed = value.get("files")
        own |= {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
        return own.union(*map(files_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(files_of, value))
    return set()


class Value(ABC):
    """Something that can be logged beside numbers and text."""

    kind: ClassVar[str]

    @abstractmethod
    def write(self, folder: ValueFolder) -> Body:
        """Write the value's files; returns the JSON-able rest, without the kind."""

    @classmethod
    @abstractmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The value that `write` was called on."""
