"""Delete runs; what they have logged is lost, except their artifacts.

simple-track rm calm-otter-417
simple-track rm --archived -p cifar10
simple-track rm --where "state == 'failed'" --yes --why "wrong data"
"""

from __future__ import annotations

import argparse
import sys

from simple_track.catalog.catalog import all_runs
from simple_track.cli.editing.choose import add_conditions, choose
from simple_track.cli.pick import require_project
from simple_track.cli.size import said
from simple_track.cli.terminal import Terminal
from simple_track.errors import TrackError
from simple_track.maintenance.deletion import artifact_users, delete_run, folder_size
from simple_track.reading.view import RunView
from simple_track.settings import current_layout
from simple_track.storage.layout import Layout

NAME = "rm"
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rm`."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="*", default=[], help='an id, a part of it, a name, or "last"'
    )
    parser.add_argument("--archived", action="store_true", help="all archived runs; with --where: only these")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--force", action="store_true", help="also runs whose artifacts others use")
    parser.add_argument("--why", metavar="TEXT", default="", help="the reason, which is kept")
    add_conditions(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Ask, and delete the runs."""
    layout = current_layout(args.dir)
    if bool(args.runs) == (args.where is not None or args.archived):
        terminal.complain("simple-track rm: name a RUN, or choose runs with --where or --archived, not both")
        return 2
    chosen = _chosen(layout, args, terminal)
    allowed, refused = _sorted_out(layout, chosen, force=args.force)
    for view, why in refused:
        terminal.complain(f"simple-track rm: {view.name} ({view.id}) is kept: {why}")
    if not allowed:
        if terminal.json:
            terminal.document({"deleted": [], "size": 0})
        elif not refused:
            terminal.line("no runs fit")
        return 1
    if not args.yes and not _confirmed(allowed, terminal):
        return 1
    deleted, size = [], 0
    for view in terminal.progress(allowed, "deleting"):
        try:
            size += delete_run(layout, view.layout, args.why)
            deleted.append(view.id)
        except TrackError as error:
            terminal.complain(f"simple-track rm: {error}")
    if terminal.json:
        terminal.document({"deleted": deleted, "size": size})
    else:
        terminal.line(f"deleted {_counted(len(deleted))}, {said(size)}")
    return 0 if len(deleted) == len(chosen) else 1


def _chosen(layout: Layout, args: argparse.Namespace, terminal: Terminal) -> list[RunView]:
    if args.where is not None or not args.archived:
        found = choose(layout, args, args.runs, terminal, archived=True)
    else:
        require_project(layout, args.project)
        found = all_runs(layout, args.project)[::-1]
    return [view for view in found if view.archived or not args.archived]


def _sorted_out(
    layout: Layout, chosen: list[RunView], *, force: bool
) -> tuple[list[RunView], list[tuple[RunView, str]]]:
    """The runs that may be deleted, and the others with the reason."""
    users = {} if force else artifact_users(layout)
    allowed, refused = [], []
    for view in chosen:
        uses = users.get(view.id, [])
        if view.state == "running":
            refused.append((view, "it is running; end it first"))
        elif uses:
            more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
            refused.append((view, f"it made {uses[0]}{more}; delete it all the same with --force"))
        else:
            allowed.append(view)
    return allowed, refused


def _confirmed(views: list[RunView], terminal: Terminal) -> bool:
    if not sys.stdin.isatty():
        terminal.complain(f"simple-track rm: would delete {_counted(len(views))}; confirm with --yes")
        return False
    size = sum(folder_size(view.layout.dir) for view in views)
    for view in views[:SHOWN]:
        terminal.complain(f"  {view.id}  {view.name}  ({view.project}, {view.state})")
    if len(views) > SHOWN:
        terminal.complain(f"  and {len(views) - SHOWN} more")
    sys.stderr.write(f"Delete {_counted(len(views))}, {said(size)}? This cannot be undone. [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _counted(number: int) -> str:
    return f"{number} run" if number == 1 else f"{number} runs"
