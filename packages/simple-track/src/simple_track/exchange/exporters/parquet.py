"""Metrics as one Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from simple_track.exchange.exporters.names import column_name
from simple_track.exchange.exporters.target import whole_file
from simple_track.extras import need
from simple_track.reading.columns import Part
from simple_track.reading.history import History
from simple_track.reading.typed_column import to_arrow, typed_columns
from simple_track.reading.view import RunView
from simple_track.storage import exact_json


def write_parquet(runs: Sequence[RunView], target: Path) -> None:
    """Write the metrics of runs as Parquet: `run`, `step`, `timestamp`, and a column for each metric.

    A gap is a null; NaN stays NaN. Where a metric was numbers and texts in turn, the texts are in a column
    `{name}~text`; one that is called `run` is in `~run`, and `~run` in `~~run`. The runs' names, configs and
    summaries are in the schema's metadata, under `simple_track.runs`, as JSON, and under `simple_track.names`
    the metric of each column that is called otherwise.

    Args:
        runs: The runs.
        target: The file.
    """
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="Parquet")
    parquet = need("pyarrow.parquet", library="pyarrow", extra="tables", purpose="Parquet")
    table, names = _table(arrow, [(run.id, run.history()) for run in runs])
    facts = [{"id": r.id, "name": r.name, "config": r.config, "summary": dict(r.summary)} for r in runs]
    note = {b"simple_track.runs": orjson.dumps(exact_json.encode(facts, "runs"))}
    if names:
        note[b"simple_track.names"] = orjson.dumps(names)
    with whole_file(target) as path:
        parquet.write_table(table.replace_schema_metadata(note), path, compression="zstd")


def _table(arrow: Any, runs: list[tuple[str, History]]) -> tuple[Any, dict[str, str]]:
    """The table, and the metric of each column that is not called like it."""
    count = sum(history.rows for _, history in runs)
    steps = [history["step"] for _, history in runs] or [np.zeros(0, np.int64)]
    times = [history["timestamp"] for _, history in runs] or [np.zeros(0)]
    columns = {
        "run": arrow.array([run for run, history in runs for _ in range(history.rows)], arrow.string()),
        "step": arrow.array(np.concatenate(steps)),
        "timestamp": arrow.array(np.concatenate(times)),
    }
    parts = _joined([history for _, history in runs])
    keys = {column_name(key): key for key in parts}
    names = {}
    for column in typed_columns({column_name(key): kinds for key, kinds in parts.items()}, count):
        columns[column.name] = to_arrow(column, arrow)
        if column.name != keys[column.key]:
            names[column.name] = keys[column.key]
    return arrow.table(columns), names


def _joined(histories: list[History]) -> dict[str, dict[str, Part]]:
    """The values of all runs by metric and kind, in rows that follow one another."""
    found: dict[str, dict[str, list[Part]]] = {}
    start = 0
    for history in histories:
        for key, kinds in history.columns.parts.items():
            for letter, part in kinds.items():
                moved = Part(part.rows.astype(np.int64) + start, part.values)
                found.setdefault(key, {}).setdefault(letter, []).append(moved)
        start += history.rows
    return {
        key: {
            letter: Part(np.concatenate([p.rows for p in parts]), np.concatenate([p.values for p in parts]))
            for letter, parts in kinds.items()
        }
        for key, kinds in found.items()
    }
