"""Metrics as CSV: a line for each step, a column for each metric."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from simple_track.exchange.exporters.rows import rows_of
from simple_track.reading.view import RunView


def write_csv(runs: Sequence[RunView], target: Path) -> None:
    """Write the metrics of runs as CSV.

    The columns are `run` (the id), `step`, `timestamp` (seconds since 1970) and one for each metric. Numbers
    are written so that they read back exactly; a gap is empty, NaN is `nan`, infinities are `inf` and `-inf`.

    Args:
        runs: The runs.
        target: The file; "-" is standard output.
    """
    if str(target) == "-":
        _write(runs, sys.stdout)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as out:
        _write(runs, out)


def _write(runs: Sequence[RunView], out: TextIO) -> None:
    keys = list(
        dict.fromkeys(key for run in runs for key in run.history() if key not in ("step", "timestamp"))
    )
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["run", "step", "timestamp", *keys])
    for run in runs:
        writer.writerows(_lines(run, keys))


def _lines(run: RunView, keys: list[str]) -> Iterator[list[Any]]:
    for row in rows_of(run):
        yield [run.id, row["step"], repr(row["timestamp"]), *(_cell(row.get(key)) for key in keys)]


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)
