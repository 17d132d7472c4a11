"""Progress: goals, the length of an epoch, and what is left to do."""

import sys

import pytest

from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.progress import Progress, may_be_empty
from simple_ignite.engine.state import State
from simple_ignite.errors import DataExhaustedError, RunError


def made(**attributes):
    progress, state = Progress(), State()
    for name, value in attributes.items():
        setattr(progress if name in Progress.__slots__ else state, name, value)
    return progress, state


@pytest.mark.parametrize(
    ("before", "given", "goal"),
    [
        ((None, None), (None, None), (1, None)),
        ((None, None), (3, None), (3, None)),
        ((None, None), (None, 5), (None, 5)),
        ((4, None), (None, None), (4, None)),
        ((None, 7), (None, None), (None, 7)),
        ((4, None), (None, 9), (None, 9)),
        ((None, 9), (2, None), (2, None)),
    ],
)
def test_a_goal_replaces_the_one_before_and_is_kept_until_then(before, given, goal):
    progress, state = made(max_epochs=before[0], max_iterations=before[1])
    progress.set_goal(state, *given, restart=False)
    assert (state.max_epochs, state.max_iterations) == goal


@pytest.mark.parametrize(
    ("attributes", "restart", "anew"),
    [
        ({"epochs": 3, "ended": True}, False, True),
        ({"epochs": 2, "ended": True}, False, False),
        ({"epochs": 3, "ended": False}, False, False),
        ({"epochs": 3, "ended": True, "loaded": True}, False, False),
        ({"epochs": 1, "ended": False}, True, True),
    ],
)
def test_training_begins_anew_after_a_run_that_reached_its_goal_or_if_asked(attributes, restart, anew):
    progress, state = made(**attributes)
    assert progress.set_goal(state, 3, None, restart) is anew


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [((1, 1), "max_iterations"), ((0, None), "max_epochs"), ((None, True), "max_iterations")],
)
def test_a_goal_that_makes_no_sense_names_its_argument(arguments, argument):
    progress, state = made()
    with pytest.raises(RunError) as caught:
        progress.set_goal(state, *arguments, restart=False)
    assert caught.value.argument == argument


def test_reset_goes_back_to_before_the_first_epoch():
    progress, _ = made(epochs=3, in_epoch=True, ended=True, loaded=True, own_length=True)
    progress.reset()
    assert (progress.epochs, progress.in_epoch, progress.ended, progress.loaded) == (0, False, False, False)
    assert progress.own_length, "it is set again before each run"


@pytest.mark.parametrize(
    ("data", "given", "length", "own"),
    [
        ([1, 2, 3], None, 3, False),
        ([1, 2, 3], 3, 3, False),
        ([1, 2, 3], 2, 2, True),
        ([1, 2, 3], 7, 7, True),
        (iter([1]), 4, 4, True),
        (iter([1]), None, None, False),
    ],
)
def test_the_length_of_an_epoch_is_the_given_one_or_that_of_the_data(data, given, length, own):
    progress, state = made()
    progress.set_epoch_length(state, BatchSource(data), given)
    assert (state.epoch_length, progress.own_length) == (length, own)


@pytest.mark.parametrize(("attributes", "length"), [({"in_epoch": True}, 2), ({"epochs": 1}, 2), ({}, 3)])
def test_a_given_length_is_kept_by_a_run_that_continues(attributes, length):
    progress, state = made(own_length=True, epoch_length=2, **attributes)
    progress.set_epoch_length(state, BatchSource([1, 2, 3]), None)
    assert state.epoch_length == length


def test_empty_data_are_refused_at_once():
    progress, state = made(max_epochs=1)
    with pytest.raises(DataExhaustedError) as caught:
        progress.set_epoch_length(state, BatchSource([]), None)
    assert (str(caught.value), caught.value.done) == ("the data is empty: its length is 0", 0)
    progress.set_epoch_length(state, BatchSource([]), 3)
    assert state.epoch_length == 3


def test_without_data_something_must_end_the_run():
    progress, state = made(max_epochs=2)
    with pytest.raises(RunError, match="a run without data needs epoch_length or max_iterations"):
        progress.set_epoch_length(state, BatchSource(None), None)
    progress.set_epoch_length(state, BatchSource(None), 5)
    progress, state = made(max_iterations=4)
    progress.set_epoch_length(state, BatchSource(None), None)
    assert state.epoch_length is None


@pytest.mark.parametrize(
    ("attributes", "finished"),
    [
        ({"max_epochs": 2, "epochs": 1}, False),
        ({"max_epochs": 2, "epochs": 2}, True),
        ({"max_epochs": 2, "epochs": 2, "in_epoch": True}, False),
        ({"max_iterations": 4, "iteration": 3}, False),
        ({"max_iterations": 4, "iteration": 4}, True),
        ({"max_iterations": 4, "iteration": 4, "in_epoch": True}, False),
        ({"max_epochs": 2, "epochs": 1, "iteration": 99}, False),
    ],
)
def test_a_run_is_finished_when_its_goal_is_reached_between_epochs(attributes, finished):
    progress, state = made(**attributes)
    assert progress.finished(state) is finished


@pytest.mark.parametrize(
    ("data", "attributes", "left"),
    [
        ([1, 2, 3, 4], {"epoch_length": 4, "iteration": 5, "epoch_begin": 4}, 3),
        (iter([1]), {"epoch_length": 4}, sys.maxsize),
        (iter([1]), {"epoch_length": 4, "own_length": True, "iteration": 1}, 3),
        ([1, 2, 3, 4], {"epoch_length": 4, "iteration": 1, "max_iterations": 3}, 2),
        ([1, 2, 3, 4], {"epoch_length": 4, "iteration": 1, "max_iterations": 30}, 3),
        (iter([1]), {"iteration": 3, "max_iterations": 9}, 6),
        (iter([1]), {}, sys.maxsize),
    ],
)
def test_what_remains_of_an_epoch(data, attributes, left):
    progress, state = made(**attributes)
    assert progress.remaining(state, BatchSource(data)) == left


def test_messages_say_how_far_a_run_is():
    progress, state = made(epochs=2, max_epochs=2, iteration=6)
    assert progress.done_message(state) == (
        "2 of 2 epochs are done; raise max_epochs to continue, or start over with run(..., restart=True)"
    )
    assert progress.iterations_message(state) == "6 of an unknown number of iterations"
    state.epoch_length = 4
    assert progress.iterations_message(state) == "6 of 8 iterations"
    state.max_epochs, state.max_iterations = None, 7
    assert progress.iterations_message(state) == "6 of 7 iterations"
    assert progress.done_message(state).startswith("6 of 7 iterations are done; raise max_iterations")


def test_an_epoch_may_have_no_batch_only_where_other_ranks_may_have_some():
    _, state = made(max_epochs=1)
    assert not may_be_empty(state)
