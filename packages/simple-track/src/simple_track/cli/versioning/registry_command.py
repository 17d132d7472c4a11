"""Publish versions, move and protect their aliases, and see what happened.

simple-track registry publish digits/model:best Models/Digits --alias candidate
simple-track registry move Models/Digits production candidate --why "0.3 % fewer errors"
simple-track registry protect Models/Digits production --by anna --by bert
simple-track registry history Models/Digits production
"""

from __future__ import annotations

import argparse
from typing import Any

import attrs

from simple_track.artifacts.alias import LATEST
from simple_track.cli.number import whole
from simple_track.cli.size import said
from simple_track.cli.terminal import Terminal
from simple_track.cli.versioning import lineage_command
from simple_track.cli.versioning.verbs import (
    WHY,
    add_project,
    add_verbs,
    counted,
    found_version,
    print_metadata,
)
from simple_track.registry.collection_name import RegistryRef
from simple_track.registry.move import Move
from simple_track.registry.registry_collection import RegistryCollection
from simple_track.registry.registry_version import RegistryVersion
from simple_track.settings import current_layout
from simple_track.track_registry import Registry

NAME = "registry"
NOWHERE = "-"
SHOWN = 20
COLLECTION = "such as Models/Digits"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `registry`."""
    verbs = add_verbs(parser, _VERBS)
    verbs["ls"].add_argument("collection", metavar="COLLECTION", nargs="?", help="list its versions")
    verbs["show"].add_argument("ref", metavar="REF", help="such as Models/Digits:production")
    verbs["publish"].add_argument("ref", metavar="REF", help="a version, such as project/model:best")
    add_project(verbs["publish"])
    for name in ("publish", "move", "protect", "unprotect", "history"):
        verbs[name].add_argument("collection", metavar="COLLECTION", help=COLLECTION)
    for name in ("move", "protect", "unprotect"):
        verbs[name].add_argument("alias", metavar="ALIAS", help="such as production")
    verbs["move"].add_argument("to", metavar="TO", help="a version, another alias, or - to take it away")
    verbs["history"].add_argument("alias", metavar="ALIAS", nargs="?", help="only of this alias")
    verbs["publish"].add_argument("--alias", action="append", default=[], help="an alias; may be repeated")
    verbs["publish"].add_argument("--description", default="", help="what it is")
    verbs["protect"].add_argument(
        "--by", metavar="USER", action="append", default=[], help="who may move it; may be repeated"
    )
    for name in ("publish", "move", "protect"):
        verbs[name].add_argument("--why", metavar="TEXT", default="", help=WHY)
    verbs["unprotect"].add_argument("--why", metavar="TEXT", required=True, help=WHY)
    verbs["lineage"].add_argument("ref", metavar="REF", help="as for show")
    verbs["lineage"].add_argument("--up", type=whole(0), metavar="RUNS", help="at most so many runs upstream")
    verbs["lineage"].add_argument(
        "--down", type=whole(0), metavar="RUNS", help="at most so many runs downstream"
    )
    verbs["lineage"].add_argument("--mermaid", action="store_true", help="print a Mermaid flowchart")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Carry out the verb."""
    return _VERBS[args.verb](args, terminal)


def ls(args: argparse.Namespace, terminal: Terminal) -> int:
    """List collections, or the versions of one."""
    layout = current_layout(args.dir)
    found = Registry.list(args.collection, layout.root)
    if terminal.json:
        terminal.document([describe(version) for version in found], "versions")
    elif not found:
        terminal.line("the registry is empty; publish a version with: simple-track registry publish")
    elif args.collection is not None:
        rows = [[v.ref, v.aliases, v.source, _day(v), v.user] for v in found[::-1]]
        headers = ["VERSION", "ALIASES", "SOURCE", "PUBLISHED", "BY"]
        terminal.table(headers, rows, spare=[4, 3], cut=True)
    else:
        rows = []
        for name in Registry.collections(layout.root):
            versions = [version for version in found if version.collection == name]
            aliases = [f"{alias}={v.version}" for v in versions for alias in v.aliases if alias != "latest"]
            last = max(versions, key=lambda version: version.number)
            rows.append([name, last.version, last.type, aliases, _day(last)])
        headers = ["COLLECTION", "NEWEST", "TYPE", "ALIASES", "PUBLISHED"]
        terminal.table(headers, rows, spare=[2, 4], cut=True)
    return 0


