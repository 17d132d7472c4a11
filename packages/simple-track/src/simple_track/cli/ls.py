"""List runs.

simple-track ls
simple-track ls -p cifar10 --where "config.lr < 0.01 and state == 'finished'" --order -summary.val/acc
simple-track ls -c config.lr -c summary.val/acc --json
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from simple_track.catalog.catalog import Moment, all_runs, listed_runs, readable_runs, select_runs, value_of
from simple_track.cli.number import whole
from simple_track.cli.pick import hints, require_project
from simple_track.cli.runs_table import print_runs, shown_metrics, summary_of
from simple_track.cli.terminal import Terminal
from simple_track.exchange.exporters.rows import facts_of
from simple_track.reading.view import RunView
from simple_track.settings import current_layout

NAME = "ls"
SHOWN_METRICS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `ls` takes."""
    parser.add_argument("-p", "--project", help="only runs of this project")
    parser.add_argument("--where", metavar="EXPR", help="only runs for which this is true")
    parser.add_argument(
        "--order",
        metavar="FIELD",
        default="-start_time",
        help="sort by this; '-' puts the greatest first (default: -start_time)",
    )
    parser.add_argument("--archived", action="store_true", help="include archived runs")
    parser.add_argument(
        "-n", "--limit", type=whole(0), default=50, help="at most so many; 0 for all (default: 50)"
    )
    parser.add_argument(
        "-c",
        "--column",
        action="append",
        metavar="FIELD",
        help="show this, such as config.train.lr or summary.val/acc; may be repeated",
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the runs."""
    layout = current_layout(args.dir)
    require_project(layout, args.project)
    every = all_runs(layout, args.project)
    found = listed_runs(select_runs(every, args.where, args.order), args.where, archived=args.archived)
    chosen = readable_runs(found[: args.limit] if args.limit > 0 else found)
    columns = [(field, value_of(field, every)) for field in args.column or ()]
    named = [field for field in (args.order, *(args.column or ())) if field]
    for hint in hints(None if found else args.where, named, every):
        terminal.complain(f"simple-track ls: {hint}")
    if terminal.json:
        terminal.document([describe(view) for view in chosen])
        return 0
    if not chosen:
        elsewhere = f"no runs yet in {layout.root}; another store is named with --dir or SIMPLE_DIR"
        terminal.line("no runs fit" if args.where or args.project else elsewhere)
        return 0
    if terminal.pretty:
        shown = [(field, _as_shown(value)) for field, value in columns]
        print_runs(chosen, shown, terminal, took=took)
        _more(len(found) - len(chosen), terminal)
        return 0
    columns = columns or [(key, summary_of(key)) for key in shown_metrics(chosen, SHOWN_METRICS)]
    headers = ["RUN", "NAME", "PROJECT", "STATE", "STARTED", "TOOK", *(title for title, _ in columns)]
    rows = [[*_facts(view), *(_said(value(view)) for _, value in columns)] for view in chosen]
    metrics = [] if args.column else range(len(headers) - 1, 5, -1)
    spare = [2, *metrics, 4, 5, *([3, 1] if args.column else [])]  # project, metrics from the right, times
    terminal.table(headers, rows, right=[5, *_numeric(rows, 6)], spare=spare, cut=True)
    _more(len(found) - len(chosen), terminal)
    return 0


def _more(count: int, terminal: Terminal) -> None:
    if count > 0:
        terminal.line(f"{count} more; see them with -n 0", style="dim")


def _as_shown(value: Callable[[RunView], Any]) -> Callable[[RunView], Any]:
    return lambda view: _said(value(view))


def describe(view: RunView) -> dict[str, Any]:
    """A run as JSON tells it."""
    return facts_of(view) | {"duration": view.duration, "dir": view.dir}


def _said(value: Any) -> Any:
    return (
        f"{datetime.fromtimestamp(value).astimezone():%Y-%m-%d %H:%M}" if isinstance(value, Moment) else value
    )


def took(seconds: float) -> str:
    """A time span as a person says it: "12 s", "3 min 5 s", "2 h 7 min", "3 d 4 h"."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
    for limit, big, small, big_name, small_name in (
        (3600, 60, 1, "min", "s"),
        (86400, 3600, 60, "h", "min"),
        (float("inf"), 86400, 3600, "d", "h"),
    ):
        if seconds < limit:
            whole, rest = divmod(int(seconds), big)
            return f"{whole} {big_name} {rest // small} {small_name}"
    return ""


def _facts(view: RunView) -> list[Any]:
    return [
        view.id,
        view.name,
        view.project,
        view.state,
        f"{view.start_time:%Y-%m-%d %H:%M}",
        took(view.duration),
    ]


def _numeric(rows: list[list[Any]], start: int) -> Iterator[int]:
    """The columns from this one on that hold numbers and nothing else."""
    for number, column in enumerate(list(zip(*rows, strict=True))[start:], start):
        if all(cell is None or isinstance(cell, int | float) for cell in column):
            yield number
