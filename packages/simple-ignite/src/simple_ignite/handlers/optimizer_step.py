"""OptimizerStep: steps the optimizer after the backward pass."""

from __future__ import annotations

import torch

__all__ = ["OptimizerStep"]


class OptimizerStep:
    """Steps the optimizer and clears the gradients; for steps of your own that end with `loss.backward()`.

    `trainer.on(Events.ITERATION_COMPLETED, OptimizerStep(optimizer))`. It runs before handlers of default
    priority and after a `GradientClipper`.

    Args:
        optimizer: The optimizer.
        scaler: The scaler that scaled the loss, or None.
    """

    priority = 500

    def __init__(self, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler | None = None) -> None:
        self.optimizer = optimizer
        self.scaler = scaler

    def __call__(self) -> None:
        """Step the optimizer, and clear the gradients."""
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
