"""Edits of a run: its name, tags, notes and archive mark, in `edits.jsonl` next to its metadata.

Each line is one edit: `{"time": …, "user": "…", "host": "…", "set": {"name": "baseline"}}`. The edit with the
latest time wins for each field, and wins over `metadata.sdn`, so a process that still writes the run cannot
undo it. Edits that come from another store are in `edits.{store}.jsonl`.
"""

from __future__ import annotations

import getpass
import math
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import attrs
import orjson

from simple_track.errors import FormatError, SettingError
from simple_track.storage.clock import timestamp
from simple_track.storage.journal import Journal
from simple_track.storage.layout import RunLayout
from simple_track.storage.metadata import Metadata, read_metadata
from simple_track.storage.reader import read_chunks, read_records
from simple_track.storage.record import decode, plain_text

EDITABLE = ("name", "tags", "notes", "archived")
LATEST = 253402300799.0
"""The end of the year 9999; an edit that claims to be later is not read."""


def edited_metadata(layout: RunLayout) -> Metadata:
    """Read a run's metadata with its edits applied.

    Args:
        layout: The run's folder.

    Raises:
        FileNotFoundError: The run does not exist.
        FormatError: The metadata are damaged, a newer version of this package wrote them, or the edits cannot
            be read.
    """
    metadata = read_metadata(layout)
    edits = read_edits(layout)
    return attrs.evolve(metadata, **edits) if edits else metadata


def read_edits(layout: RunLayout) -> dict[str, Any]:
    """Read the current value of each field that was edited.

    Args:
        layout: The run's folder.
    """
    return {field: value for field, (_, value) in _newest(layout.edit_files()).items()}


def append_edit(layout: RunLayout, fields: Mapping[str, Any]) -> None:
    """Append an edit, which is later than every edit of these fields so far; it is on disk when this returns.

    Args:
        layout: The run's folder.
        fields: New values of `name`, `tags`, `notes` or `archived`, as `check_edit` returns them.

    Raises:
        StorageError: The file cannot be written.
    """
    earlier = [time for field, (time, _) in _newest(layout.edit_files()).items() if field in fields]
    time = max([timestamp(), *(round(time + 0.001, 3) for time in earlier)])
    line = {"time": time, "user": _user(), "host": platform.node(), "set": dict(fields)}
    journal = Journal(layout.edits, strict=True, sync_each=True)
    journal.open()
    try:
        journal.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    finally:
        journal.close()


def check_edit(
    name: object = None, tags: object = None, notes: object = None, archived: object = None
) -> dict[str, Any]:
    """Check new values of the fields that can be edited, and return those that are given.

    Args:
        name: A name that is not empty.
        tags: All tags; a single one may be given as text.
        notes: Free text.
        archived: Whether the run is left out of lists.

    Raises:
        SettingError: A value is of the wrong type, or the name is empty.
    """
    fields: dict[str, Any] = {}
    if name is not None:
        if not isinstance(name, str) or not name.strip():
            raise SettingError("name", name, ("text that is not empty",))
        fields["name"] = plain_text(name)
    if tags is not None:
        fields["tags"] = _tags(tags)
    if notes is not None:
        if not isinstance(notes, str):
            raise SettingError("notes", notes, ("text",))
        fields["notes"] = plain_text(notes)
    if archived is not None:
        if not isinstance(archived, bool):
            raise SettingError("archived", archived, ("True", "False"))
        fields["archived"] = archived
    return fields


def _tags(tags: object) -> list[str]:
    found = [tags] if isinstance(tags, str) else tags
    if not isinstance(found, Iterable) or isinstance(found, bytes | Mapping):
        raise SettingError("tags", tags, ("a list of texts",))
    listed = list(found)
    for tag in listed:
        if not isinstance(tag, str) or not tag:
            raise SettingError("tags", tag, ("texts that are not empty",))
    return [plain_text(tag) for tag in dict.fromkeys(listed)]


def _newest(files: Iterable[Path]) -> dict[str, tuple[float, Any]]:
    """The time and the value of the latest valid edit of each field; of equal times, the last one read."""
    newest: dict[str, tuple[float, Any]] = {}
    for path in files:
        for record in _lines(path):
            time, values = record.get("time"), record.get("set")
            if not _is_time(time) or not isinstance(values, dict):
                continue
            for field, value in values.items():
                if is_valid(field, value) and time >= newest.get(field, (-math.inf, None))[0]:
                    newest[field] = (time, value)
    return newest


def invalid_lines(path: Path) -> list[int]:
    """The numbers, from 1, of the lines in a file of edits that are passed over, wholly or in part.

    Args:
        path: The file.

    Raises:
        FormatError: It cannot be read.
    """
    try:
        lines = b"".join(read_chunks(path)).split(b"\n")
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    return [number for number, line in enumerate(lines, 1) if line.strip() and not _is_edit(decode(line))]


def _is_edit(record: dict[str, Any] | None) -> bool:
    """Whether a line is an edit all of whose fields are applied."""
    values = record.get("set") if record is not None and _is_time(record.get("time")) else None
    return isinstance(values, dict) and all(is_valid(field, value) for field, value in values.items())


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return list(read_records(path))
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error


def _is_time(time: object) -> TypeGuard[float]:
    return isinstance(time, int | float) and not isinstance(time, bool) and 0 <= time <= LATEST


def is_valid(field: str, value: object) -> bool:
    """Whether a line of a file may set a field to a value; other fields and values are passed over.

    Args:
        field: The field.
        value: The value.
    """
    if field in ("name", "notes"):
        return isinstance(value, str)
    if field == "tags":
        return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    return field == "archived" and isinstance(value, bool)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this uid, as in many containers
        return ""
