"""Runs as one data frame: a row for each run, a column for each value of configs and summaries."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from simple_track.catalog.query import runs_columns
from simple_track.catalog.query_result import query_library
from simple_track.errors import SettingError
from simple_track.reading.view import RunView

LIBRARIES = ("pandas", "polars", "arrow")


def runs_frame(runs: Sequence[RunView], library: str | None = None) -> Any:
    """Make a data frame of runs.

    Args:
        runs: The runs, which become rows in this order.
        library: "pandas", "polars" or "arrow"; default the first of them that is installed.

    Returns:
        A DataFrame of pandas or polars, or a pyarrow Table. The columns are `run`, `project`, `name`,
        `state`, `job_type`, `group`, `start_time`, `end_time`, `duration`, `tags`, `notes`, `archived`,
        `fingerprint`, and one for each value, such as `config.train.lr` and `summary.val/acc`; what a run
        lacks is null.

    Raises:
        SettingError: The library is unknown.
        MissingExtraError: It is not installed, or pyarrow is not.
    """
    if library not in (None, *LIBRARIES):
        raise SettingError("library", library, LIBRARIES)
    arrow = query_library("pyarrow", "sql")
    table = runs_columns(arrow, list(runs)).drop_columns(["config", "summary"])
    chosen = library or _installed()
    if chosen == "arrow":
        return table
    if chosen == "pandas":
        return query_library("pandas", None) and table.to_pandas()
    return query_library("polars", None).from_arrow(table)


def _installed() -> str:
    return next((name for name in ("pandas", "polars") if find_spec(name)), "arrow")
