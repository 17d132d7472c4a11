"""Failure: what an exception that ends a run is told, and the handlers that it is passed to."""

from __future__ import annotations

import signal

from simple_ignite.engine.control import FETCH, STEP
from simple_ignite.engine.dispatch import HandlerTable
from simple_ignite.engine.events import Events
from simple_ignite.engine.signature import name_of
from simple_ignite.engine.state import HasState, State
from simple_ignite.errors import Preempted

__all__ = ["add_position", "notify_error_handlers", "preempted"]


def add_position(error: BaseException, name: str, state: State, table: HandlerTable) -> None:
    """Add the position of the engine called `name` to an exception, as a note."""
    control = table.control
    if control.failed is not None:
        event, handler = control.failed
        where = f"in handler {handler} of {event}"
    elif control.phase == STEP:
        where = "in the step"
    elif control.phase == FETCH:
        where = "fetching a batch"
    else:
        where = "between events"
    error.add_note(f"engine {name}: epoch {state.epoch_label}, iteration {state.iteration}, {where}")


def notify_error_handlers(error: BaseException, engine: HasState, table: HandlerTable) -> bool:
    """Call every EXCEPTION_RAISED handler once.

    If a handler raises another exception, that becomes a note, and the other handlers are still called.

    Returns:
        Whether the error is handled: it is an `Exception`, and a handler returned True.
    """
    handled = False
    for handler, call in table.listeners(Events.EXCEPTION_RAISED, engine):
        try:
            handled |= call(engine, error) is True
        except Exception as other:
            if other is not error:
                error.add_note(
                    f"handler {name_of(handler)} of EXCEPTION_RAISED raised {type(other).__name__}: {other}"
                )
    return handled and isinstance(error, Exception)


def preempted(number: int, name: str, state: State) -> Preempted:
    """Return the exception for a run of the engine called `name` that the signal `number` ended."""
    which = signal.Signals(number).name
    where = f"in epoch {state.epoch_label}, after iteration {state.iteration}"
    return Preempted(f"engine {name}: ended by {which} {where}", signal=which, code=128 + number)
