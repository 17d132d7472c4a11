"""Rename a run.

simple-track rename last baseline
simple-track rename 4f9k2a7c "lr sweep, best"
"""

from __future__ import annotations

import argparse

from simple_track.cli.pick import pick
from simple_track.cli.terminal import Terminal
from simple_track.recording.edit import edit_run
from simple_track.settings import current_layout

NAME = "rename"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rename`."""
    parser.add_argument("wanted", metavar="RUN", help='an id, a part of it, a name, or "last"')
    parser.add_argument("name", metavar="NAME", help="the new name")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Rename the run."""
    view = pick(current_layout(args.dir), args.wanted)
    before = view.name
    edit_run(view, name=args.name)
    if terminal.json:
        terminal.document({"id": view.id, "before": before, "name": view.name})
    else:
        terminal.line(f"{view.id}: {before} is now {view.name}")
    return 0
