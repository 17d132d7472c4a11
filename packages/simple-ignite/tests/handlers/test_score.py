"""Score: metrics by name and functions; steps of other engines."""

import functools
import gc

import numpy as np
import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import Checkpoint, EarlyStopping, TrackingHandler
from simple_ignite.handlers.score import Score, as_number, step_reader


def engine(iteration=0, **metrics):
    made = Engine(print)
    made.state.iteration = iteration
    made.state.metrics.update(metrics)
    return made


@pytest.mark.parametrize(
    ("source", "value", "label"),
    [
        ("acc", 0.5, "acc"),
        ("-acc", -0.5, "-acc"),
        (lambda engine: engine.state.metrics["acc"] * 2, 1.0, "score"),
        (lambda: 7, 7, "score"),
    ],
)
def test_a_score_is_a_metric_or_what_a_function_returns(source, value, label):
    score = Score(source)
    assert (score(engine(acc=0.5)), score.label) == (value, label)


@pytest.mark.parametrize(("metrics", "known"), [({}, "none yet"), ({"acc": 1, "loss": 2}, "'acc', 'loss'")])
def test_a_metric_that_is_missing_is_named_with_those_there_are(metrics, known):
    with pytest.raises(HandlerError) as caught:
        Score("-f1")(engine(**metrics))
    assert str(caught.value) == f"engine print has no metric 'f1'; it has {known}"
    assert caught.value.handler == "score"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (0.5, 0.5),
        (torch.tensor([2.0], requires_grad=True), 2.0),
        (np.float32(0.25), 0.25),
        ("3", 3.0),
    ],
)
def test_numbers(value, number):
    assert (as_number(value), type(as_number(value))) == (number, float)


@pytest.mark.parametrize("value", [None, "high", torch.ones(2), [1]])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(HandlerError, match="a score must be one number, not "):
        as_number(value)


def test_steps_are_those_of_the_engine_another_engine_or_a_function():
    this, other = engine(3), engine(8)
    assert step_reader(None)(this) == 3
    assert step_reader(other)(this) == 8
    assert step_reader(lambda engine: engine.state.iteration + 1)(this) == 4
    assert step_reader(lambda: 11)(this) == 11


def test_another_engine_is_not_kept_alive():
    this, other = engine(3), engine(8)
    read = step_reader(other)
    del other
    gc.collect()
    assert read(this) == 3


@pytest.mark.parametrize("kind", ["checkpoint", "tracking", "stopping"])
def test_a_function_of_engine_and_event_gets_the_event_at_which_its_handler_is_called(kind, tmp_path):
    made, seen = Engine(lambda engine, batch: 1.0), []

    def read(engine, event):
        seen.append((engine is made, event))
        return engine.state.iteration

    handler = {
        "checkpoint": lambda: Checkpoint({"x": 1}, tmp_path, global_step_transform=read),
        "tracking": lambda: TrackingHandler(
            Printer(), output_transform=lambda x: 1, global_step_transform=read
        ),
        "stopping": lambda: EarlyStopping(9, read, made),
    }[kind]()
    made.on(Events.EPOCH_COMPLETED(every=2) | Events.ITERATION_COMPLETED(every=2), handler)
    made.run(range(3), max_epochs=2)
    order = [Events.ITERATION_COMPLETED, Events.ITERATION_COMPLETED, Events.ITERATION_COMPLETED]
    assert [event for _, event in seen] == [*order, Events.EPOCH_COMPLETED]
    assert all(own for own, _ in seen)


@pytest.mark.parametrize(
    "function",
    [
        lambda engine, event: event,
        functools.partial(lambda offset, engine, event: event, 3),
        lambda engine, event, more=1: event,
    ],
)
def test_forms_of_a_function_of_engine_and_event(function):
    assert Score(function)(engine(3)) is Events.COMPLETED
    assert step_reader(function)(engine(3)) is Events.ITERATION_COMPLETED


class Printer:
    def log(self, values, *, step):
        assert step > 0
