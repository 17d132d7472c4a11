"""Other data in mid-run: `Engine.set_data`, and data that are replaced as they end."""

import gc
import multiprocessing
import time

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset

from simple_ignite import Engine, Events
from simple_ignite.errors import DataExhaustedError, IgniteWarning, RunError


def recorder():
    seen = []
    return Engine(lambda engine, batch: seen.append(batch)), seen


@pytest.mark.parametrize("event", [Events.ITERATION_STARTED, Events.ITERATION_COMPLETED])
def test_the_batch_in_hand_is_used_and_the_next_is_the_first_of_the_new_data(event):
    engine, seen = recorder()
    engine.on(event(once=2), lambda e: e.set_data([10, 11, 12]))
    state = engine.run([1, 2, 3], max_epochs=2)
    assert seen == [1, 2, 10, 10, 11, 12]
    assert (state.iteration, state.epoch_length, state.dataloader) == (6, 3, [10, 11, 12])


@pytest.mark.parametrize("event", [Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED])
def test_at_the_events_of_a_batch_too(event):
    engine, seen = recorder()
    engine.on(event(once=2), lambda e: e.set_data([10, 11, 12]))
    engine.run([1, 2, 3], max_epochs=1)
    assert seen == ([1, 10, 11] if event is Events.GET_BATCH_STARTED else [1, 2, 10])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Events.STARTED, [7, 8, 7, 8]),
        (Events.EPOCH_STARTED(once=2), [1, 2, 3, 7, 8]),
        (Events.EPOCH_COMPLETED(once=1), [1, 2, 3, 7, 8]),
    ],
)
def test_between_the_iterations_of_a_run(event, expected):
    engine, seen = recorder()
    engine.on(event, lambda e: e.set_data([7, 8]))
    engine.run([1, 2, 3], max_epochs=2)
    assert seen == expected


def test_an_epoch_of_a_given_length_keeps_it():
    engine, seen = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=2), lambda e: e.set_data([7]))
    state = engine.run([1, 2, 3], max_epochs=2, epoch_length=4)
    assert seen == [1, 2, 7, 7, 7, 7, 7, 7]
    assert state.epoch_length == 4


def test_shorter_data_end_the_epoch_and_longer_ones_extend_it():
    engine, seen = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=3), lambda e: e.set_data([7]))
    engine.run([1, 2, 3, 4], max_epochs=2)
    assert seen == [1, 2, 3, 7]
    engine, seen = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=1), lambda e: e.set_data([7, 8, 9, 10]))
    engine.run([1, 2], max_epochs=2)
    assert seen == [1, 7, 8, 9, 7, 8, 9, 10]


def test_between_runs_the_next_run_continues_with_them():
    engine, seen = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=2), Engine.interrupt)
    engine.run([1, 2, 3], max_epochs=2)
    engine.set_data([7, 8, 9])
    engine.run()
    assert seen == [1, 2, 7, 7, 8, 9]


def test_a_state_saved_after_it_resumes_in_the_new_data():
    engine, seen = recorder()
    states = []
    engine.on(Events.ITERATION_COMPLETED(once=2), lambda e: e.set_data([10, 11, 12, 13]))
    engine.on(Events.ITERATION_COMPLETED(once=3), lambda e: states.append(e.state_dict()))
    engine.run([1, 2, 3, 4], max_epochs=2)
    other, again = recorder()
    other.load_state_dict(states[0])
    other.run([10, 11, 12, 13])
    assert seen[3:] == again


@pytest.mark.parametrize("wrong", [5, object()])
def test_what_cannot_be_iterated_over_is_refused_and_the_data_stay(wrong):
    engine, seen = recorder()
    with pytest.raises(RunError, match="something to iterate over"):
        engine.set_data(wrong)

    @engine.on(Events.ITERATION_COMPLETED(once=1))
    def change(engine):
        with pytest.raises(RunError):
            engine.set_data(wrong)
        with pytest.raises(DataExhaustedError):
            engine.set_data([])

    engine.run([1, 2])
    assert seen == [1, 2]
    assert engine.state.dataloader == [1, 2]


