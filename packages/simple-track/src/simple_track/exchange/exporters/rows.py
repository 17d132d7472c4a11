"""A run in plain form: its facts, its metrics as rows, its config under flat names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simple_track.reading.view import RunView


def facts_of(run: RunView) -> dict[str, Any]:
    """What a run was: its names, times, state, config and summary."""
    ended = run.end_time
    return {
        "id": run.id,
        "name": run.name,
        "project": run.project,
        "state": run.state,
        "start_time": run.start_time.isoformat(),
        "end_time": ended.isoformat() if ended else None,
        "group": run.group,
        "job_type": run.job_type,
        "tags": run.tags,
        "notes": run.notes,
        "archived": run.archived,
        "config": run.config,
        "summary": dict(run.summary),
    }


def rows_of(run: RunView) -> Iterator[dict[str, Any]]:
    """The rows of a run in the order they were logged, as plain numbers, each with the metrics it has."""
    return run.history().records()


def media_of(run: RunView) -> Iterator[tuple[str, int, dict[str, Any], float]]:
    """The media and tables of a run: name, step, what the log says of the value, and when it was logged.

    Events of no known form are passed over; the doctor finds them.
    """
    for event in run.events("media"):
        match event:
            case {"key": str(key), "step": int(step), "value": {"kind": str()} as body}:
                time = event.get("timestamp")
                yield key, step, body, float(time) if isinstance(time, int | float) else 0.0


def flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested mappings, under dotted names."""
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
