"""Show what a version or a run was made from, and what was made from it.

simple-track lineage digits/model:best
simple-track lineage Models/Digits:production --up 1
simple-track lineage digits/model:v3 --mermaid > lineage.mmd
"""

from __future__ import annotations

import argparse

from simple_track.cli.number import whole
from simple_track.cli.terminal import Terminal
from simple_track.settings import current_layout
from simple_track.track_registry import Registry

NAME = "lineage"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `lineage`."""
    parser.add_argument(
        "ref",
        metavar="REF",
        help='a version such as project/model:v0, one of the registry, an id of a run or its end, or "last"',
    )
    parser.add_argument("--up", type=whole(0), metavar="RUNS", help="at most so many runs upstream")
    parser.add_argument("--down", type=whole(0), metavar="RUNS", help="at most so many runs downstream")
    parser.add_argument("--mermaid", action="store_true", help="print a Mermaid flowchart")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the lineage."""
    root = current_layout(args.dir).root
    lineage = Registry.lineage(args.ref, up=args.up, down=args.down, dir=root)
    if terminal.json:
        terminal.document(dict(lineage))
    else:
        for line in (lineage.mermaid() if args.mermaid else lineage.text()).splitlines():
            terminal.line(line)
    return 0
