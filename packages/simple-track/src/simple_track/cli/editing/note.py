"""Show the notes of a run, or write them.

simple-track note last
simple-track note last "lr too high from epoch 3"
simple-track note last --append "the data were shuffled"
"""

from __future__ import annotations

import argparse
import sys

from simple_track.cli.pick import pick
from simple_track.cli.terminal import Terminal
from simple_track.recording.edit import edit_run
from simple_track.settings import current_layout

NAME = "note"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `note`."""
    parser.add_argument("wanted", metavar="RUN", help='an id, a part of it, a name, or "last"')
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        help='the new notes, "-" to read them from standard input; default: show them',
    )
    parser.add_argument(
        "--append", action="store_true", help="add a line to the notes instead of replacing them"
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show or change the notes."""
    view = pick(current_layout(args.dir), args.wanted)
    if args.text is None and args.append:
        terminal.complain("simple-track note: --append needs a TEXT")
        return 2
    if args.text is not None:
        text = sys.stdin.read().rstrip("\n") if args.text == "-" else args.text
        edit_run(view, notes="\n".join([view.notes, text]) if args.append and view.notes else text)
    if terminal.json:
        terminal.document({"id": view.id, "name": view.name, "notes": view.notes})
    elif view.notes:
        terminal.line(view.notes)
    else:
        terminal.complain(f"{view.name} has no notes")
    return 0
