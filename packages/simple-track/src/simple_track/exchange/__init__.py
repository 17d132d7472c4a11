"""Runs in other programs' formats."""

from simple_track.exchange.export import FORMATS, export

__all__ = ["FORMATS", "export"]
