"""The random number generators that a training set-up draws from."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from simple_ignite.engine.rng import RngState

__all__ = ["GeneratorStates", "generators_of"]

MOST = 2000  # objects that are searched for generators
DEPTH = 4


class GeneratorStates:
    """The states of the global generators, and of those that objects hold.

    Args:
        generators: The generators that objects hold; see `generators_of`.
    """

    def __init__(self, generators: list[Any]) -> None:
        self._global = RngState()
        self._own = [_state_of(generator) for generator in generators]

    def restore(self) -> None:
        """Set every generator to its state."""
        self._global.restore_global()
        for restore in self._own:
            restore()


def generators_of(*owners: Any) -> list[Any]:
    """Return the generators of torch, NumPy and Python in the attributes of objects, and in theirs.

    Args:
        *owners: Models, loaders and other objects.
    """
    found: list[Any] = []
    seen: set[int] = set()
    waiting = [(owner, 0) for owner in owners]
    while waiting and len(seen) < MOST:
        owner, depth = waiting.pop(0)
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        if isinstance(owner, torch.Generator | np.random.Generator | np.random.RandomState | random.Random):
            found.append(owner)
        elif depth < DEPTH:
            waiting += [(value, depth + 1) for value in _parts(owner)]
    return found


def _parts(owner: Any) -> Iterator[Any]:
    """Yield what an object holds that may be a generator, or hold one."""
    if isinstance(owner, nn.Module):
        for module in owner.modules():
            yield from (value for name, value in vars(module).items() if name[:1] != "_" or _is_own(value))
    elif isinstance(owner, list | tuple | set | frozenset):
        yield from (value for value in list(owner)[:20] if not _is_plain(value))
    elif isinstance(owner, dict):
        yield from (value for value in list(owner.values())[:20] if not _is_plain(value))
    elif hasattr(owner, "__dict__") and not isinstance(owner, type) and not callable(owner):
        yield from (value for value in vars(owner).values() if not _is_plain(value))
    elif hasattr(owner, "__dict__") and not isinstance(owner, type):
        yield from (value for value in list(vars(owner).values())[:20] if _is_own(value))


def _is_own(value: Any) -> bool:
    return isinstance(value, torch.Generator | np.random.Generator | np.random.RandomState | random.Random)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bytes | int | float | bool | torch.Tensor | np.ndarray)


def _state_of(generator: Any) -> Callable[[], Any]:
    """Return a function that sets a generator to the state in which it is now."""
    if isinstance(generator, torch.Generator):
        state = generator.get_state()
        return lambda: generator.set_state(state)
    if isinstance(generator, np.random.Generator):
        own: Any = generator.bit_generator.state
        return lambda: setattr(generator.bit_generator, "state", own)
    if isinstance(generator, np.random.RandomState):
        legacy: Any = generator.get_state()
        return lambda: generator.set_state(legacy)
    plain: Any = generator.getstate()
    return lambda: generator.setstate(plain)
