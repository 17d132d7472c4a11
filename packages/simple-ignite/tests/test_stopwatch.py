"""Stopwatch: seconds of a run and its parts, while it goes on and after it."""

import copy
import pickle

import pytest

from simple_ignite import Engine, Events, stopwatch
from simple_ignite.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch):
    """Replace the clock by one that a test moves."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(stopwatch, "clock", lambda: Clock.now)
    return Clock


def test_it_can_be_read_while_a_run_goes_on(clock):
    watch = Stopwatch()
    watch.begin_run()
    clock.now += 1.0
    watch.begin_epoch(anew=True)
    clock.now += 2.0
    watch.step += 1.5
    assert watch.read() == {"data": 0.0, "step": 1.5, "handlers": 0.0, "epoch": 2.0, "total": 3.0}
    clock.now += 4.0
    assert (watch.read()["epoch"], watch.read()["total"]) == (6.0, 7.0)


def test_the_seconds_of_an_epoch_stay_until_the_next_one_begins(clock):
    watch = Stopwatch()
    watch.begin_run()
    watch.begin_epoch(anew=True)
    clock.now += 2.0
    watch.handlers += 1.0
    watch.end_epoch()
    clock.now += 5.0
    assert (watch.read()["epoch"], watch.read()["handlers"], watch.read()["total"]) == (2.0, 1.0, 7.0)
    watch.begin_epoch(anew=True)
    assert (watch.read()["epoch"], watch.read()["handlers"]) == (0.0, 0.0)


def test_an_epoch_that_is_continued_keeps_the_seconds_of_its_parts(clock):
    watch = Stopwatch()
    watch.begin_run()
    watch.begin_epoch(anew=True)
    watch.data += 1.0
    watch.end_run()
    watch.begin_run()
    watch.begin_epoch(anew=False)
    assert watch.read()["data"] == 1.0


def test_after_the_run_it_stands_still(clock):
    watch = Stopwatch()
    watch.begin_run()
    watch.begin_epoch(anew=True)
    clock.now += 2.0
    watch.end_run()
    clock.now += 5.0
    assert (watch.read()["epoch"], watch.read()["total"]) == (2.0, 2.0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda watch: pickle.loads(pickle.dumps(watch))])
def test_a_copy_has_the_seconds_and_stands_still(clock, copied):
    watch = Stopwatch()
    watch.begin_run()
    clock.now += 2.0
    watch.step += 1.0
    again = copied(watch)
    clock.now += 5.0
    assert again.read() == {"data": 0.0, "step": 1.0, "handlers": 0.0, "epoch": 0.0, "total": 2.0}
    assert watch.read()["total"] == 7.0, "the original goes on"


@pytest.mark.parametrize(
    "event", [Events.ITERATION_COMPLETED, Events.ITERATION_COMPLETED(every=2), Events.STARTED]
)
def test_times_of_a_run_by_iterations_grow_while_it_goes_on(clock, event):
    seen = []

    def step(engine, batch):
        clock.now += 1.0

    engine = Engine(step)
    engine.on(event, lambda engine: seen.append(engine.state.times["total"]))
    engine.run(max_iterations=4)
    assert seen == {
        Events.ITERATION_COMPLETED: [1.0, 2.0, 3.0, 4.0],
        Events.STARTED: [0.0],
    }.get(event, [2.0, 4.0])


def test_after_an_exception_the_times_stand_still(clock):
    engine = Engine(lambda engine, batch: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        engine.run([1])
    clock.now += 5.0
    assert (engine.state.times["epoch"], engine.state.times["total"]) == (0.0, 0.0)


def test_what_was_read_before_is_brought_up_to_date_at_the_end(clock):
    engine = Engine(lambda engine, batch: setattr(clock, "now", clock.now + 1.0))
    times = engine.state.times
    engine.run(range(3))
    assert (times["epoch"], times["total"]) == (3.0, 3.0)
