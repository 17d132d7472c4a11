"""Pickles made by version 0.3.0 name ``simple_conf.resolvers``."""

from simple_conf.errors import ResolverUsageError

__all__ = ["ResolverUsageError"]
