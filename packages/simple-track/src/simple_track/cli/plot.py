"""Plot a metric of one or several runs in one chart.

simple-track plot last train/loss
simple-track plot calm-otter-417 4f9k2a7c val/acc
simple-track plot --where "config.lr < 0.1" val/acc
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from simple_track.cli.chart import MARKS, Series, draw_all
from simple_track.cli.editing.choose import add_conditions, choose
from simple_track.cli.number import whole
from simple_track.cli.terminal import Terminal, show
from simple_track.errors import MetricNotFoundError
from simple_track.reading.view import RunView
from simple_track.settings import current_layout

NAME = "plot"
SAMPLES = 2000
COLORS = ("blue", "red", "green", "magenta", "yellow", "cyan", "bright_blue", "bright_red")
MOST = len(MARKS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `plot`."""
    parser.add_argument(
        "words",
        metavar="RUN METRIC",
        nargs="*",
        default=[],
        help="one run or more, and a metric; with --where: a metric only",
    )
    parser.add_argument("--height", type=whole(2), default=16, help="the height in lines (default: 16)")
    add_conditions(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the chart."""
    if not args.words or (args.where is None and len(args.words) < 2):
        terminal.complain("simple-track plot: name a RUN (or choose runs with --where) and a METRIC")
        return 2
    *named, metric = args.words
    views = choose(current_layout(args.dir), args, named, terminal)
    found = [(view, series) for view in views if (series := _series(view, metric)) is not None]
    if not found and views:
        known = list(views[0].metric_counts())
        if metric in known:
            terminal.complain(f"simple-track plot: {metric} is not a number, so it has no plot")
            return 1
        raise MetricNotFoundError(metric, views[0].id, known)
    if terminal.json:
        terminal.document([_document(view, metric, series) for view, series in found])
        return 0
    if not found:
        terminal.line("no runs fit")
        return 1
    for view in views:
        if all(view is not other for other, _ in found):
            terminal.complain(f"simple-track plot: {view.name} ({view.id}) has no numbers of {metric}")
    if len(found) > MOST:
        terminal.complain(f"simple-track plot: {len(found) - MOST} more runs are left out")
        found = found[:MOST]
    _print(metric, found, args.height, terminal)
    return 0


def _series(view: RunView, metric: str) -> Series | None:
    """The finite and other values of a metric; None if the run has no number of that name."""
    try:
        history = view.history([metric], samples=SAMPLES)
    except MetricNotFoundError:
        return None
    present = history.present(metric)
    column = history[metric][present]
    if not len(column) or column.dtype.kind not in "biuf":
        return None
    return np.asarray(history.axis(metric), np.float64)[present], column.astype(np.float64)


def _document(view: RunView, metric: str, series: Series) -> dict[str, Any]:
    x, y = series
    return {"id": view.id, "name": view.name, "x": x.tolist(), metric: y.tolist()}


def _print(metric: str, found: list[tuple[RunView, Series]], height: int, terminal: Terminal) -> None:
    terminal.title(metric)
    encoding = (getattr(terminal.out, "encoding", None) or sys.getdefaultencoding()).lower()
    braille = encoding.startswith("utf") and (terminal.colored or len(found) == 1)
    lines = draw_all([s for _, s in found], width=min(terminal.width, 120), height=height, braille=braille)
    for line in lines:
        terminal.spans([(text, _color(number)) for text, number in line])
    if len(found) > 1:
        terminal.line()
    for number, (view, (_, y)) in enumerate(found):
        mark = ("━━" if braille else MARKS[number]) if len(found) > 1 else ""
        facts = f"{view.name}  {view.id[-8:]}  last {show(float(y[-1]))}"
        terminal.spans([(f"{mark} " if mark else "", _color(number)), (facts, "")])


def _color(number: int | None) -> str:
    return "" if number is None else COLORS[number % len(COLORS)]
