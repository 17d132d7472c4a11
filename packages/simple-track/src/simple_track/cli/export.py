"""Write runs as CSV, JSON, Parquet, TensorBoard's or MLflow's format.

simple-track export last
simple-track export last -f parquet -o run.parquet
simple-track export --all -p cifar10 -f tensorboard -o logs
simple-track export last -f mlflow -o mlflow.db
"""

from __future__ import annotations

import argparse

from simple_track.catalog.catalog import all_runs, find_runs, readable_runs
from simple_track.cli.pick import hints, pick, require_project
from simple_track.cli.terminal import Terminal
from simple_track.exchange import FORMATS, export
from simple_track.reading.view import RunView
from simple_track.settings import current_layout

NAME = "export"
_TO_STDOUT = ("csv", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `export` takes."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="*", default=[], help='an id, a part of it, a name, or "last"'
    )
    parser.add_argument("--all", action="store_true", help="all runs that fit")
    parser.add_argument("-p", "--project", help="only runs of this project")
    parser.add_argument("--where", metavar="EXPR", help="only runs for which this is true")
    parser.add_argument("--archived", action="store_true", help="with --all: include archived runs")
    parser.add_argument("-f", "--format", choices=FORMATS, help="default: csv; json with --json")
    parser.add_argument(
        "-o", "--output", metavar="PATH", default="-", help="where to; csv and json may go to a pipe"
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Write the runs."""
    layout = current_layout(args.dir)
    format = args.format or ("json" if terminal.json else "csv")
    every = args.all or (not args.runs and bool(args.project or args.where))
    if not args.runs and not every:
        terminal.complain("name a RUN, or say --all")
        return 2
    if args.output == "-" and format not in _TO_STDOUT:
        terminal.complain(f"{format} cannot go to a pipe: say where with -o PATH")
        return 2
    require_project(layout, args.project)
    if every:  # oldest first
        chosen = find_runs(layout, args.project, args.where, archived=args.archived)[::-1]
        chosen = readable_runs(chosen, _read_all)
    else:
        chosen = [pick(layout, wanted) for wanted in args.runs]
    if not chosen:
        said = list(hints(args.where, [], all_runs(layout, args.project)))
        terminal.complain("\n".join(["no runs fit", *said]))
        return 1
    export(chosen, format, args.output)
    if args.output != "-":
        what = f"{len(chosen)} {'run' if len(chosen) == 1 else 'runs'}"
        if terminal.json:
            terminal.document({"runs": [view.id for view in chosen], "format": format, "output": args.output})
        else:
            terminal.line(f"{what} written as {format} to {args.output}")
    return 0


def _read_all(view: RunView) -> None:
    """Read what is exported of a run; what was parsed is cached."""
    view.plain_summary()
    view.history()
    view.events()
