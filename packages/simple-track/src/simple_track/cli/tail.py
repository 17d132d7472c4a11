"""Follow a run: print what it logs as it comes, until it ends.

simple-track tail last
simple-track tail last train/loss val/acc -n 5
simple-track tail last --json | jq '."train/loss"'
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from simple_track.cli.number import positive, whole
from simple_track.cli.pick import pick
from simple_track.cli.terminal import Terminal, show
from simple_track.reading.view import RunView
from simple_track.settings import current_layout

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
    for record in _records(view, args):
        if terminal.json:
            terminal.stream(record)
        else:
            terminal.line(_line(record))
            terminal.out.flush()
    if args.metrics:
        view.history(args.metrics)  # raises, and names, when one never came
    if not terminal.json:
        terminal.title(f"{view.name}: {view.refresh().state}")
    return 0


def _records(view: RunView, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The last lines there are, then each new one."""
    skip = max(0, _rows(view, args.metrics) - max(args.lines, 0))
    chosen = (_chosen(record, args.metrics) for record in view.follow(poll=args.poll))
    yield from islice((record for record in chosen if record is not None), skip, None)


def _rows(view: RunView, metrics: list[str]) -> int:
    """How many lines there are now. A metric that is not there may come yet."""
    there = view.history()
    known = [metric for metric in metrics if metric in there]
    return (view.history(known).rows if known else 0) if metrics else there.rows


def _chosen(record: dict[str, Any], metrics: list[str]) -> dict[str, Any] | None:
    """The record with only the metrics that are wanted; None when it has none of them."""
    kept = {
        key: value for key, value in record.items() if not metrics or key in (*metrics, "step", "timestamp")
    }
    return kept if set(kept) - {"step", "timestamp"} else None


def _line(record: dict[str, Any]) -> str:
    time = datetime.fromtimestamp(record["timestamp"]).astimezone()
    values = "  ".join(
        f"{key}={show(value)}" for key, value in record.items() if key not in ("step", "timestamp")
    )
    return f"{time:%H:%M:%S}  {record['step']:>8}  {values}"
