"""OptimizerStep: steps the optimiser once the gradients are ready."""

from __future__ import annotations

import torch

__all__ = ["OptimizerStep"]


class OptimizerStep:
    """Steps the optimiser and clears the gradients; for steps of your own that end with `loss.backward()`.

    `trainer.on(Events.ITERATION_COMPLETED, OptimizerStep(optimizer))`. It runs before handlers of usual
    priority and after a `GradientClipper`.

    Args:
        optimizer: The optimiser.
        scaler: The scaler that scaled the loss, if one did.
    """

    priority = 500

    def __init__(self, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler | None = None) -> None:
        self.optimizer = optimizer
        self.scaler = scaler

    def __call__(self) -> None:
        """Step, and clear the gradients."""
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
