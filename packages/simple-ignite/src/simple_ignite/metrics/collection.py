"""Keeping batches that are joined when the value is computed."""

from __future__ import annotations

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.state import Chunks
from simple_ignite.metrics.base.transform import described


def keep(name: str, *batches: tuple[Chunks, Tensor]) -> None:
    """Append batches to those before them, all or none.

    Args:
        name: The metric, for the message.
        *batches: What was kept of `(n, *)` before, and a batch with the same trailing dimensions.

    Raises:
        MetricInputError: One has other trailing dimensions, holds integers where the others hold floats
            (joining would round them), or is on another device.
    """
    for chunks, batch in batches:
        if not chunks:
            continue
        last = chunks[-1]
        fits = last.shape[1:] == batch.shape[1:] and last.is_floating_point() == batch.is_floating_point()
        if not fits or last.device != batch.device:
            raise MetricInputError(name, shown(batch), f"{shown(last)}, as in the batches before")
    for chunks, batch in batches:
        chunks.append(batch)


def shown(batch: Tensor) -> str:
    """Describe a batch for a message."""
    rest = ", ".join(map(str, ("n", *batch.shape[1:])))
    kind = described(batch).partition(" of shape ")[0]
    return f"a {kind} of shape ({rest}{',' * (batch.ndim == 1)}) on {batch.device}"
