"""LoaderCopy: draws batches without moving the loader on."""

from __future__ import annotations

import copy
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from simple_ignite.data.loading.prefetch import Prefetch
from simple_ignite.engine.workers import iterate_sheltered

__all__ = ["LoaderCopy", "is_once", "plain_loader"]

CONTAINERS = (list, dict, set, deque, bytearray)


def plain_loader(loader: Any) -> Any:
    """Return the loader inside `prefetch`, or the loader itself."""
    while issubclass(type(loader), Prefetch):
        loader = loader._loader
    return loader


def is_once(loader: Any) -> bool:
    """Return whether batches that are drawn are gone: an iterator, or data that read from one."""
    if isinstance(loader, Iterator):
        return True
    data = loader.dataset if isinstance(loader, DataLoader) else loader
    if isinstance(loader, DataLoader) and not isinstance(data, IterableDataset):
        return False
    held = vars(data).values() if hasattr(data, "__dict__") else ()
    return any(isinstance(value, Iterator) and not isinstance(value, io.IOBase) for value in held)


class LoaderCopy:
    """A shallow copy of a loader with samplers and workers of its own.

    Args:
        loader: The data.
    """

    def __init__(self, loader: Any) -> None:
        self._samples: Any = None
        self._last: list[Any] | None = None
        if isinstance(loader, DataLoader):
            self._loader = _copied_loader(loader)
            if not isinstance(loader.dataset, IterableDataset):
                batched = self._loader.batch_sampler is not None
                self._samples = "batch_sampler" if batched else "sampler"
                self._sampler = getattr(self._loader, self._samples)
        elif isinstance(loader, list | tuple):
            self._loader = loader
        else:
            self._loader = private_copy(loader, {})

    def batches(self, count: int) -> Iterator[Any]:
        """Yield the first batches of a pass over the data, `count` at most."""
        loader = self._loader
        if self._samples is not None:
            self._last = list(islice(iter(self._sampler), count))
            loader = _with_indices(loader, self._samples, self._last)
        elif isinstance(loader, DataLoader):
            loader = copy.copy(loader)
        iterator = iterate_sheltered(loader)
        try:
            yield from islice(iterator, count)
        finally:
            shut = getattr(iterator, "_shutdown_workers", None)
            if shut is not None:
                shut()

    def again(self, count: int) -> list[Any] | None:
        """Return the first batches of another pass, or None if it takes other samples than the last one."""
        if self._samples is not None:
            before = (self._last or [])[:count]
            indices = list(islice(iter(self._sampler), count))
            if len(indices) != len(before) or not all(map(_same_indices, indices, before)):
                return None
            return list(iterate_sheltered(_with_indices(self._loader, self._samples, indices)))
        return list(self.batches(count))


def private_copy(thing: Any, memo: dict[int, Any]) -> Any:
    """Return a shallow copy whose containers, samplers and loaders are copies too."""
    if id(thing) in memo:
        return memo[id(thing)]
    if isinstance(thing, DataLoader):
        return _copied_loader(thing)
    try:
        made = copy.copy(thing)
    except Exception:  # what cannot be copied is used itself
        return thing
    memo[id(thing)] = made
    if not hasattr(made, "__dict__") or made is thing:
        return made
    for name, value in list(vars(made).items()):
        if type(value) in CONTAINERS:
            vars(made)[name] = copy.copy(value)
        elif isinstance(value, torch.Tensor):
            vars(made)[name] = value.clone() if name.startswith("ind") else value
        elif isinstance(value, np.ndarray):
            vars(made)[name] = value.copy() if name.startswith("ind") else value
        elif isinstance(value, DataLoader | torch.utils.data.Sampler):
            vars(made)[name] = private_copy(value, memo)
    return made


def _copied_loader(loader: Any) -> Any:
    made = copy.copy(loader)
    own, memo = vars(made), {id(loader.dataset): loader.dataset}
    own.update(_iterator=None, persistent_workers=False, pin_memory=False)
    own["sampler"] = private_copy(loader.sampler, memo) if loader.sampler is not None else None
    if loader.batch_sampler is not None:
        own["batch_sampler"] = private_copy(loader.batch_sampler, memo)
    if isinstance(loader.dataset, IterableDataset) and not loader.num_workers:
        own["dataset"] = private_copy(loader.dataset, {})
    return made


def _with_indices(loader: Any, name: str, indices: list[Any]) -> Any:
    """Return a copy of a DataLoader that takes these indices only, with no more workers than needed."""
    made = copy.copy(loader)
    vars(made).update({name: indices, "num_workers": min(loader.num_workers, len(indices))})
    return made


def _same_indices(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same_indices, one, other))
    try:
        return bool(np.array_equal(one, other))
    except Exception:
        return False
