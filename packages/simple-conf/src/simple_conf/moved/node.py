"""Pickles made by version 0.3.0 name ``simple_conf.node``."""

from simple_conf.tree.node import Overlaid

__all__ = ["Overlaid"]
