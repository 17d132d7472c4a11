"""Archive runs: lists leave them out, and nothing is deleted.

simple-track archive calm-otter-417
simple-track archive --where "state == 'failed'" -p cifar10
simple-track archive calm-otter-417 --undo
"""

from __future__ import annotations

import argparse

from simple_track.cli.editing.choose import add_conditions, choose
from simple_track.cli.terminal import Terminal
from simple_track.recording.edit import edit_run
from simple_track.settings import current_layout

NAME = "archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `archive`."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="*", default=[], help='an id, a part of it, a name, or "last"'
    )
    parser.add_argument("--undo", action="store_true", help="show the runs in lists again")
    add_conditions(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Archive the runs."""
    if bool(args.runs) == (args.where is not None):
        terminal.complain("simple-track archive: name a RUN, or choose runs with --where, not both")
        return 2
    views = choose(current_layout(args.dir), args, args.runs, terminal, archived=args.undo)
    changed = [view for view in views if view.archived is args.undo]
    for view in changed:
        edit_run(view, archived=not args.undo)
    if terminal.json:
        terminal.document([{"id": view.id, "name": view.name, "archived": view.archived} for view in views])
    elif not views:
        terminal.line("no runs fit")
    else:
        plural = "run" if len(changed) == 1 else "runs"
        verb = "shown in lists again" if args.undo else "archived; see all with: simple-track ls --archived"
        terminal.line(f"{len(changed)} {plural} {verb}" if changed else "nothing to do")
    return 0 if views else 1
