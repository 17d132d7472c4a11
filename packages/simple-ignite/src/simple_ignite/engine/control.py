"""Control: how the engine, its handlers and the loop signal each other."""

from __future__ import annotations

from simple_ignite.engine.events import Event

__all__ = [
    "AFTER",
    "BEFORE",
    "CHANGED",
    "END_EPOCH",
    "FETCH",
    "INTERRUPT",
    "STEP",
    "STOP",
    "TERMINATE",
    "Control",
]

CHANGED, END_EPOCH, INTERRUPT, TERMINATE = 1, 2, 4, 8
"""Signals, as bits: the handlers have changed; end the epoch; pause the run; end the run."""
STOP = INTERRUPT | TERMINATE
FETCH, BEFORE, STEP, AFTER = "fetch", "before", "step", "after"
"""Phases of an iteration: fetching the batch, handlers before the step, the step, handlers after it."""


class Control:
    """Signals and position that the loop shares with the engine and its handlers.

    Attributes:
        signal: The signals raised since the loop last looked, as bits; 0 if there are none.
        preempted: Whether the run was asked to end by a signal of the operating system.
        failing: Whether the run was terminated because its state may be broken.
        ahead: Whether a batch has been fetched whose iteration has not begun.
        done: How many iterations have completed their step since training began.
        phase: The phase of the loop when an exception left it.
        failed: The event and the name of the handler that raised the exception.
    """

    __slots__ = ("ahead", "done", "failed", "failing", "phase", "preempted", "signal")

    def __init__(self) -> None:
        self.done = 0
        self.begin_run()

    def begin_run(self) -> None:
        """Clear all that a previous run has left, except its position."""
        self.signal = 0
        self.preempted = False
        self.failing = False
        self.ahead = False
        self.phase = ""
        self.failed: tuple[Event, str] | None = None
