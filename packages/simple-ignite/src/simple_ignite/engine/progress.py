"""The course: how far a run has come, and how far it is to go."""

from __future__ import annotations

import sys
from typing import Any

from simple_ignite.distributed.collective import is_distributed
from simple_ignite.engine.batches import Feed
from simple_ignite.engine.state import State
from simple_ignite.errors import DataExhaustedError, RunError

__all__ = ["Course", "may_be_empty"]


class Course:
    """How far a run has come, and how far it is to go.

    Attributes:
        epochs: How many epochs have been completed.
        open: Whether an epoch has begun and is not yet completed.
        reached: Whether the last run came to its end.
        loaded: Whether the position was loaded rather than reached by this engine.
        chosen: Whether the epoch length was given rather than taken from the data.
    """

    __slots__ = ("chosen", "epochs", "loaded", "open", "reached")

    def __init__(self) -> None:
        self.loaded = False
        self.chosen = False
        self.begin_anew()

    def begin_anew(self) -> None:
        """Go back to before the first epoch."""
        self.epochs = 0
        self.open = False
        self.reached = False

    def aim(self, state: State, max_epochs: int | None, max_iterations: int | None, restart: bool) -> bool:
        """Set the goal of the coming run.

        Returns:
            Whether training begins anew rather than goes on where it stands.

        Raises:
            RunError: If both goals are given, or one is not a whole number from 1.
        """
        if max_epochs is not None and max_iterations is not None:
            raise RunError("give max_epochs or max_iterations, not both", argument="max_iterations")
        if max_epochs is not None or max_iterations is not None:
            state.max_epochs = _natural("max_epochs", max_epochs)
            state.max_iterations = _natural("max_iterations", max_iterations)
        elif state.max_epochs is None and state.max_iterations is None:
            state.max_epochs = 1
        return restart or (self.reached and not self.loaded and self.finished(state))

    def fit(self, state: State, feed: Feed, epoch_length: int | None) -> None:
        """Settle the length of an epoch: as given, else as the data say, else as they turn out.

        Raises:
            RunError: If it is not a whole number from 1, or if there are no data and nothing says when to
                stop.
        """
        given = _natural("epoch_length", epoch_length)
        if given is not None:
            self.chosen = given != feed.length
            state.epoch_length = given
        elif not (self.chosen and (self.open or self.epochs)):
            self.chosen = False
            state.epoch_length = feed.length
            if feed.length == 0 and not may_be_empty(state):
                raise DataExhaustedError("the data hold no batch: their length is 0", done=0, wanted=None)
        if feed.data is None and state.epoch_length is None and state.max_iterations is None:
            raise RunError("a run without data needs epoch_length or max_iterations", argument="epoch_length")

    def finished(self, state: State) -> bool:
        """Return whether the goal is reached."""
        if self.open:
            return False
        if state.max_epochs is not None:
            return self.epochs >= state.max_epochs
        return state.iteration >= (state.max_iterations or 0)

    def wanted(self, state: State, feed: Feed) -> int:
        """Return how many iterations are left to do in this epoch; a huge number if its length is open."""
        left = sys.maxsize
        if state.epoch_length is not None and (self.chosen or feed.length is not None):
            left = state.epoch_length - state.epoch_iteration
        if state.max_iterations is not None:
            left = min(left, state.max_iterations - state.iteration)
        return left

    def done(self, state: State) -> str:
        """Return in words that the goal is reached, and how to go on."""
        if state.max_epochs is not None:
            reached, goal = f"{self.epochs} of {state.max_epochs} epochs", "max_epochs"
        else:
            reached, goal = f"{state.iteration} of {state.max_iterations} iterations", "max_iterations"
        return f"{reached} are done; raise {goal} to go on, or begin anew with run(..., restart=True)"

    def goal(self, state: State) -> str:
        """Return in words how many iterations have been done of how many."""
        total = state.max_iterations
        if total is None and state.max_epochs is not None and state.epoch_length is not None:
            total = state.max_epochs * state.epoch_length
        return f"{state.iteration} of {total if total is not None else 'an unknown number of'} iterations"


def may_be_empty(state: State) -> bool:
    """Return whether an epoch may pass without a batch: on a rank that has no data while others have."""
    return state.max_epochs is not None and is_distributed()


def _natural(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        plain = isinstance(value, int | float | str)
        got = repr(value) if plain else f"a {type(value).__name__}; the data come first: run(data, {name}=3)"
        raise RunError(f"{name} must be a whole number from 1, not {got}", argument=name)
    return value
