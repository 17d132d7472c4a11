"""Run: epochs and the events around them, data that end, and what a run leaves behind."""

import logging

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.run import Run
from simple_ignite.errors import DataExhaustedError

ALL = tuple(event for event in Events if event.name.isupper() and event is not Events.EXCEPTION_RAISED)


def made(data, step=lambda engine, batch: None, **goal):
    """Return a run of an engine that is prepared as by `Engine.run`, and the events that it fires."""
    engine, seen = Engine(step), []
    for event in ALL:
        if not event.name.startswith(("GET_BATCH", "ITERATION")):
            engine.on(event, lambda engine, name: seen.append(name), event.name)
    batches = BatchSource(data)
    engine.progress.set_goal(engine.state, goal.get("max_epochs"), goal.get("max_iterations"), False)
    engine.progress.set_epoch_length(engine.state, batches, goal.get("epoch_length"))
    engine.batches = batches
    return Run(engine, engine.resume_state), engine, seen


def test_a_run_of_two_epochs():
    run, engine, seen = made([1, 2], max_epochs=2)
    run.train()
    epoch = ["EPOCH_STARTED", "EPOCH_COMPLETED"]
    assert seen == ["STARTED", *epoch, *epoch, "COMPLETED"]
    assert (engine.state.epoch, engine.state.epoch_begin, engine.state.iteration) == (1, 2, 4)
    assert (engine.progress.epochs, engine.progress.ended, engine.in_epoch) == (2, True, False)
    assert (engine.state.batch, engine.state.output) == (None, None)


@pytest.mark.parametrize(
    ("stop", "last", "ended"),
    [
        (Engine.terminate, ["TERMINATED", "COMPLETED"], False),
        (Engine.interrupt, ["INTERRUPTED"], False),
        (Engine.preempt, ["TERMINATED", "COMPLETED"], False),
    ],
)
def test_a_run_that_is_stopped_within_an_epoch(stop, last, ended):
    run, engine, seen = made([1, 2, 3], max_epochs=2)
    engine.on(Events.ITERATION_COMPLETED(once=2), stop)
    run.train()
    assert seen == ["STARTED", "EPOCH_STARTED", *last]
    assert (engine.in_epoch, engine.progress.epochs, engine.progress.ended) == (True, 0, ended)
    assert engine.state.times["total"] >= engine.state.times["epoch"] > 0


@pytest.mark.parametrize("stop", [Engine.terminate, Engine.interrupt])
def test_a_run_that_is_stopped_at_its_start_has_no_epoch(stop):
    run, engine, seen = made([1, 2])
    engine.on(Events.STARTED, stop)
    run.train()
    assert seen[0] == "STARTED"
    assert "EPOCH_STARTED" not in seen
    assert engine.state.iteration == 0


def test_interrupting_at_the_end_leaves_only_the_completion():
    run, engine, seen = made([1, 2])
    engine.on(Events.EPOCH_COMPLETED, Engine.interrupt)
    run.train()
    assert (seen[-1], engine.progress.ended, engine.progress.finished(engine.state)) == (
        "INTERRUPTED",
        False,
        True,
    )


def test_why_a_run_was_terminated_is_logged(caplog):
    run, engine, _ = made([1, 2])
    engine.on(Events.ITERATION_COMPLETED(once=1), Engine.terminate)
    with caplog.at_level(logging.INFO, "simple_ignite"):
        run.train()
    assert caplog.messages == ["engine <lambda>: terminated: no reason given"]


def test_ending_an_epoch_begins_the_next_with_the_first_batch():
    batches = []
    run, engine, seen = made("abc", lambda engine, batch: batches.append(batch), max_epochs=2, epoch_length=9)
    engine.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate_epoch)
    run.train()
    assert "".join(batches) == "ab" + "abc" * 3
    assert seen.count("DATALOADER_STOP_ITERATION") == 2


def test_times_of_an_epoch_begin_anew():
    run, engine, _ = made([1], max_epochs=2)
    times = []
    engine.on(Events.EPOCH_STARTED, lambda engine: times.append(dict(engine.state.times)))
    engine.on(Events.EPOCH_COMPLETED, lambda engine: times.append(dict(engine.state.times)))
    run.train()
    for begun in (times[0], times[2]):
        assert [begun[name] for name in ("data", "step", "handlers")] == [0.0] * 3
    for done in (times[1], times[3]):
        assert done["epoch"] > 0
        assert done["total"] >= done["epoch"]
    assert times[3]["total"] > times[1]["total"]


def test_data_of_unknown_length_fix_the_length_of_the_epoch():
    run, engine, seen = made(iter("abc"), max_epochs=1)
    run.train()
    assert (engine.state.epoch_length, engine.state.iteration) == (3, 3)
    assert seen == ["STARTED", "EPOCH_STARTED", "DATALOADER_STOP_ITERATION", "EPOCH_COMPLETED", "COMPLETED"]


