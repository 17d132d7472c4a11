"""Score: the number by which models are compared."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.engine.signature import adapt_getter
from simple_ignite.errors import HandlerError

__all__ = ["Score", "as_number", "step_reader"]


class Score:
    """Returns the score of an engine.

    Args:
        source: A function of the engine, of nothing, or, as in Ignite, of (engine, event), or the name of one
            of its metrics; with a minus before the name (`"-loss"`), less is better.
        owner: The handler whose event is passed to such a function; None for COMPLETED.
    """

    def __init__(self, source: Callable[..., Any] | str, owner: object = None) -> None:
        self._source = (
            source
            if isinstance(source, str)
            else adapt_getter(source, _event_reader(owner, Events.COMPLETED))
        )

    @property
    def label(self) -> str:
        """The name of the metric, else `score`."""
        return self._source if isinstance(self._source, str) else "score"

    def __call__(self, engine: Engine) -> Any:
        """Return the score of `engine`.

        Raises:
            HandlerError: If the engine has no metric of that name.
        """
        if not isinstance(self._source, str):
            return self._source(engine)
        name = self._source.removeprefix("-")
        try:
            value = engine.state.metrics[name]
        except KeyError:
            known = ", ".join(map(repr, engine.state.metrics)) or "none yet"
            message = f"engine {engine.name} has no metric {name!r}; it has {known}"
            raise HandlerError(message, handler="score") from None
        return -value if self._source.startswith("-") else value


def as_number(value: Any) -> float:
    """Return a score as a float.

    Raises:
        HandlerError: If it is not one number.
    """
    try:
        return float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError, RuntimeError):
        raise HandlerError(f"a score must be one number, not {value!r}", handler="score") from None


def step_reader(
    source: Callable[..., int] | Engine | str | None, owner: object = None
) -> Callable[[Engine], int]:
    """Return a function that returns the global step for the engine that a handler is called with.

    Args:
        source: A function of that engine, of nothing, or, as in Ignite, of (engine, event); another engine,
            for its iteration; the name of a number on the engine's state, such as "optimizer_steps"; None for
            the iteration of the engine itself.
        owner: The handler whose event is passed to a function of (engine, event); None for
            ITERATION_COMPLETED.
    """
    if isinstance(source, str):
        name = source
        return lambda engine: int(getattr(engine.state, name))
    if source is None:
        return lambda engine: engine.state.iteration
    if isinstance(source, Engine):
        held = weakref.ref(source)
        return lambda engine: (held() or engine).state.iteration
    return adapt_getter(source, _event_reader(owner, Events.ITERATION_COMPLETED))


def _event_reader(owner: object, default: Events) -> Callable[[Engine], object]:
    """Return a function that returns the event at which a handler is being called; it is not kept alive."""
    held = None if owner is None else weakref.ref(owner)

    def read(engine: Engine) -> object:
        handler = None if held is None else held()
        found = None if handler is None else engine.table.event_of(handler, engine.state)
        return default if found is None else found

    return read
