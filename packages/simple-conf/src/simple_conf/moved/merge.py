"""Pickles made by version 0.3.0 name ``simple_conf.merge``."""

from simple_conf.merging.merge import ConfigPatch as Laid

__all__ = ["Laid"]
