"""Checks that a training step fits into memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from simple_ignite.checks.nested import all_tensors
from simple_ignite.checks.reporting.findings import Findings
from simple_ignite.checks.trial import Trial
from simple_ignite.data.memory import available_memory
from simple_ignite.errors import CacheError

__all__ = ["MemoryCount", "out_of_memory"]

FIX = "take a smaller batch_size with grad_accumulation, or lower precision with amp"


class MemoryCount:
    """Counts the bytes of a training step.

    On CUDA they are the peak of the steps taken; else what autograd saves in the forward is added up.

    Args:
        trial: The trial.
        limit: The most bytes that may be used. None: what is there.
    """

    def __init__(self, trial: Trial, limit: int | None) -> None:
        self._trial = trial
        self._limit = limit
        self._held = _bytes(_of_model(trial)) + _bytes(_states(trial))  # the originals have as much
        self.activations = 0
        known = [
            *_of_model(trial),
            *(one for _, one in all_tensors([trial.call.args, dict(trial.call.kwargs)])),
        ]
        self._seen = {_storage(one) for one in known}
        self._cuda = trial.setup.device if trial.setup.device and trial.setup.device.type == "cuda" else None
        self._before = 0
        if self._cuda is not None:
            torch.cuda.reset_peak_memory_stats(self._cuda)
            self._before = torch.cuda.memory_allocated(self._cuda)

    def counted(self) -> Any:
        """Return a context in which what autograd saves is counted."""
        if self._cuda is not None:
            return torch.enable_grad()
        return torch.autograd.graph.saved_tensors_hooks(self._pack, _unpack)

    def _pack(self, tensor: Tensor) -> tuple[Tensor, int]:
        key = _storage(tensor)
        if key not in self._seen:
            self._seen.add(key)
            self.activations += key[1]
        alone = tensor.detach()
        return alone, alone._version

    def report(self, found: Findings) -> None:
        """Compare what a step needs with what is there; to be called after the first step."""
        trial = self._trial
        weights = _bytes(_of_model(trial))
        grads = _bytes(p.grad for p in trial.parameters if p.grad is not None)
        states = _bytes(_states(trial))
        activations = self.activations
        if self._cuda is not None:
            peak = torch.cuda.max_memory_allocated(self._cuda) - self._before
            activations = max(0, peak - grads - states)
        needed = weights + grads + states + activations
        limit = self._limit if self._limit is not None else self._there()
        parts = (
            f"{_size(needed)} a step: parameters {_size(weights)}, gradients {_size(grads)}, "
            f"optimizer {_size(states)}, activations {_size(activations)}"
        )
        if limit is None:
            found.add("memory-size", parts, "model")
        elif needed > limit:
            found.add("memory-does-not-fit", f"{parts}; there are {_size(limit)}", "model", FIX)
        else:
            found.add("memory-size", f"{parts}; there are {_size(limit)}", "model")

    def _there(self) -> int | None:
        """Return the bytes that training may use: those that are free, and those that it holds already."""
        copies = 0 if self._trial.replica.in_place else self._held
        if self._cuda is not None:
            free, _ = torch.cuda.mem_get_info(self._cuda)
            kept = torch.cuda.memory_reserved(self._cuda) - torch.cuda.memory_allocated(self._cuda)
            return int(free + kept + self._held + copies)
        try:
            return available_memory() + self._held + copies
        except CacheError:
            return None


def out_of_memory(error: BaseException, found: Findings) -> None:
    """Report that memory was used up in a step."""
    text = str(error).strip().splitlines()
    found.add(
        "memory-does-not-fit", f"a step runs out of memory: {text[0] if text else ''}"[:300], "model", FIX
    )


def _unpack(packed: tuple[Tensor, int]) -> Tensor:
    tensor, version = packed
    if tensor._version != version:  # as autograd does for tensors that it saves itself
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by an inplace operation: "
            f"a tensor of shape {tuple(tensor.shape)}"
        )
    return tensor


def _of_model(trial: Trial) -> list[Tensor]:
    return [*trial.model.parameters(), *trial.model.buffers()]


def _states(trial: Trial) -> Iterable[Tensor]:
    for optimizer in trial.replica.optimizers:
        for state in list(optimizer.state.values()):
            values = state.values() if isinstance(state, dict) else [state]
            yield from (one for one in values if isinstance(one, Tensor))


def _storage(tensor: Tensor) -> tuple[int, int]:
    if tensor.layout != torch.strided or torch.nn.parameter.is_lazy(tensor):
        return id(tensor), 0
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.nbytes()


def _bytes(tensors: Iterable[Tensor]) -> int:
    return sum(size for _, size in {_storage(tensor) for tensor in tensors})


def _size(number: int) -> str:
    value, unit = float(number), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
