"""EMA: a moving average of a model's weights."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from simple_ignite.errors import HandlerError

__all__ = ["EMA"]


class EMA:
    """Keeps an exponential moving average of a model's weights.

    It often generalizes better than the last weights. Each call computes `average = decay · average + (1 −
    decay) · weights`; buffers are copied. Register it after the optimizer's step:
    `trainer.on(Events.ITERATION_COMPLETED, ema)`.

    Args:
        model: The model that is trained.
        decay: The weight of the old average at each call.
        warmup: Limit the decay to (1 + n) / (10 + n) at call n, so that the initial weights soon lose their
            influence.

    Attributes:
        model: The averaged model, in evaluation mode, without gradients.

    Raises:
        HandlerError: If `decay` is not from 0 to below 1.
    """

    def __init__(self, model: nn.Module, decay: float = 0.999, warmup: bool = True) -> None:
        if not 0 <= decay < 1:
            raise HandlerError(f"decay must be from 0 to below 1, not {decay!r}", handler="EMA")
        self.decay = decay
        self.warmup = warmup
        self.updates = 0
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self._source = model

    @torch.no_grad()
    def __call__(self) -> None:
        """Update the average with the current weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates)) if self.warmup else self.decay
        averages: list[torch.Tensor] = []
        weights: list[torch.Tensor] = []
        for average, weight in zip(self.model.parameters(), self._source.parameters(), strict=True):
            averages.append(average)
            weights.append(weight.detach())
        torch._foreach_lerp_(averages, weights, 1 - decay)
        for kept, buffer in zip(self.model.buffers(), self._source.buffers(), strict=True):
            kept.copy_(buffer)

    @contextmanager
    def swapped(self) -> Iterator[nn.Module]:
        """Give the trained model the averaged weights within the block, and its own afterwards."""
        own = {name: tensor.detach().clone() for name, tensor in self._source.state_dict().items()}
        self._source.load_state_dict(self.model.state_dict())
        try:
            yield self._source
        finally:
            self._source.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights and the number of updates."""
        return {"updates": self.updates, "model": self.model.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.updates = state_dict["updates"]
        self.model.load_state_dict(state_dict["model"])
