"""Pickles made by version 0.3.0 name ``simple_conf.trail``."""

from simple_conf.tree.assignment import Assignment as Trail
from simple_conf.tree.assignment import AssignmentGroup as Step

__all__ = ["Step", "Trail"]
