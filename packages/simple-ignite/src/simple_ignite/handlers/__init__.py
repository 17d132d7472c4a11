"""Handlers: what a run commonly needs beside its step."""

from simple_ignite.handlers.checkpoint import Checkpoint
from simple_ignite.handlers.early_stopping import EarlyStopping
from simple_ignite.handlers.lr_scheduler import LRScheduler
from simple_ignite.handlers.progress_bar import ProgressBar
from simple_ignite.handlers.timer import Timer
from simple_ignite.handlers.tracking import TrackingHandler

__all__ = [
    "Checkpoint",
    "EarlyStopping",
    "LRScheduler",
    "ProgressBar",
    "Timer",
    "TrackingHandler",
]
