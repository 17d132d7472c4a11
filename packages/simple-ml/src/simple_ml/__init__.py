"""The three packages in one import: ``from simple_ml import Conf, Track, Engine, Events``."""

from simple_conf import Conf
from simple_ignite import Engine, Events
from simple_track import Track

__all__ = ["Conf", "Engine", "Events", "Track"]
