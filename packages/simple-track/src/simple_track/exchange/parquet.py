"""Metrics as one Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from simple_track.values.extras import need
from simple_track.view import RunView


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
    table = arrow.concat_tables([_table(arrow, run) for run in runs], promote_options="permissive")
    facts = [{"id": r.id, "name": r.name, "config": r.config, "summary": dict(r.summary)} for r in runs]
    note = {b"simple_track.runs": orjson.dumps(facts, default=str)}
    target.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table.replace_schema_metadata(note), target, compression="zstd")


def _table(arrow: Any, run: RunView) -> Any:
    table = run.history().to_arrow()
    return table.add_column(0, "run", arrow.array([run.id] * table.num_rows, arrow.string()))
