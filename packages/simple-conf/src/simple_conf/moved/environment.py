"""Pickles made by version 0.3.0 name ``simple_conf.environment``."""

from simple_conf.origin.layers import VariableLayer

__all__ = ["VariableLayer"]
