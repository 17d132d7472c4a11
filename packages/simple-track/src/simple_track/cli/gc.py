"""Find what no version and no run refers to, and remove it when told so.

simple-track gc
simple-track gc --delete
"""

from __future__ import annotations

import argparse

import attrs

from simple_track.cli.number import positive
from simple_track.cli.size import said
from simple_track.cli.terminal import Terminal
from simple_track.maintenance.garbage import find_garbage, remove_garbage
from simple_track.settings import current_layout

NAME = "gc"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `gc` takes."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="only list it, which is the default")
    how.add_argument("--delete", action="store_true", help="remove it")
    parser.add_argument(
        "--older-than",
        type=positive,
        metavar="HOURS",
        default=1.0,
        help="leave younger files alone (default: 1)",
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Find or remove garbage."""
    work = remove_garbage if args.delete else find_garbage
    found = work(current_layout(args.dir), young=args.older_than * 3600)
    if terminal.json:
        items = [attrs.asdict(item) for item in found.items]
        terminal.document(
            {"deleted": args.delete, "size": found.size, "items": items, "doubts": found.doubts}
        )
        return 1 if found.doubts else 0
    if found.items:
        terminal.table(
            ["SIZE", "WHAT", "FILE"], [[said(i.size), i.why, str(i.path)] for i in found.items], right=[0]
        )
    plural = "" if len(found.items) == 1 else "s"
    verb = "removed" if args.delete else "could be removed; do so with --delete"
    terminal.line(
        f"{len(found.items)} file{plural}, {said(found.size)}: {verb}" if found.items else "no garbage"
    )
    for doubt in found.doubts:
        terminal.complain(f"in doubt, so what it may refer to stays: {doubt}")
    return 1 if found.doubts else 0
