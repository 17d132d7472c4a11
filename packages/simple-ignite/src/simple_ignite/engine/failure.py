"""Failure: what an exception says about where it happened, and who is told."""

from __future__ import annotations

from typing import Any

from simple_ignite.engine.dispatch import HandlerTable
from simple_ignite.engine.events import Events
from simple_ignite.engine.loop import FETCH, STEP
from simple_ignite.engine.signature import name_of
from simple_ignite.engine.state import State

__all__ = ["annotate", "tell"]


def annotate(error: BaseException, name: str, state: State, table: HandlerTable) -> None:
    """Add the position of the engine called `name` to an exception, as a note."""
    control = table.control
    if control.failed is not None:
        event, handler = control.failed
        place = f"in handler {handler} of {event}"
    elif control.phase == STEP:
        place = "in the step"
    elif control.phase == FETCH:
        place = "fetching a batch"
    else:
        place = "between events"
    error.add_note(f"engine {name}: epoch {state.epoch_label}, iteration {state.iteration}, {place}")


def tell(error: BaseException, engine: Any, table: HandlerTable) -> bool:
    """Call every EXCEPTION_RAISED handler once.

    A handler that raises something else does not keep the others from running; what it raised becomes a note.

    Returns:
        Whether the error is settled: a handler returned True, and the error is one that may be settled.
    """
    settled = False
    for handler, call in table.listeners(Events.EXCEPTION_RAISED, engine):
        try:
            settled |= call(engine, error) is True
        except Exception as other:
            if other is not error:
                error.add_note(
                    f"handler {name_of(handler)} of EXCEPTION_RAISED raised {type(other).__name__}: {other}"
                )
    return settled and isinstance(error, Exception)
