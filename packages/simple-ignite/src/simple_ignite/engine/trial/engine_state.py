"""EngineState: what a run changes in an engine and its handlers."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

import numpy as np
import torch

from simple_ignite.engine.dispatch import EPOCHS, ITERATIONS, UPCOMING, Entry, HandlerTable
from simple_ignite.engine.events import EventFilter, Events
from simple_ignite.stopwatch import Stopwatch

__all__ = ["EngineState"]

NOT_COPIED = frozenset({"batch", "output", "dataloader"})


class EngineState:
    """The state of an engine before a smoke run, which begins without anything that was loaded.

    Args:
        engine: The engine.
    """

    def __init__(self, engine: Any) -> None:
        state, resume, companions = engine.state, engine.resume_state, engine.companions
        self._engine = engine
        self._measured = None if resume.metrics is None else resume.metrics.state_dict()
        self._undo = resume.undo(engine)
        self._slots = [
            (one, name, getattr(one, name))
            for one in (companions, engine.table.control)
            for name in type(one).__slots__
            if name != "__weakref__"
        ]
        self._entries = Filters(engine.table)
        vars(state).update({k: _copied(v) for k, v in vars(state).items() if k not in NOT_COPIED})
        resume.begin_trial()
        companions.begin_trial()
        engine.begin_anew()

    def widen(self, epochs: int, iterations: int) -> None:
        """Let handlers run that their filters would leave out of a smoke run.

        Args:
            epochs: How many epochs there will be.
            iterations: How many iterations there will be.
        """
        self._entries.widen(epochs, iterations)

    def restore(self) -> None:
        """Set the engine and its handlers back."""
        engine = self._engine
        self._entries.restore()
        self._undo()
        for one, name, value in self._slots:
            setattr(one, name, value)
        if self._measured is not None:
            engine.resume_state.metrics.load_state_dict(self._measured)


class Filters:
    """The handlers of a table, and the filters that they have."""

    def __init__(self, table: HandlerTable) -> None:
        self._table = table
        self._before = table.entries()
        self._filters = [(one, one.filters) for entries in self._before.values() for one in entries]

    def widen(self, epochs: int, iterations: int) -> None:
        """Have each handler that no occurrence would call be called by the last one."""
        for event, entries in self._before.items():
            last = epochs if event in EPOCHS else iterations if event in ITERATIONS + UPCOMING else 1
            for entry in entries:
                if not _is_due(entry, last):
                    once = last if event is not Events.OPTIMIZER_STEP else 1
                    entry.filters = (
                        *entry.filters,
                        *(EventFilter(event, once=once, when=one.when) for one in entry.filters),
                    )

    def restore(self) -> None:
        """Set handlers and filters back."""
        for entry, filters in self._filters:
            entry.filters, entry.alive = filters, True
        self._table.set_entries(self._before)


def _is_due(entry: Entry, last: int) -> bool:
    return any(one.next_after(0) <= last for one in entry.filters)


def _copied(value: Any) -> Any:
    """Return a copy of a container, tensor or array, with those in it; any other value as it is."""
    if isinstance(value, torch.Tensor):
        return value if value.requires_grad else value.clone()
    if isinstance(value, np.ndarray | set | deque | Stopwatch):
        return copy.copy(value)
    if isinstance(value, list | dict):
        made = copy.copy(value)
        for key, one in list(enumerate(made) if isinstance(made, list) else made.items()):
            made[key] = _copied(one)
        return made
    return value
