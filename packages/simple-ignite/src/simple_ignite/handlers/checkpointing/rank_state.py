"""States by rank: an engine's position is common to all ranks, its RNG states are each rank's own."""

from __future__ import annotations

from typing import Any, TypeVar

import torch.distributed as dist

from simple_ignite.distributed.collective import is_distributed, rank

__all__ = ["broadcast", "gather_states", "own_state"]

RANKS = "ranks"
T = TypeVar("T")


def gather_states(state: dict[str, Any]) -> dict[str, Any]:
    """Return the states of all ranks as one; without other ranks, `state` itself. Every rank must call it."""
    if not is_distributed():
        return state
    states: list[dict[str, Any] | None] = [None] * dist.get_world_size()
    dist.all_gather_object(states, state)
    return {RANKS: states}


def own_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return this rank's part of what `gather_states` returned.

    If there are more ranks than were saved, several get the same part.
    """
    if RANKS not in state:
        return state
    states = state[RANKS]
    return dict(states[rank() % len(states)])


def broadcast(value: T) -> T:
    """Return the value of the first rank; without other ranks, `value` itself. Every rank must call it."""
    if not is_distributed():
        return value
    values = [value]
    dist.broadcast_object_list(values, 0)
    return values[0]
