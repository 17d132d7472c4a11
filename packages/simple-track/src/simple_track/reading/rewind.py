"""Leave out what a run logged before it was rewound, at the step it was rewound to or later.

A rewind is a metrics line `{"step": 5, "~rewind": "5", "timestamp": …}` and an event of the same time. The
position of the line in the log says which lines came before it, so that nothing has to be removed or written
again. The step is a text because `run.log` never writes a text under this name.

A job may repeat a part of the last step that is kept, such as an evaluation after the last iteration: what is
logged again at that step replaces what was logged before the rewind.
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
    repeats: list[tuple[int, int]] = []
    for row, text in zip(marks.rows.tolist(), marks.values.tolist(), strict=True):
        kept[row] = False
        if not keep and is_integer(text):
            kept[:row] &= columns.rows["step"][:row] < int(text)
            repeats.append((row, int(text) - 1))
    return _select(columns, kept, repeats)


def _select(columns: Columns, kept: Array, repeats: list[tuple[int, int]]) -> Columns:
    """The kept rows, without values that are logged again.

    Args:
        columns: All rows.
        kept: Which rows to keep, shape (n,).
        repeats: For each rewind, its row, and the last step that it keeps.
    """
    steps = columns.rows["step"]
    masks: dict[str, dict[str, Array]] = {}
    filled = np.zeros(len(kept), bool)
    for key, kinds in columns.parts.items():
        masks[key] = {letter: kept[part.rows] for letter, part in kinds.items()}
        for row, step in repeats:
            again = any(
                (masks[key][letter] & (part.rows > row) & (steps[part.rows] == step)).any()
                for letter, part in kinds.items()
            )
            if again:
                for letter, part in kinds.items():
                    masks[key][letter] &= (part.rows > row) | (steps[part.rows] != step)
        for letter, part in kinds.items():
            filled[part.rows[masks[key][letter]]] = True
    emptied = np.zeros(len(kept), bool)
    for row, step in repeats:
        emptied[:row] |= steps[:row] == step
    if all(len(part.rows) for kinds in columns.parts.values() for part in kinds.values()):
        kept = kept & (filled | ~emptied)  # a row all of whose values are logged again
    moved = np.cumsum(kept, dtype=np.uint32) - np.uint32(1)
    parts: dict[str, dict[str, Part]] = {}
    for key, kinds in columns.parts.items():
        left = {
            letter: Part(moved[part.rows[masks[key][letter]]], part.values[masks[key][letter]])
            for letter, part in kinds.items()
            if masks[key][letter].any() or not len(part.rows)  # values that were not asked for are not there
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
    last: dict[int, int] = {}  # by the last step that a rewind keeps, the number of events before it
    for event in events:
        match event:
            case {"event": "rewind", "step": int(step)}:
                kept = [before for before in kept if not _is_from(before, step)]
                last[step - 1] = len(kept)
            case {"event": "media", "step": int(step)} if step in last:
                number = last[step]
                again = [before for before in kept[:number] if _is_the_same(before, event)]
                kept[:number] = [before for before in kept[:number] if before not in again]
                last[step] = number - len(again)
        kept.append(event)
    return kept


def _is_the_same(before: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether two media events are of one key and step."""
    return all(before.get(name) == event.get(name) for name in ("event", "key", "step"))


def _is_from(event: Mapping[str, Any], step: int) -> bool:
    """Whether this is a media event at a step or after it."""
    at = event.get("step")
    return event.get("event") == "media" and type(at) is int and at >= step
