"""EngineParts: what the loop, a run and a saved state use of an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.dispatch import HandlerTable
from simple_ignite.engine.progress import Progress
from simple_ignite.engine.state import State

__all__ = ["EngineParts"]


class EngineParts(Protocol):
    """The parts of an engine that its other modules work on.

    Attributes:
        step: Called with the engine and each batch.
        state: The public state.
        table: The handlers by event, and the control flags.
        progress: The completed epochs and the goal.
        batches: The source of batches of the current or last run; None before the first.
    """

    step: Callable[[Any, Any], Any]
    state: State
    table: HandlerTable
    progress: Progress
    batches: BatchSource | None

    def set_data(self, data: Any) -> None:
        """Continue with other data."""
        ...

    @property
    def name(self) -> str:
        """The engine's name in messages."""
        ...
