"""Randomness: the state of every generator a run draws from, taken and put back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

__all__ = ["Randomness", "cuda_in_use", "seed_everything"]


class Randomness:
    """The state of the random generators of Python, NumPy, torch, CUDA and a loader at one moment.

    Args:
        loader: Data whose own generators (`loader.generator` and its samplers') belong to it.
    """

    __slots__ = ("cuda", "numpy", "own", "python", "torch")

    def __init__(self, loader: Any = None) -> None:
        self.python: Any = random.getstate()
        self.numpy: Any = np.random.get_state()
        self.torch = torch.get_rng_state()
        self.cuda = torch.cuda.get_rng_state_all() if cuda_in_use() else []
        self.own = [generator.get_state() for generator in _generators(loader)]

    def restore(self, loader: Any = None) -> None:
        """Put every generator back to where it was."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.cuda and torch.cuda.is_available():
            for device, state in enumerate(self.cuda[: torch.cuda.device_count()]):
                torch.cuda.set_rng_state(state, device)
        for generator, state in zip(_generators(loader), self.own, strict=False):
            generator.set_state(state)

    def state_dict(self) -> dict[str, Any]:
        """Return the states as plain values and tensors, which `torch.load(weights_only=True)` accepts."""
        version, words, gauss = self.python
        name, key, position, has_gauss, cached = self.numpy
        return {
            "python": [version, torch.tensor(words), gauss],
            "numpy": [
                name,
                torch.from_numpy(key.astype(np.int64)),
                int(position),
                int(has_gauss),
                float(cached),
            ],
            "torch": self.torch,
            "cuda": self.cuda,
            "own": self.own,
        }

    @classmethod
    def from_state_dict(cls, state: dict[str, Any]) -> Randomness:
        """Return what `state_dict` was taken of."""
        one = cls.__new__(cls)
        version, words, gauss = state["python"]
        one.python = (version, tuple(words.tolist()), gauss)
        name, key, position, has_gauss, cached = state["numpy"]
        one.numpy = (name, key.cpu().numpy().astype(np.uint32), position, has_gauss, cached)
        one.torch = state["torch"].cpu()
        one.cuda = [each.cpu() for each in state["cuda"]]
        one.own = [each.cpu() for each in state["own"]]
        return one


def seed_everything(seed: int) -> None:
    """Seed the generators of Python, NumPy and torch (all devices)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def cuda_in_use() -> bool:
    """Return whether this process has begun to use CUDA; asking does not begin it."""
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]


def _generators(loader: Any) -> Iterator[torch.Generator]:
    """Yield the generators of a loader, its sampler and its batch sampler, each once."""
    seen: set[int] = set()
    batches = getattr(loader, "batch_sampler", None)
    for owner in (loader, getattr(loader, "sampler", None), batches, getattr(batches, "sampler", None)):
        generator = getattr(owner, "generator", None)
        if isinstance(generator, torch.Generator) and id(generator) not in seen:
            seen.add(id(generator))
            yield generator
