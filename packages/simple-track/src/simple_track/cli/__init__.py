"""The command line: `simple-track ls`, `show`, `diff` and the rest."""

from simple_track.cli.main import main

__all__ = ["main"]
