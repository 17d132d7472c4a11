"""The signature of a handler: which of an event's arguments it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from simple_ignite.errors import HandlerError

__all__ = ["Call", "adapt", "adapt_getter", "name_of"]

Call = Callable[..., Any]
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def name_of(handler: object) -> str:
    """Return the name of a handler or a step in messages."""
    owner = getattr(handler, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):  # builtin functions are bound to their module
        return f"{type(owner).__name__}.{getattr(handler, '__name__', '?')}"
    name = (
        getattr(handler, "__qualname__", None) or getattr(handler, "__name__", None) or type(handler).__name__
    )
    return str(name).rpartition("<locals>.")[2]


def adapt(
    handler: Call, given: int, args: tuple[Any, ...], kwargs: Mapping[str, Any], values: bool = False
) -> Call:
    """Return a function that takes an event's arguments and calls `handler` with those that it accepts.

    A handler gets the engine (and from EXCEPTION_RAISED the error) if it has required parameters for them,
    takes `*args`, or names its first parameter `engine`. So `scheduler.step(epoch=None)` is called without
    arguments.

    Args:
        handler: Any callable.
        given: How many positional arguments the event passes: 1 (the engine) or 2 (the engine, the error).
        args: Further positional arguments, after the event's.
        kwargs: Further keyword arguments.
        values: Whether the event may have named values; the handler gets those that it has parameters for.

    Raises:
        HandlerError: If `handler` is not callable, or cannot be called with these arguments.
    """
    if not callable(handler):
        raise HandlerError(f"a handler must be callable, not {handler!r}", handler=repr(handler))
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):  # some builtins have none
        taken, named = 1, None
    else:
        taken = _taken(
            handler, signature, given, args, kwargs, signature.bind_partial if values else signature.bind
        )
        named = _named(signature, kwargs) if values else None
    if named is None:
        return _fixed(handler, taken, given, args, kwargs)

    def call(*event: Any, **came: Any) -> Any:
        wanted = came if "**" in named else {k: v for k, v in came.items() if k in named}
        return handler(*event[:taken], *args, **kwargs, **wanted)

    return call


def adapt_getter(function: Call, event: Callable[[Any], object]) -> Call:
    """Return a function of the engine for one of nothing, the engine, or, as in Ignite, (engine, event).

    Args:
        function: Any callable.
        event: Returns what is passed as the event, for the engine.

    Raises:
        HandlerError: If `function` is not callable, or cannot be called in this way.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    required = [p for p in parameters if p.kind in POSITIONAL and p.default is p.empty]
    if len(required) == 2:
        return lambda engine: function(engine, event(engine))
    return adapt(function, 1, (), {})


def _fixed(handler: Call, taken: int, given: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
    if not args and not kwargs:
        if taken == given:
            return handler
        if taken == 0:
            return lambda *_: handler()
    return lambda *event: handler(*event[:taken], *args, **kwargs)


def _taken(
    handler: Call,
    signature: inspect.Signature,
    given: int,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    bind: Call,
) -> int:
    """Return how many of the event's arguments `handler` takes."""
    parameters = list(signature.parameters.values())
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return given
    required = [
        p for p in parameters if p.kind in POSITIONAL and p.default is p.empty and p.name not in kwargs
    ]
    asks = bool(parameters) and parameters[0].kind in POSITIONAL and parameters[0].name == "engine"
    likely: int = max(min(given, len(required) - len(args)), int(asks), 0)
    counts: list[int] = [likely, *range(given, -1, -1)]
    for count in counts:
        try:
            bind(*(None,) * count, *args, **kwargs)
        except TypeError:
            continue
        return count
    offered = ", ".join(["engine", "error"][:given] + ["…"] * bool(args) + [f"{k}=…" for k in kwargs])
    raise HandlerError(
        f"{name_of(handler)}{signature} cannot be called as a handler with ({offered}): "
        "let it take the engine or nothing, then the arguments given to `on`",
        handler=name_of(handler),
    )


def _named(signature: inspect.Signature, kwargs: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that can be passed as keywords; "**" means any."""
    names = {
        "**" if p.kind is inspect.Parameter.VAR_KEYWORD else p.name
        for p in list(signature.parameters.values())
        if p.kind
        in (
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.VAR_KEYWORD,
        )
    }
    return frozenset(names - set(kwargs) - {"engine"})
