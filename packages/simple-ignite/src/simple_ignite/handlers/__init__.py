"""Handlers for common needs of a run: checkpoints, schedules, progress, limits and more."""

from simple_ignite.handlers.averaging.ema import EMA
from simple_ignite.handlers.averaging.swa import StochasticWeightAveraging
from simple_ignite.handlers.checkpointing import moved  # noqa: F401 - for pickles of 0.3.0
from simple_ignite.handlers.checkpointing.checkpoint import Checkpoint
from simple_ignite.handlers.early_stopping import EarlyStopping
from simple_ignite.handlers.gradient_accumulator import GradientAccumulator
from simple_ignite.handlers.gradient_clipper import GradientClipper
from simple_ignite.handlers.handler_times import HandlerTime, HandlerTimes
from simple_ignite.handlers.lr_finder import LRFinder
from simple_ignite.handlers.lr_scheduler import LRScheduler
from simple_ignite.handlers.model_summary import ModelSummary
from simple_ignite.handlers.optimizer_step import OptimizerStep
from simple_ignite.handlers.param_scheduler import ParamScheduler
from simple_ignite.handlers.preemption import Preemption
from simple_ignite.handlers.profiler import Profiler
from simple_ignite.handlers.progress_bar import ProgressBar
from simple_ignite.handlers.terminate_on_nan import TerminateOnNan
from simple_ignite.handlers.time_limit import TimeLimit
from simple_ignite.handlers.timer import Timer
from simple_ignite.handlers.tracking import TrackingHandler

__all__ = [
    "EMA",
    "Checkpoint",
    "EarlyStopping",
    "GradientAccumulator",
    "GradientClipper",
    "HandlerTime",
    "HandlerTimes",
    "LRFinder",
    "LRScheduler",
    "ModelSummary",
    "OptimizerStep",
    "ParamScheduler",
    "Preemption",
    "Profiler",
    "ProgressBar",
    "StochasticWeightAveraging",
    "TerminateOnNan",
    "TimeLimit",
    "Timer",
    "TrackingHandler",
]
