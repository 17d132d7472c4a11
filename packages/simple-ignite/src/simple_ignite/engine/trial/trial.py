"""Trial: what limits the runs of a smoke run or of overfitting to a few batches."""

from __future__ import annotations

from typing import Any

from simple_ignite.engine.batches import BatchSource, is_iterable
from simple_ignite.engine.parts import EngineParts
from simple_ignite.engine.rng import RngState
from simple_ignite.engine.trial.current import Goal
from simple_ignite.engine.trial.first_batches import FirstBatches
from simple_ignite.errors import RunError

__all__ = ["EPOCHS", "Trial"]

EPOCHS = 2
"""Epochs of a smoke run, so that the second begin of an epoch is tried too."""


class Trial:
    """Limits an engine's run, and those within it, to the first batches of their data.

    Args:
        engine: The engine; those that run within its run get short epochs too.
        batches: How many batches of each data; a float is a part of their number.
        smoke: Whether it is a smoke run, which also limits epochs, and saves and tracks nothing.
    """

    def __init__(self, engine: EngineParts, batches: float, *, smoke: bool) -> None:
        self.batches = batches
        self.smoke = smoke
        self._generators: list[tuple[Any, RngState]] = []
        self._engine = engine
        self._limited: dict[int, FirstBatches] = {}

    def limits(self, engine: EngineParts, data: Any, goal: Goal) -> tuple[Any, Goal]:
        """Return the data and the goal of a run, limited.

        Args:
            engine: The engine that is run.
            data: As given to `run`.
            goal: max_epochs, max_iterations and epoch_length, as given to `run`.
        """
        epochs, iterations, length = goal
        if data is None and engine.batches is not None:
            data = engine.batches.data
        data = self.limited(data)
        if not self.smoke and engine is self._engine:
            return data, goal
        count = data.count if data is not None else max(int(self.batches), 1)
        if length is not None or data is None:
            length = _least(length, count)
        if not self.smoke:
            return data, (epochs, iterations, length)
        if iterations is not None or (epochs is None and engine.state.max_iterations is not None):
            return data, (epochs, _least(iterations or engine.state.max_iterations, EPOCHS * count), length)
        return data, (_least(epochs or engine.state.max_epochs or 1, EPOCHS), iterations, length)

    def limited(self, data: Any) -> Any:
        """Return the first batches of data, the same object for the same data."""
        if data is None or isinstance(data, FirstBatches) or not is_iterable(data):
            return data
        if id(data) not in self._limited:
            self._generators.append((data, RngState(data)))
            self._limited[id(data)] = FirstBatches(data, self._count(data), kept=not self.smoke)
        return self._limited[id(data)]

    def restore_generators(self) -> None:
        """Set the random generators of all data that were limited back."""
        for data, state in self._generators:
            state.restore_loader(data)

    def _count(self, data: Any) -> int:
        if isinstance(self.batches, int):
            return self.batches
        length = BatchSource(data).length
        if length is None:
            message = f"overfit_batches={self.batches} is a part of the data, whose length is unknown"
            raise RunError(f"{message}; give a number of batches", argument="overfit_batches")
        return max(round(length * self.batches), 1)


def _least(value: int | None, limit: int) -> int | None:
    """Return the lesser of both; what is not a number is returned as it is, for `run` to refuse."""
    if value is None:
        return limit
    return min(value, limit) if isinstance(value, int) and not isinstance(value, bool) else value