def show(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show a version in the registry."""
    layout = current_layout(args.dir)
    version = Registry.get(args.ref, layout.root)
    protected = RegistryCollection(layout, version.collection).protected()
    if terminal.json:
        files = [{"name": e.name, "size": e.size, "sha256": e.sha256} for e in version.files]
        guarded = {alias: list(by) for alias, by in protected.items()}
        terminal.document(describe(version) | {"files": files, "protected": guarded})
        return 0
    terminal.title(version.ref)
    rows = [
        ("type", version.type),
        ("aliases", [f"{a} (protected)" if a in protected else a for a in version.aliases]),
        ("description", version.description),
        ("published", f"{_day(version)} by {version.user}"),
        ("source", version.source),
        ("made by", version.run),
        ("size", f"{said(version.size)} in {counted(len(version.files), 'file')}"),
        ("digest", version.digest),
    ]
    terminal.table(["", ""], [row for row in rows if row[1] not in ("", [], None)])
    print_metadata(version.metadata, terminal)
    terminal.heading("Files")
    shown = [(entry.name, said(entry.size), entry.sha256[:12]) for entry in version.files[:SHOWN]]
    terminal.table(["FILE", "SIZE", "SHA256"], shown, right=[1], spare=[2])
    if len(version.files) > SHOWN:
        where = f"simple-track artifact show {version.source} --all"
        terminal.line(f"{len(version.files) - SHOWN:,} more; see them with: {where}", style="dim")
    return 0


def publish(args: argparse.Namespace, terminal: Terminal) -> int:
    """Publish a version of an artifact."""
    layout = current_layout(args.dir)
    version = found_version(layout, args.ref, args.project)
    published = Registry.publish(
        args.collection, version, args.alias, args.description, why=args.why, dir=layout.root
    )
    if terminal.json:
        terminal.document(describe(published))
    else:
        terminal.line(f"{published.ref}: {', '.join(published.aliases)} (from {published.source})")
    return 0


def move(args: argparse.Namespace, terminal: Terminal) -> int:
    """Move an alias to a version, or take it away."""
    layout = current_layout(args.dir)
    to = None if args.to == NOWHERE else args.to
    Registry.move(args.collection, args.alias, to, why=args.why, dir=layout.root)
    return _aliases(RegistryCollection(layout, args.collection), terminal)


def protect(args: argparse.Namespace, terminal: Terminal) -> int:
    """Protect an alias: it then moves only with a reason, and only by those who are named."""
    layout = current_layout(args.dir)
    Registry.protect(args.collection, args.alias, args.by, why=args.why, dir=layout.root)
    return _aliases(RegistryCollection(layout, args.collection), terminal)


def unprotect(args: argparse.Namespace, terminal: Terminal) -> int:
    """End the protection of an alias."""
    layout = current_layout(args.dir)
    Registry.unprotect(args.collection, args.alias, why=args.why, dir=layout.root)
    return _aliases(RegistryCollection(layout, args.collection), terminal)


def history(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show all that happened in a collection, oldest first."""
    moves = Registry.history(args.collection, args.alias, current_layout(args.dir).root)
    if terminal.json:
        terminal.document([attrs.asdict(move) | {"time": move.time.timestamp()} for move in moves], "moves")
        return 0
    shown = [move for move in moves if move.alias != LATEST or args.alias == LATEST]  # as it only follows
    rows = [[f"{m.time:%Y-%m-%d %H:%M}", m.user, _said(m), m.why, m.run] for m in shown]
    terminal.table(["WHEN", "WHO", "WHAT", "WHY", "RUN"], rows, spare=[4])
    return 0


def lineage(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show what a published version was made from, and what was made from it."""
    RegistryRef.parse(args.ref)  # an artifact has `simple-track lineage`
    return lineage_command.run(args, terminal)


_VERBS = {
    "ls": ls,
    "show": show,
    "publish": publish,
    "move": move,
    "protect": protect,
    "unprotect": unprotect,
    "history": history,
    "lineage": lineage,
}


def _said(move: Move) -> str:
    """What happened, in a few words."""
    forced = " (protected)" if move.forced else ""
    match move.event:
        case "publish":
            return f"published {move.target} from {move.source}"
        case "protect":
            return f"protected {move.alias}" + (f" for {', '.join(move.by)}" if move.by else "")
        case "unprotect":
            return f"unprotected {move.alias}"
    return f"{move.alias}: {move.source or 'nowhere'} → {move.target or 'nowhere'}{forced}"


def _aliases(collection: RegistryCollection, terminal: Terminal) -> int:
    """Print where the aliases of a collection are."""
    aliases, protected = collection.aliases(), collection.protected()
    names = sorted({*aliases, *protected})
    where = {name: f"v{aliases[name]}" if name in aliases else None for name in names}
    if terminal.json:
        guarded = {alias: list(by) for alias, by in protected.items()}
        terminal.document({"collection": collection.name, "aliases": where, "protected": guarded})
        return 0
    rows = [
        [name, where[name] or "nowhere", _guard(protected[name]) if name in protected else ""]
        for name in names
    ]
    terminal.table(["ALIAS", "VERSION", "PROTECTED"], rows)
    return 0


def _guard(by: tuple[str, ...]) -> str:
    return f"moved by {', '.join(by)}, with a reason" if by else "moved with a reason"


def _day(version: RegistryVersion) -> str:
    return f"{version.published:%Y-%m-%d %H:%M}"


def describe(version: RegistryVersion) -> dict[str, Any]:
    """A version in the registry as JSON has it."""
    return {
        "ref": version.ref,
        "collection": version.collection,
        "version": version.version,
        "type": version.type,
        "aliases": list(version.aliases),
        "description": version.description,
        "published": version.published.timestamp(),
        "user": version.user,
        "source": version.source,
        "digest": version.digest,
        "size": version.size,
        "run": version.run,
        "metadata": version.metadata,
    }
