"""Pickles made by version 0.3.0 name ``simple_conf.export``."""

from simple_conf.tree.export import TooMuchError

__all__ = ["TooMuchError"]
