"""Pickles made by version 0.3.0 name ``simple_conf.override``."""

from simple_conf.sources.override import Override

__all__ = ["Override"]
