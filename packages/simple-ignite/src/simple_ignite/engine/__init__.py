"""The engine: its loop, events and state."""

from simple_ignite.engine import moved  # noqa: F401 - so that pickles of 0.3.0 can be loaded
from simple_ignite.engine.engine import Engine

__all__ = ["Engine"]
