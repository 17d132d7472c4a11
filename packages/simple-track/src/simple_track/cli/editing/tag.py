"""Add tags to runs, or remove them.

simple-track tag last baseline
simple-track tag calm-otter-417 good --remove todo
simple-track tag --where "summary.val/acc > 0.9" good
"""

from __future__ import annotations

import argparse

from simple_track.cli.editing.choose import add_conditions, choose
from simple_track.cli.terminal import Terminal
from simple_track.recording.edit import edit_run
from simple_track.settings import current_layout

NAME = "tag"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tag`."""
    parser.add_argument(
        "words",
        metavar="RUN TAG",
        nargs="*",
        default=[],
        help='a run (an id, a part of it, a name, or "last") and its new tags; with --where: tags only',
    )
    parser.add_argument(
        "--remove", metavar="TAG", action="append", default=[], help="remove a tag; may be repeated"
    )
    parser.add_argument("--clear", action="store_true", help="remove all tags first")
    add_conditions(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Change the tags, and print them."""
    named, added = ([], args.words) if args.where is not None else (args.words[:1], args.words[1:])
    if args.where is None and not named:
        terminal.complain("simple-track tag: name a RUN, or choose runs with --where")
        return 2
    views = choose(current_layout(args.dir), args, named, terminal)
    for view in views:
        kept = [] if args.clear else [tag for tag in view.tags if tag not in args.remove]
        tags = list(dict.fromkeys([*kept, *added]))
        if tags != view.tags:
            edit_run(view, tags=tags)
    if terminal.json:
        terminal.document([{"id": view.id, "name": view.name, "tags": view.tags} for view in views])
    elif not views:
        terminal.line("no runs fit")
    else:
        terminal.table(["RUN", "NAME", "TAGS"], [[view.id, view.name, view.tags] for view in views])
    return 0 if views else 1
