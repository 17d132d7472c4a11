"""Whole runs as one JSON document."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from simple_track.exchange.exporters.rows import facts_of, rows_of
from simple_track.exchange.exporters.target import whole_file
from simple_track.reading.view import RunView
from simple_track.storage import exact_json


def write_json(runs: Sequence[RunView], target: Path) -> None:
    """Write everything about runs as a JSON list, one object for each.

    NaN and infinities, which JSON has not, are `{"$float": "nan"}` and so on, and an integer beyond 64 bits
    is `{"$int": "…"}`.

    Args:
        runs: The runs.
        target: The file; "-" is standard output.
    """
    data = orjson.dumps(
        [_document(run) for run in runs], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    if str(target) == "-":
        sys.stdout.write(data.decode())
        return
    with whole_file(target) as path:
        path.write_bytes(data)


def _document(run: RunView) -> Any:
    rest = {
        "environment": run.environment,
        "error": run.error,
        "history": list(rows_of(run)),
        "events": run.events(),
    }
    return exact_json.encode(facts_of(run) | rest, run.id)
