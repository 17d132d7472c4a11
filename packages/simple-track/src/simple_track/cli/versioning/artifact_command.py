"""List, add, download, check and remove versions of artifacts.

simple-track artifact ls
simple-track artifact put digits/data data/ --type dataset --alias raw
simple-track artifact get data:raw
simple-track artifact rm data:v0 --why "labels were shuffled"
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from simple_track.artifacts.alias import LATEST
from simple_track.artifacts.artifact import (
    Artifact,
    UnknownArtifactError,
    all_versions,
    log_artifact,
    project_of,
)
from simple_track.artifacts.ref import ArtifactRef, ArtifactRefError
from simple_track.artifacts.version import ArtifactVersion
from simple_track.catalog.catalog import only_project
from simple_track.cli.size import said
from simple_track.cli.terminal import Terminal
from simple_track.cli.versioning.verbs import (
    WHY,
    add_project,
    add_verbs,
    counted,
    day,
    found_version,
    print_metadata,
)
from simple_track.errors import TrackError
from simple_track.lineage.lineage_index import lineage_index
from simple_track.settings import current_layout
from simple_track.storage.layout import Layout

NAME = "artifact"
SHOWN = 20
"""So many files are shown unless all are asked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `artifact`."""
    verbs = add_verbs(
        parser,
        {
            "ls": ls,
            "show": show,
            "get": get,
            "verify": verify,
            "put": put,
            "alias": alias,
            "rm": rm,
        },
    )
    for verb in verbs.values():
        add_project(verb)
    verbs["ls"].add_argument("name", metavar="NAME", nargs="?", help="list the versions of this artifact")
    verbs["ls"].add_argument("--type", help="only artifacts of this type")
    for name in ("show", "get", "alias", "rm"):
        verbs[name].add_argument("ref", metavar="REF", help="such as data:v2, data:best or project/data")
    verbs["show"].add_argument("--all", action="store_true", help="show all files")
    verbs["get"].add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=Path,
        help="where to (default: NAME-vN here)",
    )
    verbs["verify"].add_argument("ref", metavar="REF", nargs="?", help="only this version (default: all)")
    verbs["put"].add_argument("name", metavar="NAME", help="its name, or project/name")
    verbs["put"].add_argument("paths", metavar="PATH", nargs="+", type=Path, help="files and folders")
    verbs["put"].add_argument("--type", required=True, help='such as "dataset" or "model"')
    verbs["put"].add_argument("--alias", action="append", default=[], help="an alias; may be repeated")
    verbs["put"].add_argument("--description", default="", help="what it is")
    verbs["put"].add_argument("--exclude", action="append", default=[], help="leave out, such as '*.pyc'")
    verbs["alias"].add_argument("alias", metavar="NAME", help="the alias")
    verbs["alias"].add_argument("--remove", action="store_true", help="take it away")
    verbs["alias"].add_argument("--why", metavar="TEXT", default="", help=WHY)
    verbs["rm"].add_argument("--why", metavar="TEXT", required=True, help=WHY)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Carry out the verb."""
    verbs = {"ls": ls, "show": show, "get": get, "verify": verify, "put": put, "alias": alias, "rm": rm}
    return verbs[args.verb](args, terminal)


def ls(args: argparse.Namespace, terminal: Terminal) -> int:
    """List artifacts, or the versions of one."""
    layout = current_layout(args.dir)
    if args.name is not None:
        parsed = ArtifactRef.parse(args.name)
        project = args.project or project_of(layout, args.name) or only_project(layout, args.name)
        found = list(all_versions(layout, project, args.type, parsed.name))
        if not found and not layout.artifact(project, parsed.name).is_dir():
            known = sorted({version.name for version in all_versions(layout, project)})
            raise UnknownArtifactError(project, parsed.name, known)
    else:
        found = list(all_versions(layout, args.project, args.type))
    if terminal.json:
        terminal.document([describe(version) for version in found], "versions")
    elif not found:
        terminal.line("no versions fit" if args.name or args.project or args.type else "no artifacts yet")
    elif args.name is not None:
        rows = [
            [v.ref, v.aliases, said(v.size), len(v.files), day(v.manifest.created), v.run]
            for v in found[::-1]
        ]
        headers = ["VERSION", "ALIASES", "SIZE", "FILES", "LOGGED", "RUN"]
        terminal.table(headers, rows, right=[2, 3], spare=[3, 5, 4], cut=True)
    else:
        headers = ["ARTIFACT", "TYPE", "LATEST", "VERSIONS", "SIZE", "LOGGED"]
        terminal.table(headers, list(_artifacts(found)), right=[3, 4], spare=[4, 3], cut=True)
    return 0


def _artifacts(versions: Iterable[ArtifactVersion]) -> Iterable[list[Any]]:
    """A row for each artifact, about its latest version; its size is that of all versions."""
    groups: dict[tuple[str, str], list[ArtifactVersion]] = {}
    for version in versions:
        groups.setdefault((version.project, version.name), []).append(version)
    for (project, name), group in groups.items():
        last = next((version for version in group if LATEST in version.aliases), group[-1])
        size = sum({entry.sha256: entry.size for version in group for entry in version.files}.values())
        yield [
            f"{project}/{name}",
            last.type,
            last.version,
            len(group),
            said(size),
            day(last.manifest.created),
        ]


