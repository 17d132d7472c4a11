"""LRScheduler: steps a scheduler of torch at an event."""

from __future__ import annotations

import weakref
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import EventLike
from simple_ignite.errors import HandlerError
from simple_ignite.handlers.score import Score, as_number
from simple_ignite.optimization import step_event

__all__ = ["LRScheduler"]


class LRScheduler:
    """Steps a torch scheduler each time it is called.

    It takes any scheduler, also `SequentialLR` and `ChainedScheduler`. Put it at OPTIMIZER_STEP, or at
    EPOCH_COMPLETED. With a supervised trainer that accumulates gradients or has a scaler, ITERATION_COMPLETED
    means OPTIMIZER_STEP, unless the scheduler follows a metric. Its state is saved with the engine's,
    so `to_save` of a checkpoint need not name it.

    Args:
        scheduler: The scheduler. ReduceLROnPlateau needs `metric_name`.
        metric_name: The metric whose value is passed to `step`; None to call `step` without one.
        metric_engine: The engine that has the metric. Default: the engine it is called with.

    Raises:
        HandlerError: If `scheduler` is not a scheduler, but for example the optimizer.
        ValueError: For ReduceLROnPlateau without `metric_name`.
    """

    def __init__(
        self, scheduler: Any, metric_name: str | None = None, metric_engine: Engine | None = None
    ) -> None:
        if isinstance(scheduler, Optimizer) or not callable(getattr(scheduler, "step", None)):
            given = type(scheduler).__name__
            message = f"LRScheduler takes a scheduler of torch.optim.lr_scheduler, not {given}"
            raise HandlerError(message, handler="LRScheduler")
        if isinstance(scheduler, ReduceLROnPlateau) and metric_name is None:
            raise ValueError("ReduceLROnPlateau follows a metric: give LRScheduler its metric_name")
        self.scheduler = scheduler
        self._score = None if metric_name is None else Score(metric_name)
        self._engine = None if metric_engine is None else weakref.ref(metric_engine)

    def event_for(self, engine: Engine, event: EventLike) -> EventLike:
        """Follow the optimizer rather than the batches, unless a metric is followed."""
        return event if self._score is not None else step_event(engine, event)

    def __call__(self, engine: Engine) -> None:
        """Step the scheduler."""
        if self._score is None:
            self.scheduler.step()
            return
        source = engine if self._engine is None else self._engine()
        if source is not None:
            self.scheduler.step(as_number(self._score(source)))

    def state_dict(self) -> dict[str, Any]:
        """Return the scheduler's state."""
        return dict(self.scheduler.state_dict())

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.scheduler.load_state_dict(state_dict)
