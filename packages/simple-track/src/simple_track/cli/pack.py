"""Pack finished runs: their lines shrink to about a sixth, and stay readable.

simple-track pack last
simple-track pack --all -p cifar10
simple-track pack last --undo
"""

from __future__ import annotations

import argparse

from simple_track.cli.pick import pick, require_project
from simple_track.cli.size import said
from simple_track.cli.terminal import Terminal
from simple_track.errors import FormatError
from simple_track.settings import current_layout
from simple_track.storage import pack as packing
from simple_track.storage.layout import Layout, RunLayout, packed_file
from simple_track.storage.metadata import current_state, read_metadata

NAME = "pack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `pack` takes."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="*", default=[], help='an id, a part of it, a name, or "last"'
    )
    parser.add_argument("--all", action="store_true", help="all runs that have ended")
    parser.add_argument("-p", "--project", help="with --all: only runs of this project")
    parser.add_argument("--undo", action="store_true", help="make the plain files again")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Pack the runs."""
    layout = current_layout(args.dir)
    if not args.runs and not args.all:
        terminal.complain("name a RUN, or say --all")
        return 2
    chosen, unread = _chosen(layout, args)
    for error in unread:
        terminal.complain(f"simple-track pack: passed over: {error}")
    rows = [_one(run_layout, undo=args.undo) for run_layout in terminal.progress(chosen, "packing")]
    if terminal.json:
        terminal.document([dict(zip(("run", "files", "before", "after"), row, strict=True)) for row in rows])
        return 1 if unread else 0
    changed = [row for row in rows if row[1]]
    if not changed:
        terminal.line("nothing to do")
        return 1 if unread else 0
    terminal.table(
        ["RUN", "FILES", "BEFORE", "AFTER"],
        [[run_id, files, said(before), said(after)] for run_id, files, before, after in changed],
        right=[1, 2, 3],
    )
    if len(changed) > 1:
        before, after = sum(row[2] for row in changed), sum(row[3] for row in changed)
        terminal.line(f"{said(before)} became {said(after)}")
    return 1 if unread else 0


def _chosen(layout: Layout, args: argparse.Namespace) -> tuple[list[RunLayout], list[FormatError]]:
    """The runs to pack, and what is wrong with those that cannot be read."""
    if not args.all:
        return [pick(layout, wanted).layout for wanted in args.runs], []
    require_project(layout, args.project)
    chosen, unread = [], []
    for run_layout in layout.run_layouts(args.project):
        try:
            if current_state(run_layout, read_metadata(run_layout)) != "running":
                chosen.append(run_layout)
        except FileNotFoundError:  # it is being created
            continue
        except FormatError as error:
            unread.append(error)
    return chosen, unread


def _one(run_layout: RunLayout, *, undo: bool) -> tuple[str, int, int, int]:
    if undo:
        before = _size(run_layout)
        files = packing.unpack(run_layout)
        return run_layout.run_id, files, before, _size(run_layout)
    done = packing.pack(run_layout)
    return run_layout.run_id, done.files, done.before, done.after


def _size(run_layout: RunLayout) -> int:
    files = (path if path.exists() else packed_file(path) for path in run_layout.stream_files())
    return sum(path.stat().st_size for path in files)
