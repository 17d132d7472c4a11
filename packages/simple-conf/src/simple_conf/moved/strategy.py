"""Pickles made by version 0.3.0 name ``simple_conf.strategy``."""

from simple_conf.errors import StrategyError
from simple_conf.merging.strategy import MergeStrategy

__all__ = ["MergeStrategy", "StrategyError"]
