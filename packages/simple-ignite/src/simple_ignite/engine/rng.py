"""RngState: the state of every random number generator that a run draws from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

__all__ = ["RngState", "SharedRestore", "cuda_in_use", "seed_everything"]


class RngState:
    """The state of the random number generators of Python, NumPy, torch, CUDA and a loader at one moment.

    Args:
        loader: Data whose own generators (`loader.generator` and those of its samplers) are included.
    """

    __slots__ = ("cuda", "loader", "numpy", "python", "torch")

    def __init__(self, loader: Any = None) -> None:
        self.python: Any = random.getstate()
        self.numpy: Any = np.random.get_state()
        self.torch = torch.get_rng_state()
        self.cuda = torch.cuda.get_rng_state_all() if cuda_in_use() else []
        self.loader = [generator.get_state() for generator in _generators(loader)]

    def restore(self, loader: Any = None) -> None:
        """Set every generator to this state.

        Args:
            loader: Data whose own generators are set too.
        """
        self.restore_global()
        self.restore_loader(loader)

    def restore_global(self) -> None:
        """Set the generators of Python, NumPy, torch and CUDA to this state."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.cuda and torch.cuda.is_available():
            for device, state in enumerate(self.cuda[: torch.cuda.device_count()]):
                torch.cuda.set_rng_state(state, device)

    def restore_loader(self, loader: Any) -> None:
        """Set the generators of a loader to this state."""
        for generator, state in zip(_generators(loader), self.loader, strict=False):
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
            "own": self.loader,
        }

    @classmethod
    def from_state_dict(cls, state_dict: dict[str, Any]) -> RngState:
        """Return the state that `state_dict` was taken from."""
        made = cls.__new__(cls)
        version, words, gauss = state_dict["python"]
        made.python = (version, tuple(words.tolist()), gauss)
        name, key, position, has_gauss, cached = state_dict["numpy"]
        made.numpy = (name, key.cpu().numpy().astype(np.uint32), position, has_gauss, cached)
        made.torch = state_dict["torch"].cpu()
        made.cuda = [state.cpu() for state in state_dict["cuda"]]
        made.loader = [state.cpu() for state in state_dict["own"]]
        return made


class SharedRestore:
    """Whether the global generators were set back for engines whose states were saved at one moment.

    Attributes:
        done: Whether one of these engines has done it, so that the others must not.
    """

    __slots__ = ("_moment", "_names", "done")
    _last: SharedRestore | None = None

    def __init__(self) -> None:
        self.done = False
        self._moment: object = None
        self._names: set[str] = set()

    @classmethod
    def of(cls, name: str, saved: dict[str, Any]) -> SharedRestore:
        """Return what an engine shares with the one that was loaded before it, if both belong together.

        They do if their states are of the same moment, their names differ, and neither has run since.

        Args:
            name: The engine's name.
            saved: The states of the generators, as `RngState.state_dict` returned them.
        """
        words, key = saved["python"][1], saved["numpy"][1]
        moment = tuple(one.cpu().numpy().tobytes() for one in (words, key, saved["torch"]))
        last = cls._last
        if last is None or last.done or last._moment != moment or name in last._names:
            last = cls._last = cls()
            last._moment = moment
        last._names.add(name)
        return last


def seed_everything(seed: int) -> None:
    """Seed the generators of Python, NumPy and torch (all devices)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def cuda_in_use() -> bool:
    """Return whether this process has initialised CUDA; asking does not initialise it."""
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
