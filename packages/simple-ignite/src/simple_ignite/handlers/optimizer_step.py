"""OptimizerStep: steps the optimizer after the backward pass."""

from __future__ import annotations

from contextlib import nullcontext

import torch

from simple_ignite.engine.engine import Engine
from simple_ignite.optimization import optimizer_step

__all__ = ["OptimizerStep"]


class OptimizerStep:
    """Steps the optimizer and clears the gradients; for steps of your own that end with `loss.backward()`.

    `trainer.on(Events.ITERATION_COMPLETED, OptimizerStep(optimizer))`. A step is counted in
    `state.optimizer_steps` and fires OPTIMIZER_STEP, unless the scaler has skipped it. It runs before
    handlers of default priority and after a `GradientClipper`.

    Args:
        optimizer: The optimizer.
        scaler: The scaler that scaled the loss, or None.
    """

    priority = 500

    def __init__(self, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler | None = None) -> None:
        self.optimizer = optimizer
        self.scaler = scaler

    def __call__(self, engine: Engine | None = None) -> None:
        """Step the optimizer, clear the gradients, and report the step to the engine."""
        report = nullcontext() if engine is None else optimizer_step(engine, self.optimizer)
        with report:
            self._step()

    def _step(self) -> None:
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
