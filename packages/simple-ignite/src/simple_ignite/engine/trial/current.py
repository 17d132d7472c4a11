"""The current trial, which limits runs: a smoke run, or overfitting to a few batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

__all__ = ["CurrentTrial", "Goal", "activated", "current_trial", "in_smoke_run"]

Goal: TypeAlias = "tuple[int | None, int | None, int | None]"
"""max_epochs, max_iterations and epoch_length, as given to `run`."""


class CurrentTrial(Protocol):
    """What a run uses of the trial that limits it.

    Attributes:
        smoke: Whether it is a smoke run, which saves and tracks nothing.
    """

    smoke: bool

    def limits(self, engine: Any, data: Any, goal: Goal) -> tuple[Any, Goal]:
        """Return the data and the goal of a run, limited."""
        ...

    def limited(self, data: Any) -> Any:
        """Return the first batches of data."""
        ...


_current: ContextVar[CurrentTrial | None] = ContextVar("simple_ignite_trial", default=None)


@contextmanager
def activated(trial: CurrentTrial) -> Iterator[None]:
    """Within the block, runs in this thread are limited."""
    token = _current.set(trial)
    try:
        yield
    finally:
        _current.reset(token)


def current_trial() -> CurrentTrial | None:
    """Return the trial that limits runs in this thread, or None."""
    return _current.get()


def in_smoke_run() -> bool:
    """Return whether a smoke run is under way in this thread, which saves and tracks nothing."""
    trial = _current.get()
    return trial is not None and trial.smoke
