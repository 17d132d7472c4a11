"""The state of a loader and its parts, as they report it themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch

from simple_ignite.protocols import Stateful

__all__ = ["LoaderState"]

PARTS = ("sampler", "batch_sampler", "dataset")


class LoaderState:
    """The states of a loader, its samplers and its dataset: of those that have `state_dict`.

    Args:
        loader: The data.
    """

    def __init__(self, loader: Any) -> None:
        owners = [loader, *(getattr(loader, name, None) for name in PARTS)]
        self._saved = [
            (owner, copy.deepcopy(owner.state_dict()))
            for owner in owners
            if isinstance(owner, Stateful) and not isinstance(owner, type)
        ]

    def restore(self) -> None:
        """Load the states that have changed."""
        for owner, saved in self._saved:
            if not _equal(owner.state_dict(), saved):
                owner.load_state_dict(saved)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    try:
        return bool(one == other)
    except Exception:
        return False
