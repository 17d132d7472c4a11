"""Metrics as CSV: a line for each step, a column for each metric."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from simple_track.exchange.exporters.names import column_name
from simple_track.exchange.exporters.rows import rows_of
from simple_track.exchange.exporters.target import whole_file
from simple_track.reading.view import RunView


def write_csv(runs: Sequence[RunView], target: Path) -> None:
    """Write the metrics of runs as CSV.

    The columns are `run` (the id), `step`, `timestamp` (seconds since 1970) and one for each metric; a metric
    that is called `run` is in `~run`, and `~run` in `~~run`. Numbers are written so that they read back
    exactly; a gap is empty, NaN is `nan`, infinities are `inf` and `-inf`. Texts are in quotes, and numbers
    are not.

    Args:
        runs: The runs.
        target: The file; "-" is standard output.
    """
    if str(target) == "-":
        _write(runs, sys.stdout)
        return
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as out:
        _write(runs, out)


def _write(runs: Sequence[RunView], out: TextIO) -> None:
    keys = dict.fromkeys(key for run in runs for key in run.history() if key not in ("step", "timestamp"))
    places = {key: number for number, key in enumerate(keys)}
    header = ["run", "step", "timestamp", *map(column_name, keys)]
    out.write(",".join(map(_heading, header)) + "\n")
    for run in runs:
        for row in rows_of(run):
            start = f"{_heading(run.id)},{row.pop('step')},{row.pop('timestamp')!r}"
            out.write(start + _cells(row, places) + "\n")


def _cells(row: Mapping[str, Any], places: Mapping[str, int]) -> str:
    """The cells behind the first three columns, each with the comma before it."""
    pieces, end = [], -1
    for place, value in sorted((places[key], value) for key, value in row.items() if key in places):
        pieces.append("," * (place - end) + _cell(value))
        end = place
    return "".join(pieces) + "," * (len(places) - 1 - end)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _heading(text: str) -> str:
    plain = text and text == text.strip() and not any(c in text for c in ',"\r\n')
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
