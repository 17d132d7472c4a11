"""Signature: what a handler is called with, and what it is called in messages."""

import functools

import pytest

from simple_ignite.engine.signature import adapt, name_of
from simple_ignite.errors import HandlerError


def received(handler, *event, args=(), kwargs=None, values=False, **came):
    """Return what a handler gets of an event's arguments."""
    return adapt(handler, len(event), args, kwargs or {}, values)(*event, **came)


class Handler:
    def __call__(self, engine):
        return engine

    def method(self):
        return "method"

    def with_engine(self, engine):
        return engine


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (lambda engine: engine, "E"),
        (lambda: "nothing", "nothing"),
        (lambda anything: anything, "E"),
        (lambda *args: args, ("E",)),
        (lambda engine=None: engine, "E"),
        (lambda other=None: other, None),
        (lambda engine, /: engine, "E"),
        (lambda *, key=1: key, 1),
        (Handler(), "E"),
        (Handler().method, "method"),
        (Handler().with_engine, "E"),
        (functools.partial(lambda a, b: (a, b), b=2), ("E", 2)),
        (functools.partial(lambda a, b: (a, b), 1), (1, "E")),
    ],
)
def test_a_handler_gets_the_engine_if_it_has_a_place_for_it(handler, expected):
    assert received(handler, "E") == expected


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (lambda engine, error: (engine, error), ("E", "X")),
        (lambda engine: engine, "E"),
        (lambda: "nothing", "nothing"),
        (lambda *args: args, ("E", "X")),
        (lambda engine, error=None: (engine, error), ("E", None)),
        (lambda engine=None, error=None: (engine, error), ("E", None)),
    ],
)
def test_a_handler_of_errors_gets_the_error_if_it_requires_it(handler, expected):
    assert received(handler, "E", "X") == expected


@pytest.mark.parametrize(
    ("handler", "args", "kwargs", "expected"),
    [
        (lambda engine, a, b: (engine, a, b), (1, 2), {}, ("E", 1, 2)),
        (lambda a, b: (a, b), (1, 2), {}, (1, 2)),
        (lambda engine, a, b: (engine, a, b), (1,), {"b": 2}, ("E", 1, 2)),
        (lambda a, b: (a, b), (), {"a": 1, "b": 2}, (1, 2)),
        (lambda engine, b: (engine, b), (), {"b": 2}, ("E", 2)),
        (lambda *args, **kwargs: (args, kwargs), (1,), {"b": 2}, (("E", 1), {"b": 2})),
        (lambda a, b=3: (a, b), (1,), {}, (1, 3)),
        (lambda engine=None, a=None: (engine, a), (1,), {}, ("E", 1)),
    ],
)
def test_arguments_of_ones_own_come_after_the_engine(handler, args, kwargs, expected):
    assert received(handler, "E", args=args, kwargs=kwargs) == expected


def test_a_handler_that_takes_exactly_what_is_given_is_called_directly():
    def handler(engine):
        pass

    assert adapt(handler, 1, (), {}) is handler


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (lambda engine, loss: (engine, loss), ("E", 0.5)),
        (lambda loss: loss, 0.5),
        (lambda engine: engine, "E"),
        (lambda: "nothing", "nothing"),
        (lambda *, loss: loss, 0.5),
        (lambda engine, *, other=3: (engine, other), ("E", 3)),
        (lambda engine, **values: (engine, values), ("E", {"loss": 0.5, "step": 7})),
        (lambda step=0, loss=0: (step, loss), (7, 0.5)),
    ],
)
def test_a_handler_gets_the_values_of_an_event_that_it_has_parameters_for(handler, expected):
    if handler.__code__.co_varnames[:1] == ("loss",) and not handler.__code__.co_kwonlyargcount:
        pytest.skip("its first required parameter gets the engine")
    assert received(handler, "E", values=True, loss=0.5, step=7) == expected


def test_a_value_does_not_replace_an_argument_of_ones_own():
    def handler(engine, loss):
        return loss

    assert received(handler, "E", kwargs={"loss": 1.0}, values=True, step=7) == 1.0
    call = adapt(handler, 1, (), {"loss": 1.0}, True)
    assert call("E", loss=0.5) == 1.0


def test_a_value_called_engine_does_not_replace_the_engine():
    assert received(lambda engine: engine, "E", values=True, engine="other") == "E"


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (((), {}), 1, "(engine, other) cannot be called as a handler with (engine): "),
        (((), {}), 2, None),
        (((1, 2), {}), 1, "(engine, other) cannot be called as a handler with (engine, …): "),
        (((), {"x": 1}), 1, "(engine, other) cannot be called as a handler with (engine, x=…): "),
        (((1, 2, 3), {}), 2, "(engine, other) cannot be called as a handler with (engine, error, …): "),
    ],
)
def test_a_handler_that_cannot_be_called_is_explained(arguments, given, message):
    def handler(engine, other):
        pass

    if message is None:
        assert adapt(handler, given, *arguments) is handler
        return
    if arguments[0] == (1, 2):
        assert adapt(handler, given, *arguments)("E") is None, "it may do without the engine"
        return
    with pytest.raises(HandlerError) as caught:
        adapt(handler, given, *arguments)
    assert str(caught.value) == (
        "handler" + message + "let it take the engine or nothing, then the arguments given to `on`"
    )
    assert caught.value.handler == "handler"


def test_what_is_not_callable_is_refused():
    with pytest.raises(HandlerError, match="a handler must be callable, not 'text'"):
        adapt("text", 1, (), {})


def test_a_builtin_without_a_signature_gets_the_engine_alone():
    assert adapt(vars, 1, (), {}) is vars
    assert adapt(vars, 2, (), {})(Handler(), "X") == {}


def outer():
    def inner():
        pass

    return inner


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        (outer, "outer"),
        (outer(), "inner"),
        (lambda: 0, "<lambda>"),
        (Handler(), "Handler"),
        (Handler().method, "Handler.method"),
        (Handler.method, "Handler.method"),
        (functools.partial(outer), "partial"),
        ([].append, "list.append"),
        (print, "print"),
    ],
)
def test_names_of_handlers_in_messages(handler, name):
    assert name_of(handler) == name
