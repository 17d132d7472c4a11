"""Show one run: what it was, its config, its metrics, and a plot of those that are named.

simple-track show last
simple-track show calm-otter-417 train/loss val/acc
simple-track show 20260110-160000123-4f9k2a7c --json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from simple_track.cli.chart import draw, sparkline
from simple_track.cli.ls import describe, took
from simple_track.cli.number import whole
from simple_track.cli.pick import pick
from simple_track.cli.preview import preview
from simple_track.cli.terminal import Terminal
from simple_track.errors import MetricNotFoundError
from simple_track.exchange.exporters.rows import flat
from simple_track.reading.history import History
from simple_track.reading.ranking import rank_metrics
from simple_track.reading.view import RunView
from simple_track.settings import current_layout
from simple_track.storage.reader import time_of

NAME = "show"
METRICS = 100
ACTIONS = {"log": "logged", "use": "used"}
SAMPLES = 2000  # points of a metric that are looked at: more than a terminal has dots


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `show` takes."""
    parser.add_argument("wanted", metavar="RUN", help='an id, a part of it, a name, or "last"')
    parser.add_argument(
        "metrics",
        metavar="METRIC",
        nargs="*",
        default=[],
        help="plot these; of a logged table, text or histogram, show what is in it",
    )
    parser.add_argument("--all", action="store_true", help=f"all metrics; default the first {METRICS}")
    parser.add_argument("--height", type=whole(2), default=12, help="lines of a plot (default: 12)")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the run."""
    view = pick(current_layout(args.dir), args.wanted)
    if terminal.json:
        terminal.document(_document(view, args.metrics))
        return 0
    if args.metrics:
        for metric in args.metrics:
            _plot(view, metric, args.height, terminal)
        return 0
    _facts(view, terminal)
    _config(view, terminal)
    _metrics(view, terminal, limit=None if args.all else METRICS)
    _logged(view, terminal)
    _artifacts(view, terminal)
    return 0


def _document(view: RunView, metrics: list[str]) -> dict[str, Any]:
    document = describe(view) | {"environment": view.environment, "error": view.error, "media": _media(view)}
    document["artifacts"] = list(_artifact_events(view))
    document["rewinds"] = _rewinds(view)
    numbers = [key for key in metrics if not _is_media(view, key)]
    if numbers:
        document["history"] = {key: _points(view.history([key]), key) for key in numbers}
    if len(numbers) < len(metrics):
        document["logged"] = {
            key: [{"step": e.get("step"), **body} for e, body in _bodies(view) if e["key"] == key]
            for key in metrics
            if key not in numbers
        }
    return document


def _is_media(view: RunView, key: str) -> bool:
    return key not in view.history() and any(event.get("key") == key for event in view.events("media"))


def _points(history: History, key: str) -> dict[str, Any]:
    return {
        "step": history["step"].tolist(),
        "timestamp": history["timestamp"].tolist(),
        key: history[key].tolist(),
    }


def _facts(view: RunView, terminal: Terminal) -> None:
    terminal.title(f"{view.name}  {view.id}")
    rows = [
        ("project", view.project),
        ("state", view.state),
        ("started", f"{view.start_time:%Y-%m-%d %H:%M:%S}"),
        ("took", took(view.duration)),
        ("group", view.group),
        ("job type", view.job_type),
        ("tags", view.tags),
        ("notes", view.notes),
        ("rewound", ", ".join(f"to step {rewind['step']}" for rewind in _rewinds(view))),
        ("folder", view.dir),
    ]
    terminal.table(["", ""], [row for row in rows if row[1]])
    if view.error:
        terminal.heading("Error")
        terminal.line(
            str(view.error.get("traceback") or view.error.get("message") or view.error).rstrip(), style="red"
        )


def _rewinds(view: RunView) -> list[dict[str, Any]]:
    """The steps that the run was rewound to, and when."""
    return [
        {"step": event["step"], "timestamp": time_of(event)}
        for event in view.events("rewind")
        if type(event.get("step")) is int
    ]


def _config(view: RunView, terminal: Terminal) -> None:
    if view.config:
        terminal.heading("Config")
        terminal.table(["", ""], list(flat(view.config)))


def _metrics(view: RunView, terminal: Terminal, *, limit: int | None) -> None:
    summary = view.plain_summary()
    counts = view.metric_counts()
    ranked = rank_metrics({**dict.fromkeys(summary, 0), **counts}, view.rules)
    shown = ranked[:limit]
    logged = [key for key in shown if key in counts]
    history = view.history(logged, samples=SAMPLES) if logged else None
    rows: list[list[Any]] = []
    for key in shown:
        values = _numbers(history, key) if history is not None and key in counts else np.zeros(0)
        ends = (values.min(), values.max()) if values.size else (None, None)
        rows.append([key, summary.get(key), *ends, sparkline(values)])
    if rows:
        terminal.heading("Metrics")
        terminal.table(
            ["METRIC", "SUMMARY", "MIN", "MAX", ""], rows, right=[1, 2, 3], firm=[2, 3, 4], spare=[2, 3]
        )
    if len(shown) < len(ranked):
        terminal.line(f"{len(ranked) - len(shown):,} more metrics; see them with --all", style="dim")


def _artifacts(view: RunView, terminal: Terminal) -> None:
    rows = list(_artifact_events(view))
    if rows:
        terminal.heading("Artifacts")
        terminal.table(["ARTIFACT", ""], [[row["artifact"], ACTIONS[row["action"]]] for row in rows])


def _artifact_events(view: RunView) -> Iterator[dict[str, str]]:
    """The artifacts that the run has logged and used, each once."""
    seen = set()
    for event in view.events("artifact"):
        match event:
            case {"action": ("log" | "use") as action, "artifact": str(ref)} if (action, ref) not in seen:
                seen.add((action, ref))
                yield {"action": action, "artifact": ref}


def _numbers(history: History, key: str) -> Any:
    column = history[key][history.present(key)]
    if column.dtype.kind not in "biuf":
        return np.zeros(0)
    return column.astype(np.float64)


def _logged(view: RunView, terminal: Terminal) -> None:
    media = _media(view)
    if media:
        terminal.heading("Media")
        terminal.table(
            ["KEY", "KIND", "TIMES", "LAST FILE"], [list(row.values()) for row in media], right=[2]
        )


def _media(view: RunView) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for event, body in _bodies(view):
        row = rows.setdefault(
            event["key"], {"key": event["key"], "kind": body["kind"], "times": 0, "file": None}
        )
        row["times"] += 1
        match body:
            case {"file": str(file)} | {"items": [*_, {"file": str(file)}]}:
                row["file"] = file
    return list(rows.values())


def _bodies(view: RunView) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The events of media with what they say of their values; those of no known form are passed over."""
    for event in view.events("media"):
        match event:
            case {"key": str(), "value": {"kind": str()} as body}:
                yield event, body


def _plot(view: RunView, metric: str, height: int, terminal: Terminal) -> None:
    if _is_media(view, metric):
        preview(view, metric, terminal)
        return
    every = view.history(system=True)
    if metric not in every:
        known = [key for key in every if key not in ("step", "timestamp") and not key.startswith("system/")]
        raise MetricNotFoundError(metric, view.id, [*known, *(row["key"] for row in _media(view))])
    history = view.history([metric], samples=SAMPLES)
    present = history.present(metric)
    encoding = (getattr(terminal.out, "encoding", None) or sys.getdefaultencoding()).lower()
    x, y = np.asarray(history.axis(metric))[present], _numbers(history, metric)
    if not len(y):
        terminal.line(f"{metric}: not a number, so it has no plot")
        return
    terminal.title(f"{metric}  ({view.name})")
    width = min(terminal.width, 100)
    for line in draw(x, y, width=width, height=height, braille=encoding.startswith("utf")):
        terminal.line(line)
