"""State: where a run is, and what it has in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["State"]


class State:
    """Where a run is, and what it has in hand. Add attributes of your own freely.

    Attributes of your own travel with `Engine.state_dict` if they are numbers, strings, booleans, tensors, or
    lists, tuples and dictionaries of these.

    Attributes:
        epoch: The current epoch, from 0.
        iteration: How many iterations have begun since training began: 1 in the first.
        max_epochs: How many epochs are to be done, or None.
        max_iterations: How many iterations are to be done, or None.
        epoch_length: Iterations in an epoch, or None while that is unknown.
        batch: What the data gave for this iteration; None between iterations.
        output: What the step returned; None between iterations.
        metrics: The metrics' values by name, as of the last completed epoch.
        dataloader: The data of this run.
        times: Seconds spent in this epoch on `data`, `step` and `handlers` (those of iterations), on the
            `epoch`, and in `total` since the run was started. Brought up to date before EPOCH_COMPLETED and
            COMPLETED.
        seed: The seed given to `run`, or None.
        stop_reason: Why the last run was terminated, as `terminate` was told; None if it was not, or nobody
            said.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self.iteration = 0
        self.epoch_begin = 0
        self.max_epochs: int | None = None
        self.max_iterations: int | None = None
        self.epoch_length: int | None = None
        self.batch: Any = None
        self.output: Any = None
        self.metrics: dict[str, Any] = {}
        self.dataloader: Any = None
        self.times: dict[str, float] = dict.fromkeys(("data", "step", "handlers", "epoch", "total"), 0.0)
        self.seed: int | None = None
        self.stop_reason: str | None = None

    @property
    def epoch_iteration(self) -> int:
        """How many iterations have begun in this epoch: 1 in the first."""
        return self.iteration - self.epoch_begin

    @property
    def epoch_label(self) -> str:
        """The current epoch as people count it, of how many: `[1/10]` in the first of ten."""
        return f"[{self.epoch + 1}]" if self.max_epochs is None else f"[{self.epoch + 1}/{self.max_epochs}]"

    if TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None:
            """Let a type checker know that any attribute may be added."""

    def __getattr__(self, name: str) -> Any:
        known = ", ".join(sorted([*vars(self), "epoch_iteration"]))
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


BUILT_IN = frozenset(vars(State()))
