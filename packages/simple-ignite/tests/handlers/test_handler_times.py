"""HandlerTimes: how long each handler of an engine takes."""

import time
from functools import partial

import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import HandlerTimes, Timer
from simple_ignite.handlers.handler_times import _seconds
from simple_ignite.metrics import Average


def quick():
    pass


def slow(engine, seconds=0.002):
    time.sleep(seconds)


def rows_of(times):
    return {(row.handler, row.event): row for row in times.rows}


def made():
    engine = Engine(lambda engine, batch: torch.tensor(1.0))
    engine.on(Events.ITERATION_COMPLETED, quick)
    engine.on(Events.ITERATION_COMPLETED(every=2) | Events.EPOCH_COMPLETED, slow)
    return engine, HandlerTimes().attach(engine)


def test_calls_total_mean_and_share_of_each_handler():
    engine, times = made()
    engine.run(range(10), max_epochs=2)
    rows = rows_of(times)
    assert [(key, row.calls) for key, row in rows.items()] == [
        (("slow", "ITERATION_COMPLETED(every=2)"), 10),
        (("slow", "EPOCH_COMPLETED"), 2),
        (("quick", "ITERATION_COMPLETED"), 20),
    ]
    row = times.rows[0]
    assert 0.02 <= row.total <= times.run
    assert row.mean == row.total / 10
    assert row.share == row.total / times.run
    assert 0 < times.step < times.run
    assert 0 < times.data < times.run
    assert sum(one.total for one in times.rows) + times.step + times.data <= times.run


def test_runs_add_up_and_the_time_between_them_does_not_count():
    engine, times = made()
    engine.run(range(4))
    first = times.run
    time.sleep(0.05)
    assert times.run == first
    engine.run(range(4), restart=True)
    assert first < times.run < first + 0.05
    assert rows_of(times)["quick", "ITERATION_COMPLETED"].calls == 8


@pytest.mark.parametrize("end", [Engine.terminate, Engine.interrupt])
def test_a_run_that_is_cut_and_continued_counts_each_step_once(end):
    def step(engine, batch):
        time.sleep(0.002)

    engine = Engine(step)
    engine.on(Events.ITERATION_COMPLETED(once=3), end)
    times = HandlerTimes().attach(engine)
    engine.run(range(5))
    assert 0.006 <= times.step < times.run
    engine.run()
    assert 0.010 <= times.step < times.run
    assert abs(times.step - engine.state.times["step"]) < 1e-9


def test_a_handler_that_raises_is_counted_and_the_error_names_it():
    engine, times = made()

    @engine.on(Events.ITERATION_COMPLETED(once=3))
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        engine.run(range(5))
    assert "in handler broken of ITERATION_COMPLETED" in caught.value.__notes__[0]
    assert rows_of(times)["broken", "ITERATION_COMPLETED(once=(3,))"].calls == 1
    ended = times.run
    assert times.run == ended


def test_handlers_added_and_removed_in_the_run():
    engine, times = made()
    handle = engine.on(Events.ITERATION_COMPLETED, partial(slow, seconds=0))

    @engine.on(Events.ITERATION_COMPLETED(once=2))
    def change(engine):
        handle.remove()
        engine.on(Events.ITERATION_COMPLETED, Timer().step)

    engine.run(range(5))
    rows = rows_of(times)
    assert rows["slow", "ITERATION_COMPLETED"].calls == 2
    assert rows["Timer.step", "ITERATION_COMPLETED"].calls == 3


def test_attached_in_mid_run_it_counts_the_rest():
    engine, times = Engine(lambda engine, batch: None), HandlerTimes()
    engine.on(Events.ITERATION_COMPLETED, quick)
    engine.on(Events.ITERATION_STARTED(once=4), lambda e: times.attach(e))
    engine.run(range(5))
    assert rows_of(times)["quick", "ITERATION_COMPLETED"].calls == 2
    assert 0 < times.run < engine.state.times["total"]


def test_metrics_lambdas_and_own_events_have_names():
    engine = Engine(lambda engine, batch: torch.tensor(1.0))
    engine.register_events("saved")
    engine.add_metric(Average(), "loss")
    engine.on("saved", lambda engine, value: None)
    engine.on(Events.COMPLETED, lambda e: e.fire_event("saved", value=3))
    times = HandlerTimes().attach(engine)
    engine.run(range(2))
    rows = rows_of(times)
    assert rows["metrics.update", "ITERATION_COMPLETED"].calls == 2
    names = [name for name, event in rows if event in ("saved", "COMPLETED")]
    assert [name.rpartition(":")[0] for name in names] == ["lambda test_handler_times.py"] * 2


def test_detached_it_keeps_what_it_has_and_the_handlers_are_as_before():
    engine, times = made()
    before = [entry.call for entries in Engine(quick).table.entries().values() for entry in entries]
    engine.run(range(4))
    measured = times.rows
    times.detach()
    times.detach()
    engine.run(range(4), restart=True)
    assert times.rows == measured
    assert before == []
    assert [e.call for e in engine.table.entries()[Events.EPOCH_COMPLETED]] == [slow]
    assert HandlerTimes().attach(engine).rows


def test_one_engine_is_measured_by_one():
    engine, times = made()
    with pytest.raises(HandlerError, match=r"which measures one engine; detach\(\) the other"):
        HandlerTimes().attach(engine)
    with pytest.raises(HandlerError):
        times.attach(Engine(quick))


def test_the_report_fits_eighty_columns():
    engine, times = made()

    @engine.on(Events.ITERATION_COMPLETED(every=100, after=1000))
    def a_handler_of_a_rather_long_name_that_is_never_called():
        pass

    @engine.on(Events.ITERATION_COMPLETED(every=1, after=1, before=1000))
    def a_handler_of_a_rather_long_name_that_is_called():
        pass

    assert times.report().splitlines()[0] == "run 0.00 µs: data 0.0%, step 0.0%, handlers 0.0%, engine 0.0%"
    engine.run(range(10))
    lines = str(times).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].split() == ["handler", "event", "calls", "total", "mean", "share"]
    assert lines[2] == "─" * 80
    assert lines[3].split()[:3] == ["slow", "ITERATION_COMPLETED(every=2)", "5"]
    assert any(line.startswith("a_handler_of_a_ra…  ITERATION_COMPLETED(before") for line in lines)
    assert lines[-1] == "not called: 1 handler"
    assert max(len(line) for line in times.report(60).splitlines()[1:]) <= 60


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 µs"),
        (4.567e-6, "4.57 µs"),
        (9.996e-5, "100 µs"),
        (0.0009996, "1.00 ms"),
        (0.0123, "12.3 ms"),
        (1, "1.00 s"),
        (99.96, "100 s"),
        (12345, "12345 s"),
    ],
)
def test_seconds_have_three_digits_and_a_unit(seconds, text):
    assert _seconds(seconds) == text
