"""Pickles made by version 0.3.0 name ``simple_conf.history``."""

from simple_conf.config.history import Entry

__all__ = ["Entry"]
