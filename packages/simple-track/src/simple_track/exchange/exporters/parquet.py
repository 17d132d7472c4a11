"""Metrics as one Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from simple_track.extras import need
from simple_track.reading.history import History
from simple_track.reading.view import RunView


def write_parquet(runs: Sequence[RunView], target: Path) -> None:
    """Write the metrics of runs as Parquet: `run`, `step`, `timestamp`, and a column for each metric.

    A gap is a null; NaN stays NaN. The runs' names, configs and summaries are in the schema's metadata, under
    `simple_track.runs`, as JSON.

    Args:
        runs: The runs.
        target: The file.
    """
    arrow = need("pyarrow", library="pyarrow", extra="tables", purpose="Parquet")
    parquet = need("pyarrow.parquet", library="pyarrow", extra="tables", purpose="Parquet")
    table = _table(arrow, [(run.id, run.history()) for run in runs])
    facts = [{"id": r.id, "name": r.name, "config": r.config, "summary": dict(r.summary)} for r in runs]
    note = {b"simple_track.runs": orjson.dumps(facts, default=str)}
    target.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table.replace_schema_metadata(note), target, compression="zstd")


def _table(arrow: Any, runs: list[tuple[str, History]]) -> Any:
    columns = {
        "run": arrow.array([run for run, history in runs for _ in range(history.rows)], arrow.string()),
        "step": arrow.array(np.concatenate([history["step"] for _, history in runs])),
        "timestamp": arrow.array(np.concatenate([history["timestamp"] for _, history in runs])),
    }
    for key in dict.fromkeys(key for _, history in runs for key in history if key not in columns):
        columns[key] = _column(arrow, [_cells(history, key) for _, history in runs])
    return arrow.table(columns)


def _cells(history: History, key: str) -> list[Any]:
    """The values of a metric in one run, None where a row has none."""
    if key not in history:
        return [None] * history.rows
    pairs = zip(history[key].tolist(), history.present(key).tolist(), strict=True)
    return [value if there else None for value, there in pairs]


def _column(arrow: Any, parts: list[list[Any]]) -> Any:
    """One column for all runs: numbers where all are numbers, and text where words are among them."""
    cells = [cell for part in parts for cell in part]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {bool}:
        return arrow.array(cells, arrow.bool_())
    if kinds <= {int} and all(-(2**63) <= cell < 2**63 for cell in cells if cell is not None):
        return arrow.array(cells, arrow.int64())
    if kinds <= {bool, int, float}:
        return arrow.array([None if cell is None else float(cell) for cell in cells], arrow.float64())
    return arrow.array([None if cell is None else str(cell) for cell in cells], arrow.string())
