"""The runs that a command changes: those that are named, or those that a condition picks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from simple_track.catalog.catalog import all_runs, listed_runs, select_runs
from simple_track.cli.pick import hints, pick, require_project
from simple_track.cli.terminal import Terminal
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """The options that choose runs by a condition."""
    parser.add_argument("--where", metavar="EXPR", help="all runs for which this is true")
    parser.add_argument("-p", "--project", help="with --where: only runs of this project")


def choose(
    layout: Layout,
    args: argparse.Namespace,
    named: Sequence[str],
    terminal: Terminal,
    *,
    archived: bool = False,
) -> list[RunView]:
    """Find the runs, each once, newest first for a condition.

    Args:
        layout: The store.
        args: The parsed options of `add_conditions`.
        named: The runs as a person names them; they are not looked at where there is a condition.
        terminal: Where hints about the condition go.
        archived: Choose among archived runs, too.

    Raises:
        RunNotFoundError: A named run does not exist.
        AmbiguousRunError: A name means several runs.
        WhereError: The condition cannot be parsed.
    """
    if args.where is None:
        return list({view.id: view for view in (pick(layout, wanted) for wanted in named)}.values())
    require_project(layout, args.project)
    every = all_runs(layout, args.project)[::-1]
    found = listed_runs(select_runs(every, args.where, None), args.where, archived=archived)
    if not found:
        for hint in hints(args.where, [], every):
            terminal.complain(hint)
    return found
