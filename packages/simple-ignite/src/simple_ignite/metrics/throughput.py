"""How fast and on what a run runs."""

from __future__ import annotations

import numbers
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Max, Sum
from simple_ignite.metrics.base.transform import Transform, described, single


class Frequency(Metric):
    """Items per second since the last reset; over ranks, of all of them together.

    Args:
        output_transform: Makes of a step's output the number of items, an integer or an integer tensor of
            shape `()`; or something whose first dimension is that number: a tensor, an array, a list, or a
            tuple or dictionary of these. Default: the output as it is.
        clock: Gives seconds; default: `time.perf_counter`.
    """

    items = Sum()
    seconds = Max()
    output_transform = staticmethod(single)

    def __init__(
        self, *, output_transform: Transform | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.clock = clock
        super().__init__(output_transform=output_transform)

    def reset(self) -> None:
        """Start the clock anew."""
        super().reset()
        self._began = self.clock()

    def unpack(self, states: Mapping[str, Any]) -> None:
        """Go on from saved items and seconds."""
        super().unpack(states)
        self._began = self.clock() - max(0.0, float(self.seconds))

    def settings(self) -> dict[str, Any]:
        """Give none: any two frequencies merge."""
        return {}

    def accumulate(self, batch: Any) -> None:
        """Count one step.

        Args:
            batch: The number of items, or something with a first dimension.
        """
        self.items = self.items + (batch.detach() if is_number(batch) else size_of(batch))
        self.seconds = self.clock() - self._began

    def result(self) -> float:
        """Give items per second."""
        return float(self.items) / float(self.seconds) if self.seconds > 0 else 0.0


def is_number(batch: Any) -> bool:
    """Tell whether a batch is a whole number on a device; it is added up there, without a host sync."""
    if not isinstance(batch, Tensor) or batch.ndim:
        return False
    return batch.dtype != torch.bool and not (batch.is_floating_point() or batch.is_complex())


def size_of(batch: Any) -> int:
    """Return the number of items of a batch.

    Raises:
        MetricInputError: It cannot be told from the batch.
    """
    if isinstance(batch, numbers.Integral) and not isinstance(batch, bool):
        return int(batch)
    if isinstance(batch, Tensor | np.ndarray) and batch.ndim:
        return int(batch.shape[0])
    if isinstance(batch, Mapping) and batch:
        return size_of(next(iter(batch.values())))
    if isinstance(batch, tuple) and batch:
        return size_of(batch[0])
    if isinstance(batch, list):
        return len(batch)
    raise MetricInputError(
        "Frequency", described(batch), "a whole number of items, or tensors with a first dimension"
    )
