"""Pickles made by version 0.3.0 name ``simple_conf.storing``."""

from simple_conf.tree.pickling import unpack

__all__ = ["unpack"]
