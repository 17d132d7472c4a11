"""Leave out what a run logged before it was rewound, at the step it was rewound to or later.

A rewind is a metrics line `{"step": 5, "~rewind": "5", "timestamp": …}` and an event of the same time. The
position of the line in the log says which lines came before it, so that nothing has to be removed or written
again. The step is a text because `run.log` never writes a text under this name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import Array, Columns, Part
from simple_track.storage.exact_json import is_integer
from simple_track.storage.record import REWIND


def without_rewound(columns: Columns, *, keep: bool = False) -> Columns:
    """Leave out the rows that a later rewind took back, and the rows of the rewinds.

    Args:
        columns: The rows of all writers, in the order in which they were logged.
        keep: Leave out only the rows of the rewinds.

    Returns:
        The columns, without the metrics that have no value any more; the same object if there was no rewind.
    """
    marks = columns.parts.get(REWIND, {}).get("s")
    if marks is None:
        return columns
    kept = np.ones(len(columns.rows), bool)
    for row, text in zip(marks.rows.tolist(), marks.values.tolist(), strict=True):
        kept[row] = False
        if not keep and is_integer(text):
            kept[:row] &= columns.rows["step"][:row] < int(text)
    return _select(columns, kept)


def _select(columns: Columns, kept: Array) -> Columns:
    moved = np.cumsum(kept, dtype=np.uint32) - np.uint32(1)
    parts: dict[str, dict[str, Part]] = {}
    for key, kinds in columns.parts.items():
        chosen = {letter: (part, kept[part.rows]) for letter, part in kinds.items()}
        left = {
            letter: Part(moved[part.rows[mask]], part.values[mask])
            for letter, (part, mask) in chosen.items()
            if mask.any() or not len(part.rows)  # values that were not asked for are not there
        }
        if left:
            parts[key] = left
    return Columns(columns.rows[kept], parts)


def without_rewound_media(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the media events that a later rewind took back.

    Args:
        events: The events of a run, in the order in which they were logged.
    """
    kept: list[dict[str, Any]] = []
    for event in events:
        match event:
            case {"event": "rewind", "step": int(step)}:
                kept = [before for before in kept if not _is_from(before, step)]
        kept.append(event)
    return kept


def _is_from(event: Mapping[str, Any], step: int) -> bool:
    """Whether this is a media event at a step or after it."""
    at = event.get("step")
    return event.get("event") == "media" and type(at) is int and at >= step
