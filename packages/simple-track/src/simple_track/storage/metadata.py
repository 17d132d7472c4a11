"""The metadata of a run: its names, config, state and environment; the file `metadata.sdn`."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, get_args, get_origin

import attrs

from simple_track.errors import FormatError
from simple_track.lazy_module import cattrs
from simple_track.storage.field_state import FieldState
from simple_track.storage.layout import FORMAT_VERSION, RunLayout
from simple_track.storage.lock import is_alive
from simple_track.storage.nonfinite import as_text, restored
from simple_track.storage.sdn_file import read_sdn, write_sdn


@attrs.define(kw_only=True, getstate_setstate=False)
class Metadata(FieldState):
    """The content of `metadata.sdn`.

    Args:
        id: The run's id.
        project: Its project.
        name: Its readable name.
        state: running, finished, failed or interrupted, as written; see `current_state`.
        start_time: Seconds since 1970.
        end_time: Seconds since 1970, None while running.
        group: The group it belongs to, or None.
        job_type: The kind of job, or None.
        tags: Its tags.
        notes: Free text.
        archived: Whether lists leave the run out.
        fingerprint: The SHA-256 of the config.
        config: The plain, resolved config.
        resumed: The times at which it was resumed, in seconds since 1970.
        paused: Seconds between the ends of its earlier parts and the times at which it was resumed.
        error: Type, message and traceback of the exception, if it failed.
        environment: Command, code, packages and machine.
        format: The version of the files on disk.
    """

    id: str
    project: str
    name: str
    state: str = "running"
    start_time: float = 0.0
    end_time: float | None = None
    group: str | None = None
    job_type: str | None = None
    tags: list[str] = attrs.field(factory=list)
    notes: str = ""
    archived: bool = False
    fingerprint: str = ""
    config: dict[str, Any] = attrs.field(factory=dict)
    resumed: list[float] = attrs.field(factory=list)
    paused: float = 0.0
    error: dict[str, Any] | None = None
    environment: dict[str, Any] = attrs.field(factory=dict)
    format: int = FORMAT_VERSION


FIELDS = tuple(field.name for field in attrs.fields(Metadata))
LAST_MOMENT = 253_402_000_000.0
"""A day before the end of the year 9999, in seconds since 1970: what every time zone's calendar has."""
KINDS = {str: "text", float: "a number", int: "a whole number", bool: "true or false"}
NONFINITE = "config_nonfinite"
"""Where the file says which texts of the config are NaN and infinities."""


def read_metadata(layout: RunLayout) -> Metadata:
    """Read a run's metadata.

    Args:
        layout: The run's folder.

    Raises:
        FileNotFoundError: The run does not exist.
        FormatError: The file is damaged, or a newer version of this package wrote it.
    """
    tree = read_sdn(layout.metadata)
    if not tree:
        raise FormatError(layout.metadata, "is empty", "restore it from a backup")
    version = tree.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FormatError(layout.metadata, f"has format {version!r}, expected a whole number from 1")
    if version > FORMAT_VERSION:
        reason = f"has format {version}, and this version of simple-track reads up to {FORMAT_VERSION}"
        raise FormatError(layout.metadata, reason, "upgrade simple-track")
    known = {key: tree[key] for key in FIELDS if tree.get(key) is not None}
    try:
        metadata = _converter().structure(_with_numbers(known, tree.get(NONFINITE)), Metadata)
    except cattrs.ClassValidationError as error:
        faults = cattrs.transform_error(error, path="", format_exception=_fault)
        placed = (fault.rpartition(" @ .") for fault in faults)
        reason = "; ".join(f"{name}: {what}" for what, _, name in placed)
        raise FormatError(layout.metadata, reason, "set it right in the file") from error
    _check_times(layout, metadata)
    return metadata


def _check_times(layout: RunLayout, metadata: Metadata) -> None:
    """Refuse times that no calendar has."""
    for name in ("start_time", "end_time", "resumed", "paused"):
        times = getattr(metadata, name)
        for seconds in times if isinstance(times, list) else [times]:
            if seconds is not None and not 0 <= seconds <= LAST_MOMENT:
                reason = f"{name}: is {seconds!r}, expected seconds since 1970"
                raise FormatError(layout.metadata, reason, "set it right in the file")


def to_document(metadata: Metadata) -> dict[str, Any]:
    """The fields of metadata as SDN and JSON hold them: NaN and infinities of the config as text."""
    config, places = as_text(metadata.config)
    tree = attrs.asdict(metadata, recurse=False) | {"config": config}
    return tree | {NONFINITE: places} if places else tree


def from_document(tree: dict[str, Any]) -> Metadata:
    """The metadata that `to_document` was given; nothing is checked."""
    if NONFINITE in tree:
        tree = _with_numbers(dict(tree), tree[NONFINITE])
        del tree[NONFINITE]
    return Metadata(**tree)


def _with_numbers(tree: dict[str, Any], places: Any) -> dict[str, Any]:
    if isinstance(places, list) and isinstance(tree.get("config"), dict):
        tree["config"] = restored(tree["config"], places)
    return tree


@lru_cache(maxsize=1)
def _converter() -> cattrs.Converter:
    """Structures metadata without converting: each value must have the type of its field."""
    converter = cattrs.Converter()
    for kind, what in KINDS.items():
        converter.register_structure_hook(kind, partial(_checked, what=what))
    converter.register_structure_hook_func(_is_container, partial(_contained, converter))
    return converter


def _is_container(kind: Any) -> bool:
    outer: object = get_origin(kind)
    return outer is list or outer is dict


def _checked(value: object, kind: type, *, what: str) -> object:
    allowed = int | float if kind is float else kind
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"is {value!r}, expected {what}")
    return value


def _contained(converter: cattrs.Converter, value: object, kind: Any) -> object:
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise ValueError(f"is {value!r}, expected keys with values")
        return value
    if not isinstance(value, list):
        raise ValueError(f"is {value!r}, expected a list")
    return [converter.structure(item, get_args(kind)[0]) for item in value]


def _fault(error: BaseException, _: type | None) -> str:
    return "lacks what every run has" if isinstance(error, KeyError) else str(error)


def write_metadata(layout: RunLayout, metadata: Metadata) -> None:
    """Replace a run's metadata.

    Args:
        layout: The run's folder; it must exist.
        metadata: The new metadata.
    """
    write_sdn(layout.metadata, {"format": metadata.format, **to_document(metadata)})


def current_state(layout: RunLayout, metadata: Metadata) -> str:
    """The state of a run now: "crashed" if its metadata say "running" and its writer is dead."""
    if metadata.state == "running" and not is_alive(layout.lock):
        return "crashed"
    return metadata.state
