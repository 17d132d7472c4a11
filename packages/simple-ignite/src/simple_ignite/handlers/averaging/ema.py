"""EMA: a moving average of a model's weights."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

from simple_ignite.errors import HandlerError
from simple_ignite.handlers.averaging.weight_average import WeightAverage
from simple_ignite.optimization import step_event

__all__ = ["EMA"]


class EMA:
    """Keeps an exponential moving average of a model's weights.

    It often generalizes better than the last weights. Each call computes `average = decay · average + (1 −
    decay) · weights`; buffers are copied. The averages of fp16 and bf16 weights are kept in float32. Register
    it at the optimizer's step: `trainer.on(Events.OPTIMIZER_STEP, ema)`. With a supervised trainer,
    ITERATION_COMPLETED means the same.

    Args:
        model: The model that is trained.
        decay: The weight of the old average at each call.
        warmup: Limit the decay to (1 + n) / (10 + n) at call n, so that the initial weights soon lose their
            influence.

    Raises:
        HandlerError: If `decay` is not from 0 to below 1.
    """

    def __init__(self, model: nn.Module, decay: float = 0.999, warmup: bool = True) -> None:
        if not 0 <= decay < 1:
            raise HandlerError(f"decay must be from 0 to below 1, not {decay!r}", handler="EMA")
        self.decay = decay
        self.warmup = warmup
        self.updates = 0
        self._average = WeightAverage(model)
        self._source = model

    @property
    def model(self) -> nn.Module:
        """The averaged model, in evaluation mode, without gradients."""
        return self._average.model

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        old = attributes.pop("model", None)  # as 0.3.0 pickled it
        vars(self).update(attributes)
        if old is not None:
            self._average = WeightAverage.restored(old, self._source)

    event_for = staticmethod(step_event)

    def __call__(self) -> None:
        """Update the average with the current weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates)) if self.warmup else self.decay
        self._average.update(1 - decay)

    @contextmanager
    def swapped(self) -> Iterator[nn.Module]:
        """Give the trained model the averaged weights within the block, and its own afterwards."""
        source = self._average.source
        own = {name: copy.deepcopy(value) for name, value in source.state_dict().items()}
        source.load_state_dict(self.model.state_dict())
        try:
            yield self._source
        finally:
            source.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights and the number of updates."""
        return {"updates": self.updates, "model": self._average.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.updates = state_dict["updates"]
        self._average.load_state_dict(state_dict["model"])
