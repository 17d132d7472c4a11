"""Commands that have verbs, such as `simple-track artifact ls`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from simple_track.artifacts.artifact import find_artifact, project_of
from simple_track.artifacts.version import ArtifactVersion
from simple_track.catalog.catalog import only_project
from simple_track.cli.terminal import Terminal
from simple_track.storage.layout import Layout

Verb = Callable[[argparse.Namespace, Terminal], int]
WHY = "the reason, which is kept in the trail"


def add_verbs(
    parser: argparse.ArgumentParser, verbs: Mapping[str, Verb]
) -> dict[str, argparse.ArgumentParser]:
    """Add verbs to a command; each takes `--json` and `--dir`, too.

    Args:
        parser: The parser of the command.
        verbs: For each verb the function that carries it out, whose docstring is its help.

    Returns:
        The parsers of the verbs.
    """
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--json", action="store_true", help="print JSON")
    shared.add_argument("--dir", type=Path, metavar="PATH", help="the store")
    added = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    parsers = {}
    for name, verb in verbs.items():
        summary = (verb.__doc__ or "").splitlines()[0]
        parsers[name] = added.add_parser(
            name, help=summary.rstrip("."), description=summary, parents=[shared]
        )
    return parsers


def add_project(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the project."""
    parser.add_argument("-p", "--project", help="the project, unless the reference names it")


def found_version(layout: Layout, ref: str, project: str | None) -> ArtifactVersion:
    """The version that a reference names; its project may be left out if only one has such an artifact.

    Args:
        layout: The store.
        ref: The reference.
        project: The project, or None.

    Raises:
        UnknownArtifactError: There is no such artifact.
        UnknownVersionError: It has no such version or alias.
        SettingError: Several projects have such an artifact.
    """
    return find_artifact(layout, project or project_of(layout, ref) or only_project(layout, ref), ref)


def day(seconds: float) -> str:
    """A time in seconds since 1970 as date and minute, in the local time zone."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "2 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_metadata(metadata: Mapping[str, object], terminal: Terminal) -> None:
    """Print the metadata of a version under a heading of its own.

    Args:
        metadata: The metadata; without any, nothing is printed.
        terminal: Where to print.
    """
    if metadata:
        terminal.heading("Metadata")
        terminal.table(["", ""], [[key, value] for key, value in metadata.items()])
