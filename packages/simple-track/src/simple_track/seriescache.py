"""Series cache: the columns of a run, kept so that its log is parsed once."""

from __future__ import annotations

from pathlib import Path

from simple_track.layout import SYSTEM_STREAM, RunLayout
from simple_track.reader import read_chunks
from simple_track.series import ColumnBuilder, Columns, merge_by_time, parse_lines


def load_columns(layout: RunLayout, *, system: bool) -> Columns:
    """The numbers of a run, of all its writers, by time.

    Args:
        layout: The run's folder.
        system: Include what was sampled of the machine.
    """
    skipped = f"metrics.{SYSTEM_STREAM}.jsonl"
    return merge_by_time([_load(path) for path in layout.metric_files() if system or path.name != skipped])


def _load(path: Path) -> Columns:
    builder = ColumnBuilder()
    for chunk in read_chunks(path):
        builder.add(parse_lines(chunk))
    return builder.columns()
