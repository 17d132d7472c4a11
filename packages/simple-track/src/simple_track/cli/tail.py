"""Follow a run: print what it logs as it comes, until it ends.

simple-track tail last
simple-track tail last train/loss val/acc -n 5
simple-track tail last --json | jq '."train/loss"'
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any

from simple_track.cli.number import positive, whole
from simple_track.cli.pick import pick
from simple_track.cli.terminal import Terminal, safe, show
from simple_track.reading.tail import RunTail, follow_records
from simple_track.reading.view import RunView
from simple_track.settings import current_layout
from simple_track.storage.reader import time_of
from simple_track.storage.record import REWIND

NAME = "tail"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `tail` takes."""
    parser.add_argument("wanted", metavar="RUN", help='an id, a part of it, a name, or "last"')
    parser.add_argument("metrics", metavar="METRIC", nargs="*", default=[], help="only these")
    parser.add_argument(
        "-n", "--lines", type=whole(0), default=10, help="begin with so many lines (default: 10)"
    )
    parser.add_argument(
        "--poll", type=positive, default=0.2, metavar="SECONDS", help="look so often (default: 0.2)"
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print records as they come."""
    view = pick(current_layout(args.dir), args.wanted)
    missing = set(args.metrics)
    for record in _records(view, args):
        missing -= record.keys()
        if terminal.json:
            terminal.stream(record)
        else:
            terminal.line(safe(_line(record), one_line=True))
            terminal.out.flush()
    if missing:
        view.history(args.metrics)  # raises, and names, when one never came
    if not terminal.json:
        terminal.title(f"{view.name}: {view.refresh().state}")
    return 0


def _records(view: RunView, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The last lines so far, found from the end, then each new one."""
    tail = RunTail(view.layout)
    recent = tail.last(args.lines, lambda record: _chosen(record, args.metrics) is not None)
    coming = follow_records(tail, lambda: view.state != "running", poll=args.poll)
    for record in chain(recent, coming):
        if (chosen := _chosen(record, args.metrics)) is not None:
            yield chosen


def _chosen(record: dict[str, Any], metrics: list[str]) -> dict[str, Any] | None:
    """The record with only the metrics that are wanted; None when it has none and is not that of a rewind."""
    if _rewind_of(record) is not None:
        return record
    kept = {
        key: value for key, value in record.items() if not metrics or key in (*metrics, "step", "timestamp")
    }
    return kept if set(kept) - {"step", "timestamp"} else None


def _rewind_of(record: dict[str, Any]) -> str | None:
    """The step that a run was rewound to, if the record says so; a number of this name is a metric."""
    step = record.get(REWIND)
    return step if isinstance(step, str) else None


def _line(record: dict[str, Any]) -> str:
    time = _clock(record)
    if (step := _rewind_of(record)) is not None:
        what = f"rewound: lines before this one with step {step} or later do not count"
        return f"{time}  {step:>8}  {what}"
    values = "  ".join(
        f"{key}={show(value)}" for key, value in record.items() if key not in ("step", "timestamp")
    )
    return f"{time}  {show(record.get('step')):>8}  {values}"


def _clock(record: dict[str, Any]) -> str:
    """The time of a record, on this machine's clock; a foreign one may have none."""
    with suppress(OverflowError, ValueError, OSError):
        if seconds := time_of(record):
            return f"{datetime.fromtimestamp(seconds).astimezone():%H:%M:%S}"
    return "--:--:--"
