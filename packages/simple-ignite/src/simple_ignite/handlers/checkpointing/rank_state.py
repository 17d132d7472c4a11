"""States by rank: an engine's position is common to all ranks, its randomness is each rank's own."""

from __future__ import annotations

from typing import Any

import torch.distributed as dist

from simple_ignite.distributed.collective import is_distributed, rank

__all__ = ["everybody_hears", "of_all_ranks", "of_this_rank"]

RANKS = "ranks"


def of_all_ranks(state: dict[str, Any]) -> dict[str, Any]:
    """Return the states of all ranks as one; of a process alone, its own. Every rank must call it."""
    if not is_distributed():
        return state
    states: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(states, state)
    return {RANKS: states}


def of_this_rank(state: dict[str, Any]) -> dict[str, Any]:
    """Return this rank's part of what `of_all_ranks` gave; more ranks than then share the parts."""
    if RANKS not in state:
        return state
    states = state[RANKS]
    return dict(states[rank() % len(states)])


def everybody_hears(value: Any) -> Any:
    """Return what the first rank says; of a process alone, what it says itself. Every rank must call it."""
    if not is_distributed():
        return value
    said = [value]
    dist.broadcast_object_list(said, 0)
    return said[0]
