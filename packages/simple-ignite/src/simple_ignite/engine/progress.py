"""Progress: how many epochs of a run are completed, and when it is finished."""

from __future__ import annotations

import sys
import warnings

from simple_ignite.distributed.collective import is_distributed
from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.state import State
from simple_ignite.errors import DataExhaustedError, IgniteWarning, RunError

__all__ = ["Progress", "may_be_empty"]


class Progress:
    """How many epochs of a run are completed, and when it is finished.

    Attributes:
        epochs: How many epochs have been completed.
        in_epoch: Whether an epoch has begun and is not yet completed.
        ended: Whether the last run reached its goal.
        loaded: Whether the position was loaded rather than reached by this engine.
        sought: Whether a state to continue from was looked for, and there was none.
        failed: Whether the last run ended by an exception.
        nested: Whether the last run was started within a run of another engine.
        single: Whether each run is complete in itself, as an evaluation is, so that a finished one that is
            loaded begins anew.
        counts_steps: Whether the steps of the optimizer are counted; not in training that 0.3.0 began.
        data_ended: Whether the data of the current epoch has ended, and only its completion is left.
        own_length: Whether the epoch length was given, and is not the length of the data.
    """

    __slots__ = (
        "counts_steps",
        "data_ended",
        "ended",
        "epochs",
        "failed",
        "in_epoch",
        "loaded",
        "nested",
        "own_length",
        "single",
        "sought",
    )

    def __init__(self) -> None:
        self.own_length = False
        self.nested = False
        self.single = False
        self.reset()

    def reset(self) -> None:
        """Go back to before the first epoch."""
        self.epochs = 0
        self.in_epoch = False
        self.ended = False
        self.loaded = False
        self.sought = False
        self.failed = False
        self.data_ended = False
        self.counts_steps = True

    def set_goal(
        self, state: State, max_epochs: int | None, max_iterations: int | None, restart: bool | None
    ) -> bool:
        """Set when the coming run is finished.

        Args:
            state: The engine's state, which gets the goal.
            max_epochs: As given to `run`.
            max_iterations: As given to `run`.
            restart: As given to `run`.

        Returns:
            Whether training begins anew rather than continues.

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
        if self.failed and restart is None:
            return True
        return bool(restart) or (self.ended and not self.loaded and self.finished(state))

    def set_epoch_length(self, state: State, batches: BatchSource, epoch_length: int | None) -> None:
        """Set the length of an epoch: the given one, or that of the data, which may be unknown.

        Raises:
            RunError: If it is not a whole number from 1, or if there is no data and nothing says when to
                stop.
            DataExhaustedError: If the data is empty.
        """
        given = _natural("epoch_length", epoch_length)
        if given is not None:
            self.own_length = given != batches.length
            state.epoch_length = given
        elif not (self.own_length and (self.in_epoch or self.epochs)):
            self.own_length = False
            if self.loaded and (batches.length or sys.maxsize) < (state.epoch_length or 0):
                message = (
                    f"the data has {batches.length} batches, fewer than the {state.epoch_length} an epoch had"
                )
                warnings.warn(f"{message} when the state was saved", IgniteWarning, stacklevel=5)
            state.epoch_length = batches.length
            if batches.length == 0 and not may_be_empty(state):
                raise DataExhaustedError("the data is empty: its length is 0", done=0, wanted=None)
        if batches.data is None and state.epoch_length is None and state.max_iterations is None:
            raise RunError("a run without data needs epoch_length or max_iterations", argument="epoch_length")

    def finished(self, state: State) -> bool:
        """Return whether the goal is reached."""
        if self.in_epoch:
            return False
        if state.max_epochs is not None:
            return self.epochs >= state.max_epochs
        return state.iteration >= (state.max_iterations or 0)

    def remaining(self, state: State, batches: BatchSource) -> int:
        """Return how many iterations are left in this epoch; a huge number if its length is unknown."""
        left = sys.maxsize
        if state.epoch_length is not None and (self.own_length or batches.length is not None):
            left = state.epoch_length - state.epoch_iteration
        if state.max_iterations is not None:
            left = min(left, state.max_iterations - state.iteration)
        return left

    def done_message(self, state: State) -> str:
        """Return the message that the goal is already reached, and how to continue."""
        if state.max_epochs is not None:
            reached, goal = f"{self.epochs} of {state.max_epochs} epochs", "max_epochs"
        else:
            reached, goal = f"{state.iteration} of {state.max_iterations} iterations", "max_iterations"
        return f"{reached} are done; raise {goal} to continue, or start over with run(..., restart=True)"

    def iterations_message(self, state: State) -> str:
        """Return how many iterations have been done of how many, in words."""
        total = state.max_iterations
        if total is None and state.max_epochs is not None and state.epoch_length is not None:
            total = state.max_epochs * state.epoch_length
        return f"{state.iteration} of {total if total is not None else 'an unknown number of'} iterations"


def may_be_empty(state: State) -> bool:
    """Return whether an epoch may have no batch, as on a rank that has no data while others have."""
    return state.max_epochs is not None and is_distributed()


def _natural(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        plain = isinstance(value, int | float | str)
        got = repr(value) if plain else f"a {type(value).__name__}; the data come first: run(data, {name}=3)"
        raise RunError(f"{name} must be a whole number from 1, not {got}", argument=name)
    return value
