"""GradientAccumulator: steps the optimizer after several batches, with the mean of their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simple_ignite.accumulation import Accumulation, parameters_of
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.engine.signature import adapt
from simple_ignite.handlers.optimizer_step import OptimizerStep

__all__ = ["GradientAccumulator"]


class GradientAccumulator:
    """Steps the optimizer after every `size` batches and after the last of an epoch, with averaged gradients.

    `trainer.on(Events.ITERATION_COMPLETED, GradientAccumulator(4, OptimizerStep(optimizer),
    GradientClipper(model, 1)))` for a step of your own that ends with `loss.backward()`; the loss need not be
    divided. Accumulated gradients are saved in the engine's state, so that a run can be resumed between two
    optimizer steps.

    Args:
        size: Batches per optimizer step.
        step: Steps the optimizer.
        *before: Called just before it, such as a `GradientClipper`.

    Raises:
        RunError: If `size` is below 1.
    """

    priority = 500

    def __init__(self, size: int, step: OptimizerStep, *before: Callable[..., Any]) -> None:
        self._accumulation = Accumulation(size, lambda: parameters_of(step.optimizer))
        calls: list[Callable[..., Any]] = [*before, step]
        self._calls = [adapt(call, 1, (), {}) for call in calls]

    def registered(self, engine: Engine) -> None:
        """Also step at the end of epochs of unknown length, and drop old gradients when training begins."""
        engine.on(Events.EPOCH_COMPLETED, self._flush, priority=1000)
        engine.on(Events.STARTED, self._begin, priority=1000)

    def __call__(self, engine: Engine) -> None:
        """Count a batch; step if it is the last of its group."""
        if self._accumulation.due(engine.state):
            self._step(engine)

    def _step(self, engine: Engine) -> None:
        self._accumulation.average()
        for call in self._calls:
            call(engine)

    def _flush(self, engine: Engine) -> None:
        if self._accumulation.held:
            self._step(engine)

    def _begin(self, engine: Engine) -> None:
        if engine.state.iteration == 0:
            self._accumulation.forget()

    def state_dict(self) -> dict[str, Any]:
        """Return the accumulated gradients."""
        return self._accumulation.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self._accumulation.load_state_dict(state_dict)
