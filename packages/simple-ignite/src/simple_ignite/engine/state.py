"""State: the position of a run, its current batch and output, and its metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from simple_ignite.stopwatch import Stopwatch

__all__ = ["BUILT_IN", "HasState", "State"]


class State:
    """The position of a run, its current batch and output, and its metrics.

    You may add attributes. Numbers, strings, tensors, arrays, and the standard containers of these are saved
    by `Engine.state_dict`; it warns of others.

    Attributes:
        epoch: The current epoch, from 0.
        iteration: How many iterations have begun since training began: 1 in the first.
        epoch_begin: The value of `iteration` when the current epoch began.
        max_epochs: How many epochs to run, or None.
        max_iterations: How many iterations to run, or None.
        epoch_length: Iterations in an epoch, or None while that is unknown.
        optimizer_steps: How many steps the optimizer has made since training began, as far as they are
            reported: by the supervised steps, `OptimizerStep` and `optimizer_step`.
        batch: The batch of this iteration; None between iterations.
        output: What the step returned; None between iterations.
        metrics: The metrics' values by name, as of the last completed epoch.
        dataloader: The data of this run.
        stopwatch: Measures `times`.
        seed: The seed given to `run`, or None.
        stop_reason: Why the last run was terminated, as given to `terminate`; None if it was not terminated
            or no reason was given.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self.iteration = 0
        self.epoch_begin = 0
        self.optimizer_steps = 0
        self.max_epochs: int | None = None
        self.max_iterations: int | None = None
        self.epoch_length: int | None = None
        self.batch: Any = None
        self.output: Any = None
        self.metrics: dict[str, Any] = {}
        self.dataloader: Any = None
        self.stopwatch = Stopwatch()
        self.seed: int | None = None
        self.stop_reason: str | None = None

    @property
    def epoch_iteration(self) -> int:
        """How many iterations have begun in this epoch: 1 in the first."""
        return self.iteration - self.epoch_begin

    @property
    def times(self) -> dict[str, float]:
        """Seconds spent on `data`, `step` and `handlers` of iterations in this epoch; `epoch`; `total`.

        They can be read at any time; a part counts as soon as it is done. `total` is since the run began.
        """
        return self.stopwatch.read()

    @property
    def epoch_label(self) -> str:
        """The current epoch counted from 1, and their number if it is known: `[1/10]` in the first of ten."""
        return f"[{self.epoch + 1}]" if self.max_epochs is None else f"[{self.epoch + 1}/{self.max_epochs}]"

    if TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None:
            """Tell type checkers that any attribute may be added."""

    def __getattr__(self, name: str) -> Any:
        if name == "stopwatch":  # of a state that an earlier version pickled
            self.stopwatch = Stopwatch()
            return self.stopwatch
        known = ", ".join(sorted([*(vars(self).keys() - {"stopwatch"}), "epoch_iteration", "times"]))
        raise AttributeError(f"State has no `{name}`; it has {known}", name=name, obj=self)

    def __repr__(self) -> str:
        shown = (
            "epoch",
            "iteration",
            "epoch_iteration",
            "max_epochs",
            "max_iterations",
            "epoch_length",
            "metrics",
        )
        return f"State({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


class HasState(Protocol):
    """Anything with a state: an engine, as its handlers and events see it."""

    @property
    def state(self) -> State:
        """The state."""
        ...


BUILT_IN = frozenset(vars(State())) | {"times"}
"""The names of the attributes that every state has."""
