"""The return values of a run that writes nothing, so that a script works as with any other run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from simple_track.errors import TrackError
from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import ROW, Columns
from simple_track.reading.history import History
from simple_track.reading.summary import Summary
from simple_track.storage.record import as_scalar, flatten


def observe(summary: Summary, values: Mapping[str, Any]) -> None:
    """Let a summary in memory observe logged values; other values are skipped.

    Args:
        summary: The summary.
        values: The logged values.
    """
    try:
        leaves = list(flatten(values))
    except (TrackError, AttributeError):
        return
    for key, value in leaves:
        try:
            summary.observe({key: as_scalar(key, value)})
        except TrackError:
            continue


def empty_history(run_id: str, keys: Sequence[str] | str | None) -> History:
    """A history without rows that has every column that is asked for.

    Args:
        run_id: The run.
        keys: The metrics, or None.
    """
    names = [keys] if isinstance(keys, str) else list(keys or ())
    return History(Columns(np.zeros(0, ROW), {name: {} for name in names}), run_id, names)


@attrs.frozen
class DisabledVersion:
    """The version of an artifact that was not stored.

    Args:
        name: The name of the artifact.
        aliases: The aliases that it was logged with.
        metadata: Its metadata.
        version: "untracked".
        digest: Empty.
    """

    name: str
    aliases: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = attrs.field(factory=dict)
    version: str = "untracked"
    digest: str = ""


def disabled_version(artifact: object, aliases: str | Sequence[str]) -> DisabledVersion:
    """The version of an artifact that is not stored.

    Args:
        artifact: The artifact.
        aliases: Its aliases; a single one may be given as text.
    """
    names = (aliases,) if isinstance(aliases, str) else tuple(aliases)
    name, metadata = getattr(artifact, "name", ""), getattr(artifact, "metadata", {})
    return DisabledVersion(str(name), names, metadata)
