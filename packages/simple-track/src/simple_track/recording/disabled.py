"""Untracked: what a run that is not tracked answers, so that a script goes on as if it were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from simple_track.deferred import numpy as np
from simple_track.errors import TrackError
from simple_track.reading.columns import ROW, Columns
from simple_track.reading.history import History
from simple_track.reading.summary import Summary
from simple_track.storage.record import as_scalar, flatten


def observe(summary: Summary, values: Mapping[str, Any]) -> None:
    """Let a summary in memory follow what is logged; what cannot be kept there is passed over.

    Args:
        summary: The summary.
        values: What was logged.
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
        keys: The metrics that are asked for.
    """
    names = [keys] if isinstance(keys, str) else list(keys or ())
    return History(Columns(np.zeros(0, ROW), {name: {} for name in names}), run_id, names)


@attrs.frozen
class UntrackedVersion:
    """The version of an artifact that was not stored.

    Args:
        name: The name of the artifact.
        aliases: The aliases it would have got.
        metadata: Its metadata.
        version: Says that there is none.
        digest: Empty.
    """

    name: str
    aliases: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = attrs.field(factory=dict)
    version: str = "untracked"
    digest: str = ""
