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

    It often generalises better than the last weights do. Each call does `average = decay · average + (1 −
    decay) · weights`; buffers are copied as they are. Register it after the optimiser's step:
    `trainer.on(Events.ITERATION_COMPLETED, ema)`.

    Args:
        model: The model that is trained.
        decay: How much of the average stays at each call.
        warmup: Let the decay rise as (1 + n) / (10 + n) over the first calls, so that the random start is
            forgotten soon.

    Attributes:
        model: The averaged model, in evaluation mode, without gradients.

    Raises:
        HandlerError: If `decay` is not within 0 and 1.
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
        """Take the weights as they are now into the average."""
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
        """Within the block the trained model has the averaged weights; after it, its own again."""
        own = {name: tensor.detach().clone() for name, tensor in self._source.state_dict().items()}
        self._source.load_state_dict(self.model.state_dict())
        try:
            yield self._source
        finally:
            self._source.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights."""
        return {"updates": self.updates, "model": self.model.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Put back what `state_dict` returned."""
        self.updates = state_dict["updates"]
        self.model.load_state_dict(state_dict["model"])
