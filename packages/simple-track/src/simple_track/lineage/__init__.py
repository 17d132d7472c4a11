"""Lineage: which runs made and used which versions of artifacts."""

from simple_track.lineage.lineage import Lineage, dependencies, dependents, trace
from simple_track.lineage.lineage_index import LineageIndex, lineage_index

__all__ = ["Lineage", "LineageIndex", "dependencies", "dependents", "lineage_index", "trace"]
