"""An event-driven training engine for PyTorch."""

from simple_ignite.__about__ import __version__
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import EventEnum, EventFilter, Events
from simple_ignite.engine.state import State
from simple_ignite.errors import IgniteError
from simple_ignite.optimization import optimizer_step
from simple_ignite.protocols import Stateful, Tracker
from simple_ignite.steps import evaluation_step, supervised_evaluator, supervised_trainer, training_step

__all__ = [
    "Engine",
    "EventEnum",
    "EventFilter",
    "Events",
    "IgniteError",
    "State",
    "Stateful",
    "Tracker",
    "__version__",
    "evaluation_step",
    "optimizer_step",
    "supervised_evaluator",
    "supervised_trainer",
    "training_step",
]