@pytest.mark.parametrize("how", ["set_data", "dataloader"])
def test_a_spent_iterator_is_replaced_as_it_ends(how):
    engine, seen = recorder()

    @engine.on(Events.DATALOADER_STOP_ITERATION)
    def refill(engine):
        fresh = iter(range(10 * engine.state.iteration, 10 * engine.state.iteration + 3))
        if how == "set_data":
            engine.set_data(fresh)
        else:
            engine.state.dataloader = fresh  # Ignite's way

    engine.run(iter([0, 1, 2]), max_epochs=2, epoch_length=4)
    assert seen == [0, 1, 2, 30, 31, 32, 60, 61]


def test_a_spent_iterator_without_a_given_length_gives_an_epoch_a_refill():
    engine, seen = recorder()
    engine.on(Events.DATALOADER_STOP_ITERATION, lambda e: e.set_data(iter([7, 8])))
    state = engine.run(iter([0, 1, 2]), max_epochs=3)
    assert seen == [0, 1, 2, 7, 8, 7, 8]
    assert state.epoch == 2


def test_an_iterator_that_nobody_replaces_is_an_error_of_the_second_epoch():
    engine, seen = recorder()
    with pytest.raises(DataExhaustedError, match="the data gave no batch after 3 of 9 iterations"):
        engine.run(iter([0, 1, 2]), max_epochs=3, epoch_length=3)
    assert seen == [0, 1, 2]


class Slow(IterableDataset):
    def __iter__(self):
        return iter(torch.arange(50.0))


def no_workers_are_left():
    gc.collect()
    until = time.monotonic() + 20
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.01)
    return not multiprocessing.active_children()


@pytest.mark.parametrize("end", ["finished", "failed", "replaced", "begun anew"])
def test_workers_end_when_a_run_lets_go_of_its_data(end):
    (engine, _), left = recorder(), []
    loader = DataLoader(Slow(), batch_size=5, num_workers=1)
    if end == "failed":
        engine.on(Events.ITERATION_COMPLETED(once=2), lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            engine.run(loader)
    elif end == "replaced":
        engine.on(Events.ITERATION_COMPLETED(once=2), lambda e: e.set_data([1, 2, 3, 4]))
        engine.on(Events.ITERATION_COMPLETED(once=3), lambda: left.append(no_workers_are_left()))
        engine.run(loader)
        assert left == [True]
    elif end == "begun anew":
        engine.on(Events.ITERATION_COMPLETED(once=2), Engine.interrupt)
        engine.run(loader)
        assert multiprocessing.active_children(), "a paused run keeps them"
        engine.run([1], restart=True)
    else:
        engine.run(loader, max_iterations=3)
    assert no_workers_are_left()


@pytest.mark.parametrize(("data", "warned"), [([1, 2], True), ([1, 2, 3], False), ([1, 2, 3, 4], False)])
def test_fewer_data_than_the_state_was_saved_with_are_a_warning(data, warned):
    engine, _ = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=4), Engine.interrupt)
    engine.run([1, 2, 3], max_epochs=3)
    other, seen = recorder()
    other.load_state_dict(engine.state_dict())
    if warned:
        with pytest.warns(IgniteWarning, match="the data has 2 batches, fewer than the 3 an epoch had"):
            other.run(data)
    else:
        other.run(data)
    assert seen == data[1:] + data


def test_data_that_end_before_the_saved_position_are_a_warning_and_end_the_epoch():
    engine, _ = recorder()
    engine.on(Events.ITERATION_COMPLETED(once=3), Engine.interrupt)
    engine.run(iter_of := Unsized(4), max_epochs=2)
    assert iter_of.count == 4
    other, seen = recorder()
    other.load_state_dict(engine.state_dict())
    with pytest.warns(IgniteWarning, match="fewer than the 3 batches that were used in this epoch before"):
        state = other.run(Unsized(2))
    assert seen == [0, 1]
    assert state.epoch == 1


class Unsized:
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter(range(self.count))
