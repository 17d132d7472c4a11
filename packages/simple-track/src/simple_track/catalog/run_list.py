"""A list of runs that shows as a table in a notebook."""

from __future__ import annotations

from typing import Any

from simple_track.html_table import html_table
from simple_track.reading.ranking import newest_rules, rank_metrics
from simple_track.reading.view import RunView

SHOWN, METRICS, RULED = 50, 5, 5


class RunList(list[RunView]):
    """Runs, in their order; a notebook shows them as a table with the metrics that matter."""

    def _repr_html_(self) -> str:
        counts: dict[str, int] = {}
        for view in self[:SHOWN]:
            for key in view.plain_summary():
                counts[key] = counts.get(key, 0) + 1
        metrics = rank_metrics(counts, newest_rules(view.rules for view in self[:RULED]))[:METRICS]
        rows: list[list[Any]] = []
        for view in self[:SHOWN]:
            facts = [view.name, view.project, view.state, f"{view.start_time:%Y-%m-%d %H:%M}"]
            rows.append([*facts, *(view.plain_summary().get(key) for key in metrics), view.id])
        rest = f", the first {SHOWN} of them" if len(self) > SHOWN else ""
        columns = ("name", "project", "state", "started", *metrics, "id")
        return html_table(columns, rows, f"{len(self)} runs{rest}")
