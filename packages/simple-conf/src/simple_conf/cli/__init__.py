"""The `sdn` command."""

from simple_conf.cli.command import main

__all__ = ["main"]