def show(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show a version: its facts, files and metadata, and the runs that made and used it."""
    layout = current_layout(args.dir)
    version = found_version(layout, args.ref, args.project)
    index = lineage_index(layout)
    makers, users = index.makers.get(version.ref, []), index.users.get(version.ref, [])
    holders = version.holders
    if terminal.json:
        terminal.document(
            describe(version)
            | {"files": [_file(entry) for entry in version.files]}
            | {"references": [{"name": r.name, "uri": r.uri, "sha256": r.sha256} for r in version.references]}
            | {"made_by": makers, "used_by": users, "registry": holders}
        )
        return 0
    terminal.title(version.ref)
    rows = [
        ("type", version.type),
        ("aliases", version.aliases),
        ("description", version.description),
        ("logged", day(version.manifest.created)),
        ("size", f"{said(version.size)} in {counted(len(version.files), 'file')}"),
        ("digest", version.digest),
        ("registry", holders),
        *(("made by", run) for run in makers),
        *(("used by", run) for run in users[:SHOWN]),
        ("", f"and {len(users) - SHOWN} more" if len(users) > SHOWN else ""),
    ]
    terminal.table(["", ""], [row for row in rows if row[1] not in ("", [], None)])
    print_metadata(version.metadata, terminal)
    entries = [(entry.name, said(entry.size), entry.sha256[:12]) for entry in version.files]
    entries += [(r.name, r.uri, (r.sha256 or "")[:12]) for r in version.references]
    shown = entries if args.all else entries[:SHOWN]
    if shown:
        terminal.heading("Files")
        terminal.table(["FILE", "SIZE", "SHA256"], shown, right=[1], spare=[2])
    if len(shown) < len(entries):
        terminal.line(f"{len(entries) - len(shown):,} more; see them with --all", style="dim")
    return 0


def get(args: argparse.Namespace, terminal: Terminal) -> int:
    """Download a version into a folder."""
    version = found_version(current_layout(args.dir), args.ref, args.project)
    folder = version.download(args.folder or Path(f"{version.name}-{version.version}"), link=False)
    if terminal.json:
        terminal.document(describe(version) | {"folder": str(folder)})
    else:
        terminal.line(
            f"{version.ref}: {counted(len(version.files), 'file')}, {said(version.size)}, in {folder}"
        )
    return 0


def verify(args: argparse.Namespace, terminal: Terminal) -> int:
    """Read all files of versions, and compare them with their hashes."""
    layout = current_layout(args.dir)
    if args.ref is not None:
        versions = [found_version(layout, args.ref, args.project)]
    else:
        versions = list(all_versions(layout, args.project))
    problems: dict[str, str] = {}
    for version in terminal.progress(versions, "verifying"):
        try:
            version.verify()
        except TrackError as error:
            problems[version.ref] = str(error)
            terminal.complain(f"simple-track artifact: {version.ref}: {error}")
    if terminal.json:
        terminal.document(
            {"verified": [v.ref for v in versions if v.ref not in problems], "damaged": problems}
        )
    else:
        sound = len(versions) - len(problems)
        terminal.line(
            f"{sound} of {counted(len(versions), 'version')} intact", style="red" if problems else "green"
        )
    return 1 if problems else 0


def put(args: argparse.Namespace, terminal: Terminal) -> int:
    """Log files and folders as a version, made by no run."""
    layout = current_layout(args.dir)
    project, _, name = args.name.rpartition("/")
    project = project or args.project or _only(layout, args.name)
    artifact = Artifact(name, args.type, args.description)
    for path in args.paths:
        if path.is_dir():
            artifact.add_dir(path, "" if len(args.paths) == 1 else path.name, exclude=args.exclude)
        else:
            artifact.add_file(path)
    version = log_artifact(layout, project, None, artifact, args.alias)
    return _changed(version, terminal)


def _only(layout: Layout, name: str) -> str:
    """The only project of the store."""
    projects = {*layout.projects(), *(folder.parent.name for folder in layout.artifact_folders())}
    if len(projects) != 1:
        raise ArtifactRefError(name, f"name its project, as in project/{name}, or with -p.")
    return projects.pop()


def alias(args: argparse.Namespace, terminal: Terminal) -> int:
    """Move an alias to a version, or take it away."""
    version = found_version(current_layout(args.dir), args.ref, args.project)
    if args.remove:
        version.unalias(args.alias, args.why)
    else:
        version.alias(args.alias, args.why)
    return _changed(version, terminal)


def rm(args: argparse.Namespace, terminal: Terminal) -> int:
    """Remove a version; its number is never given again, and `gc` frees its space."""
    layout = current_layout(args.dir)
    version = found_version(layout, args.ref, args.project)
    version.remove(args.why)
    if terminal.json:
        terminal.document({"removed": version.ref, "why": args.why})
    else:
        terminal.line(f"removed {version.ref}; free its space with: simple-track gc --delete")
    return 0


def _changed(version: ArtifactVersion, terminal: Terminal) -> int:
    if terminal.json:
        terminal.document(describe(version))
    else:
        terminal.line(f"{version.ref}: {', '.join(version.aliases) or 'no aliases'}")
    return 0


def describe(version: ArtifactVersion) -> dict[str, Any]:
    """A version as JSON has it."""
    return {
        "ref": version.ref,
        "project": version.project,
        "name": version.name,
        "version": version.version,
        "type": version.type,
        "aliases": version.aliases,
        "description": version.description,
        "digest": version.digest,
        "size": version.size,
        "count": len(version.files),
        "logged": version.manifest.created,
        "run": version.run,
        "metadata": version.metadata,
    }


def _file(entry: Any) -> dict[str, Any]:
    return {"name": entry.name, "size": entry.size, "sha256": entry.sha256, "executable": entry.executable}
