"""The engine: loop, events, state, resuming."""

from simple_ignite.engine.engine import Engine

__all__ = ["Engine"]
