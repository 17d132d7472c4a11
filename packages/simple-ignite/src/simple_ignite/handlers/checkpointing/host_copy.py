"""Snapshot: a copy of states in host memory, taken quickly, into the same memory each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from simple_ignite.engine.rng import cuda_in_use

__all__ = ["Snapshot"]


class Snapshot:
    """Copies nested states to host memory that is kept for the next copy.

    Tensors that share their memory share it in the copy too.
    """

    def __init__(self) -> None:
        self._memory: dict[tuple[Any, ...], torch.Tensor] = {}

    def take(self, states: Any) -> Any:
        """Return a copy; it is good until the next one is taken."""
        used: dict[tuple[Any, ...], torch.Tensor] = {}
        copied: dict[tuple[Any, ...], torch.Tensor] = {}
        copy = self._copy(states, (), used, copied)
        self._memory = used
        if cuda_in_use():
            torch.cuda.synchronize()
        return copy

    def _copy(
        self,
        value: Any,
        path: tuple[Any, ...],
        used: dict[tuple[Any, ...], torch.Tensor],
        copied: dict[tuple[Any, ...], torch.Tensor],
    ) -> Any:
        if isinstance(value, torch.Tensor):
            if hasattr(value, "to_local"):  # a DTensor: its layout is its own affair
                return value.detach().clone()
            source = value.detach()
            place = (source.device, source.data_ptr(), source.dtype, tuple(source.shape), source.stride())
            if source.numel() and place in copied:
                return copied[place]
            held = self._memory.get(path)
            if held is None or held.shape != source.shape or held.dtype != source.dtype:
                pinned = source.device.type == "cuda"
                held = torch.empty(source.shape, dtype=source.dtype, pin_memory=pinned)
            used[path] = copied[place] = held.copy_(source, non_blocking=True)
            return held
        if isinstance(value, Mapping):
            return {key: self._copy(one, (*path, key), used, copied) for key, one in value.items()}
        if isinstance(value, list | tuple):
            items = [self._copy(one, (*path, number), used, copied) for number, one in enumerate(value)]
            return items if isinstance(value, list) else tuple(items)
        return value
