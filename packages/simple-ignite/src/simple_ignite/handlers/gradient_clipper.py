"""GradientClipper: clips the gradients before the optimizer's step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from simple_ignite.accumulation import parameters_of
from simple_ignite.errors import HandlerError

__all__ = ["GradientClipper"]


class GradientClipper:
    """Clips gradients by their norm, by their value, or both.

    Register it at the event of an `OptimizerStep`, before which it runs, or pass it to a
    `GradientAccumulator`.

    Args:
        parameters: An optimizer, a module, or parameters.
        max_norm: The maximum norm of all gradients together.
        max_value: The maximum absolute value of any gradient.
        norm_type: The p of the p-norm.
        optimizer: With a `scaler`: the optimizer whose gradients are unscaled first.
        scaler: The scaler that scaled the loss, or None.

    Attributes:
        norm: The norm before the last clipping, a scalar on the gradients' device, or None.

    Raises:
        HandlerError: If neither limit is given, or one is not above 0.
    """

    priority = 600

    def __init__(
        self,
        parameters: torch.optim.Optimizer | torch.nn.Module | Iterable[torch.Tensor],
        max_norm: float | None = None,
        max_value: float | None = None,
        norm_type: float = 2.0,
        optimizer: torch.optim.Optimizer | None = None,
        scaler: torch.amp.GradScaler | None = None,
    ) -> None:
        if max_norm is None and max_value is None:
            raise HandlerError("give max_norm, max_value, or both", handler="GradientClipper")
        for name, bound in (("max_norm", max_norm), ("max_value", max_value)):
            if bound is not None and not bound > 0:
                raise HandlerError(f"{name} must be above 0, not {bound!r}", handler="GradientClipper")
        self._owner: Any = parameters if hasattr(parameters, "state_dict") else list(parameters)
        self.max_norm = max_norm
        self.max_value = max_value
        self.norm_type = norm_type
        self.norm: torch.Tensor | None = None
        self._optimizer = optimizer
        self._scaler = scaler

    def __call__(self) -> None:
        """Clip the gradients."""
        if self._scaler is not None and self._optimizer is not None:
            self._scaler.unscale_(self._optimizer)
        parameters = parameters_of(self._owner)
        if self.max_value is not None:
            clip_grad_value_(parameters, self.max_value)
        if self.max_norm is not None:
            self.norm = clip_grad_norm_(parameters, self.max_norm, self.norm_type)
