"""LRFinder: finds a learning rate by trying rising ones on a few batches."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import torch

from simple_ignite.accumulation import parameters_of
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.engine.rng import RngState
from simple_ignite.errors import HandlerError
from simple_ignite.handlers.score import as_number
from simple_ignite.protocols import Stateful

__all__ = ["LRFinder"]

SMOOTH = 0.1


class LRFinder:
    """Finds a learning rate by the range test: the loss is recorded while the rate rises exponentially.

    (Smith 2015, "Cyclical Learning Rates for Training Neural Networks".) Model, optimizer, random number
    generators and trainer are left as they were; the trainer's handlers do not run.

    Args:
        model: The model.
        optimizer: The optimizer.
        start: The first rate.
        end: The last rate.
        iterations: Over how many iterations it rises.
        diverged: The test ends early when the loss is this many times the lowest.
        output_transform: Returns the loss in the step's output. Default: its `loss`, or the output itself.

    Attributes:
        rates: The rates tried.
        losses: The loss at each, smoothed.

    Raises:
        HandlerError: If the rates do not rise from above 0, or there are fewer than 3 iterations.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        start: float = 1e-7,
        end: float = 10.0,
        iterations: int = 100,
        diverged: float = 5.0,
        output_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        if not 0 < start < end or iterations < 3:
            message = "give rates with 0 < start < end, and 3 iterations or more"
            raise HandlerError(f"{message}, not {start!r}, {end!r}, {iterations!r}", handler="LRFinder")
        self.model = model
        self.optimizer = optimizer
        self.rates: list[float] = []
        self.losses: list[float] = []
        self._mean = 0.0
        self._range = start, end, iterations
        self._diverged = diverged
        self._transform = output_transform or _loss

    def run(self, trainer: Engine, data: Any) -> float:
        """Run the test with the trainer's step over the data, and return the suggested rate.

        Raises:
            HandlerError: If the loss was never finite.
        """
        self.rates, self.losses, self._mean = [], [], 0.0
        parts = [thing for thing in (self.model, self.optimizer, trainer.step) if isinstance(thing, Stateful)]
        before = [copy.deepcopy(part.state_dict()) for part in parts]
        parameters = parameters_of(self.optimizer)
        grads = [None if p.grad is None else p.grad.clone() for p in parameters]
        modes = [(module, module.training) for module in self.model.modules()]
        rng = RngState(data)
        probe = Engine(trainer.step)
        probe.on(Events.ITERATION_STARTED, self._set_rate)
        probe.on(Events.ITERATION_COMPLETED, self._look)
        try:
            probe.run(data, epoch_length=self._range[2])
        finally:
            for part, state in zip(parts, before, strict=True):
                part.load_state_dict(state)
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter.grad = grad
            for module, training in modes:
                module.training = training
            rng.restore(data)
        return self.suggestion()

    def suggestion(self) -> float:
        """Return the rate at which the loss fell most steeply over the logarithm of the rate.

        The fall is measured over a tenth of the iterations, so that single batches matter little.

        Raises:
            HandlerError: If there are too few losses.
        """
        width = max(len(self.losses) // 10, 1)
        falls = [
            (self.losses[n + width] - self.losses[n - width], rate)
            for n, rate in enumerate(self.rates)
            if width <= n < len(self.losses) - width
        ]
        if not falls:
            raise HandlerError("too few finite losses to suggest a rate; lower `start`", handler="LRFinder")
        return min(falls)[1]

    def _set_rate(self, engine: Engine) -> None:
        start, end, iterations = self._range
        rate = start * (end / start) ** ((engine.state.iteration - 1) / (iterations - 1))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self._rate = rate

    def _look(self, engine: Engine) -> None:
        loss = as_number(self._transform(engine.state.output))
        self._mean = SMOOTH * loss + (1 - SMOOTH) * self._mean
        smooth = self._mean / (1 - (1 - SMOOTH) ** engine.state.iteration)  # the mean begins at 0
        if not math.isfinite(loss) or (self.losses and smooth > self._diverged * min(self.losses)):
            engine.terminate(reason=f"the loss diverges at the rate {self._rate:.3g}")
            return
        self.rates.append(self._rate)
        self.losses.append(smooth)


def _loss(output: Any) -> Any:
    return output["loss"] if isinstance(output, dict) else output
