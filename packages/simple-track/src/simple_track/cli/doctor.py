"""Check the store, and say what is wrong with it and how to mend it.

simple-track doctor
simple-track doctor --deep --json
"""

from __future__ import annotations

import argparse

import attrs

from simple_track.cli.terminal import Terminal
from simple_track.maintenance.doctor import LEVELS, examine
from simple_track.settings import current_layout

NAME = "doctor"
_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `doctor` takes."""
    parser.add_argument("--deep", action="store_true", help="read every file, and compare it with its hash")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print what is wrong; exit code 1 when something is."""
    found = sorted(
        examine(current_layout(args.dir), deep=args.deep), key=lambda finding: LEVELS.index(finding.level)
    )
    wrong = any(finding.level != "note" for finding in found)
    if terminal.json:
        terminal.document([attrs.asdict(finding) for finding in found])
        return int(wrong)
    for finding in found:
        terminal.line(f"{finding.level}: {finding.where}", style=_STYLES[finding.level])
        terminal.line(f"  {finding.what}")
        terminal.line(f"  → {finding.mend}", style="dim")
    if not found:
        terminal.line("all is well", style="green")
    return int(wrong)
