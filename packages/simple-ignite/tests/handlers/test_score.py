"""Score: metrics by name and functions; steps of other engines."""

import gc

import numpy as np
import pytest
import torch

from simple_ignite import Engine
from simple_ignite.errors import HandlerError
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
