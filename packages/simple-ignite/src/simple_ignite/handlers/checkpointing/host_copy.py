"""HostCopy: a copy of states in host memory that is reused for each copy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import torch

from simple_ignite.engine.rng import cuda_in_use

__all__ = ["HostCopy"]

Path = tuple[Hashable, ...]
"""The keys that lead to a tensor in nested states."""
Storage = tuple[torch.device, int, torch.dtype, tuple[int, ...], tuple[int, ...]]
"""What identifies the memory that a tensor shows."""


class HostCopy:
    """Copies nested states to host memory that is kept for the next copy.

    Tensors that share their memory share it in the copy too.
    """

    def __init__(self) -> None:
        self._memory: dict[Path, torch.Tensor] = {}

    def copy(self, states: Any) -> Any:
        """Return a copy, which is valid until the next one is made."""
        used: dict[Path, torch.Tensor] = {}
        copied = self._copy(states, (), used, {})
        self._memory = used
        if cuda_in_use():
            torch.cuda.synchronize()
        return copied

    def _copy(
        self, value: Any, path: Path, used: dict[Path, torch.Tensor], copied: dict[Storage, torch.Tensor]
    ) -> Any:
        if isinstance(value, torch.Tensor):
            return self._copy_tensor(value, path, used, copied)
        if isinstance(value, Mapping):
            return {key: self._copy(one, (*path, key), used, copied) for key, one in value.items()}
        if isinstance(value, list | tuple):
            items = [self._copy(one, (*path, number), used, copied) for number, one in enumerate(value)]
            return items if isinstance(value, list) else tuple(items)
        return value

    def _copy_tensor(
        self,
        value: torch.Tensor,
        path: Path,
        used: dict[Path, torch.Tensor],
        copied: dict[Storage, torch.Tensor],
    ) -> torch.Tensor:
        source = value.detach()
        if hasattr(value, "to_local"):  # a DTensor, which keeps its layout
            return source.clone()
        storage = (source.device, source.data_ptr(), source.dtype, tuple(source.shape), source.stride())
        if source.numel() and storage in copied:
            return copied[storage]
        memory = self._memory.get(path)
        if memory is None or memory.shape != source.shape or memory.dtype != source.dtype:
            pinned = source.device.type == "cuda"
            memory = torch.empty(source.shape, dtype=source.dtype, pin_memory=pinned)
        used[path] = copied[storage] = memory.copy_(source, non_blocking=True)
        return memory
