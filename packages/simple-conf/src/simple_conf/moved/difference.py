"""Pickles made by version 0.3.0 name ``simple_conf.difference``."""

from simple_conf.config.diff import Change, Diff

__all__ = ["Change", "Diff"]
