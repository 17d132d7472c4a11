"""The table of runs for a terminal: what a run is called, how it is doing, and the metrics that matter."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from simple_track.cli.terminal import Terminal
from simple_track.reading.ranking import newest_rules, rank_metrics
from simple_track.reading.view import RunView

NAME_WIDTH, HEADER_WIDTH, ID_WIDTH = 24, 16, 8
DIGITS = 4
METRICS = 5
RULED_RUNS = 5
"""The rules of this many runs say which metrics matter."""
Column = tuple[str, Callable[[RunView], Any]]


def print_runs(
    views: Sequence[RunView], columns: Sequence[Column], terminal: Terminal, *, took: Callable[[float], str]
) -> None:
    """Print runs, fitted to the width of the terminal.

    Args:
        views: The runs.
        columns: The columns that were asked for; without any, the metrics that matter are shown.
        terminal: Where to print.
        took: Formats a time span.
    """
    wanted = list(columns) or [(key, summary_of(key)) for key in shown_metrics(views, METRICS)]
    projects = len({view.project for view in views}) > 1
    now = time.time()
    headers = ["NAME", "STATE", "AGE", *(_cut_start(title) for title, _ in wanted)]
    headers += ["PROJECT"] * projects + ["TOOK", "TAGS", "ID"]
    rows = []
    for view in views:
        cells = [cut_middle(view.name, NAME_WIDTH), _state(view), age(now - view.metadata.start_time)]
        cells += [_short(value(view)) for _, value in wanted]
        rows.append([*cells, *[view.project] * projects, took(view.duration), view.tags, view.id[-ID_WIDTH:]])
    metrics = range(3, 3 + len(wanted))
    last = len(headers) - 1
    drop = [] if columns else list(reversed(metrics))
    spare = [last - 1, last - 2, *drop[:-3], *([last - 3] if projects else []), *drop[-3:]]
    numeric = [n for n in metrics if all(row[n] is None or _is_number(row[n]) for row in rows)]
    terminal.table(headers, rows, right=[2, *numeric], spare=spare, cut=True)


def shown_metrics(views: Sequence[RunView], count: int) -> list[str]:
    """The names of the metrics that matter most among runs.

    Args:
        views: The runs, the most important first.
        count: The maximum number of names.
    """
    counts: dict[str, int] = {}
    for view in views:
        for key in view.plain_summary():
            counts[key] = counts.get(key, 0) + 1
    return rank_metrics(counts, newest_rules(view.rules for view in views[:RULED_RUNS]))[:count]


def summary_of(key: str) -> Callable[[RunView], Any]:
    """A function that returns the value of a metric in the summary of a run, or None."""
    return lambda view: view.plain_summary().get(key)


def age(seconds: float) -> str:
    """The time since a run has started, in its largest unit: "12 s", "5 min", "3 h", "40 d", "2 y"."""
    for size, unit in ((31_557_600, "y"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def cut_middle(text: str, width: int) -> str:
    """A text of limited length, of which both ends are kept."""
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"


def _cut_start(text: str) -> str:
    return text if len(text) <= HEADER_WIDTH else f"…{text[-(HEADER_WIDTH - 1) :]}"


def _state(view: RunView) -> str:
    return f"{view.state}, archived" if view.archived else view.state


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    return value


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True
