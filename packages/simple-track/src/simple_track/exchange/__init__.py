"""Runs in other programs' formats."""

from simple_track.exchange.exporters.export import FORMATS, export

__all__ = ["FORMATS", "export"]