class Shrinking:
    """A loader whose second pass is empty."""

    def __init__(self):
        self.passes = 0

    def __iter__(self):
        self.passes += 1
        return iter(range(3 if self.passes == 1 else 0))


@pytest.mark.parametrize(
    ("data", "goal", "message", "facts"),
    [
        (
            lambda: iter("abc"),
            {"max_epochs": 1, "epoch_length": 5},
            "the data gave no batch after 3 of 5 iterations (epoch [1/1], 3 of 5 in it); ",
            (3, 5),
        ),
        (
            Shrinking,
            {"max_epochs": 2},
            "the data gave no batch after 3 of 6 iterations (epoch [2/2], 0 of 3 in it); ",
            (0, 3),
        ),
        (
            lambda: iter(()),
            {"max_iterations": 4},
            "the data gave no batch after 0 of 4 iterations (epoch [1], 0 of ? in it); ",
            (0, None),
        ),
    ],
)
def test_data_that_cannot_be_restarted_are_an_error_with_its_facts(data, goal, message, facts):
    run, _, _ = made(data(), **goal)
    with pytest.raises(DataExhaustedError) as caught:
        run.train()
    assert str(caught.value) == message + (
        "an iterator can be used only once: pass a list or a DataLoader, or ask for fewer iterations"
    )
    assert (caught.value.done, caught.value.wanted) == facts


def test_a_position_in_data_that_raised_is_held_for_the_next_run():
    def batches():
        yield from "ab"
        raise OSError

    run, engine, _ = made(batches())
    with pytest.raises(OSError):
        run.train()
    assert engine.resume_state.pending_batches["fetched"] == 2
    assert engine.batches.failed
    assert (engine.in_epoch, engine.state.iteration) == (True, 2)


def test_an_error_of_a_handler_of_fetching_holds_no_position():
    run, engine, _ = made([1, 2])

    @engine.on(Events.GET_BATCH_STARTED(once=2))
    def fail():
        raise OSError

    with pytest.raises(OSError):
        run.train()
    assert engine.resume_state.pending_batches is None
    assert not engine.batches.failed


def test_after_a_preemption_an_error_of_the_data_ends_the_run_in_order():
    def batches():
        yield 1
        engine.preempt(reason="SIGTERM")
        raise RuntimeError("a worker was killed")

    run, engine, seen = made(batches(), epoch_length=5)
    run.train()
    assert seen[-2:] == ["TERMINATED", "COMPLETED"]
    run, engine, seen = made((engine.preempt() or 1 / 0 for _ in range(1)), epoch_length=5)
    engine.on(Events.GET_BATCH_STARTED, Engine.preempt)
    run.train()
    assert seen[-1] == "COMPLETED"


def test_after_a_preemption_ctrl_c_is_still_raised():
    def batches():
        yield 1
        engine.preempt()
        raise KeyboardInterrupt

    run, engine, seen = made(batches(), epoch_length=5)
    with pytest.raises(KeyboardInterrupt):
        run.train()
    assert "TERMINATED" not in seen


def test_a_loaded_epoch_is_entered_again_and_its_goal_known():
    first = Engine(lambda engine, batch: None)
    first.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    first.run([1, 2, 3])
    run, engine, seen = made([1, 2, 3])
    batches = run.batches
    engine.load_state_dict(first.state_dict())
    engine.batches = batches
    run.train()
    assert seen == ["STARTED", "EPOCH_STARTED", "EPOCH_COMPLETED", "COMPLETED"]
    assert (engine.state.iteration, engine.progress.loaded) == (3, False)


def test_a_handler_added_as_the_data_end_does_not_repeat_the_event():
    engine, seen = Engine(lambda engine, batch: None), []

    @engine.on(Events.GET_BATCH_STARTED)
    def add(engine):
        seen.append(engine.state.iteration)
        engine.on(Events.EPOCH_STARTED(once=9), lambda: None)
        assert len(seen) < 9

    engine.run(iter("ab"))
    assert seen == [0, 1, 2]


def test_spent_data_set_as_a_batch_is_fetched_is_an_error():
    engine, spent = Engine(lambda engine, batch: None), iter(())
    engine.on(Events.GET_BATCH_STARTED(once=2), lambda engine: engine.set_data(spent))
    with pytest.raises(DataExhaustedError, match="the data gave no batch after 1 of 3 iterations"):
        engine.run([1, 2], max_epochs=1, epoch_length=3)


def test_data_set_as_a_loaded_epoch_continues_begin_at_their_first_batch():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run("abcd", epoch_length=4)
    seen, again = [], Engine(lambda engine, batch: seen.append(batch))
    again.on(Events.EPOCH_STARTED, lambda engine: engine.set_data("wxyz"))
    again.load_state_dict(trainer.state_dict())
    again.run("abcd")
    assert seen == ["w", "x"]
