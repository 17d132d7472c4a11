"""State: positions, labels, and attributes of one's own."""

import copy
import pickle

import pytest

from simple_ignite import State
from simple_ignite.engine.state import BUILT_IN


def test_a_new_state_is_before_the_first_iteration():
    state = State()
    assert (state.epoch, state.iteration, state.epoch_iteration) == (0, 0, 0)
    assert (state.max_epochs, state.max_iterations, state.epoch_length, state.seed) == (None,) * 4
    assert (state.batch, state.output, state.dataloader, state.stop_reason) == (None,) * 4
    assert state.metrics == {}
    assert state.times == {"data": 0.0, "step": 0.0, "handlers": 0.0, "epoch": 0.0, "total": 0.0}


def test_iterations_of_an_epoch_count_from_its_beginning():
    state = State()
    state.iteration, state.epoch_begin = 7, 5
    assert state.epoch_iteration == 2


def test_the_label_counts_epochs_from_one():
    state = State()
    assert state.epoch_label == "[1]"
    state.epoch, state.max_epochs = 1, 10
    assert state.epoch_label == "[2/10]"


def test_an_unknown_attribute_is_an_error_that_lists_the_known_ones():
    state = State()
    state.best = 0.5
    with pytest.raises(AttributeError) as caught:
        _ = state.bets
    assert str(caught.value).startswith("State has no `bets`; it has batch, best, dataloader, epoch,")
    assert "epoch_iteration" in str(caught.value)
    assert (caught.value.name, caught.value.obj) == ("bets", state)


def test_built_in_attributes_are_told_from_ones_own():
    state = State()
    state.best = 0.5
    assert set(vars(state)) - BUILT_IN == {"best"}


def test_it_shows_its_position():
    state = State()
    state.iteration, state.metrics["loss"] = 3, 0.5
    assert repr(state) == (
        "State(epoch=0, iteration=3, epoch_iteration=3, max_epochs=None, max_iterations=None, "
        "epoch_length=None, metrics={'loss': 0.5})"
    )


def test_it_can_be_copied_and_pickled():
    state = State()
    state.best, state.iteration = 0.5, 3
    for again in (copy.deepcopy(state), pickle.loads(pickle.dumps(state))):
        assert vars(again) == vars(state)
        assert again.times == state.times
        assert again.times is not state.times
