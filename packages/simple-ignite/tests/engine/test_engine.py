"""The engine: order of events, goals, control, data of every kind."""

import gc
import logging
import weakref

import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.errors import DataExhaustedError, EngineBusyError, EventError, HandlerError, RunError


def echo(engine, batch):
    return batch


def recorded(engine, *events):
    """Return a list that fills with (event, epoch, iteration) as the events fire."""
    seen = []
    for event in events:
        engine.on(event, lambda e, name: seen.append((name, e.state.epoch, e.state.iteration)), str(event))
    return seen


def test_events_fire_in_order():
    trainer = Engine(echo)
    seen = recorded(trainer, *(event for event in Events if event is not Events.EXCEPTION_RAISED))
    trainer.run([1, 2], max_epochs=1)
    assert seen == [
        ("STARTED", 0, 0),
        ("EPOCH_STARTED", 0, 0),
        ("GET_BATCH_STARTED", 0, 0),
        ("GET_BATCH_COMPLETED", 0, 0),
        ("ITERATION_STARTED", 0, 1),
        ("ITERATION_COMPLETED", 0, 1),
        ("GET_BATCH_STARTED", 0, 1),
        ("GET_BATCH_COMPLETED", 0, 1),
        ("ITERATION_STARTED", 0, 2),
        ("ITERATION_COMPLETED", 0, 2),
        ("EPOCH_COMPLETED", 0, 2),
        ("COMPLETED", 0, 2),
    ]


@pytest.mark.parametrize("listening", [(), (Events.ITERATION_COMPLETED,), (Events.GET_BATCH_STARTED,)])
def test_position_is_the_same_in_every_form_of_the_loop(listening):
    trainer = Engine(
        lambda engine, batch: positions.append(
            (engine.state.epoch, engine.state.iteration, engine.state.epoch_iteration)
        )
    )
    for event in listening:
        trainer.on(event, lambda: None)
    positions = []
    trainer.run("ab", max_epochs=2)
    assert positions == [(0, 1, 1), (0, 2, 2), (1, 3, 1), (1, 4, 2)]


def test_higher_priority_first_then_order_of_registration():
    trainer, seen = Engine(echo), []
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5)):
        trainer.on(Events.STARTED, seen.append, name, priority=priority)
    trainer.run([1])
    assert seen == ["b", "d", "a", "c"]


def test_a_handler_takes_the_engine_or_nothing_and_its_own_arguments():
    trainer, seen = Engine(echo), []

    @trainer.on(Events.STARTED)
    def with_engine(engine):
        seen.append(engine is trainer)

    @trainer.on(Events.STARTED)
    def without():
        seen.append("nothing")

    trainer.on(Events.STARTED, lambda engine, a, b: seen.append((a, b)), 1, b=2)
    trainer.run([1])
    assert seen == [True, "nothing", (1, 2)]


def test_max_iterations_in_mid_epoch_completes_that_epoch_and_is_no_termination():
    trainer = Engine(echo)
    seen = recorded(trainer, Events.EPOCH_COMPLETED, Events.TERMINATED, Events.COMPLETED)
    trainer.run(range(4), max_iterations=6)
    assert seen == [("EPOCH_COMPLETED", 0, 4), ("EPOCH_COMPLETED", 1, 6), ("COMPLETED", 1, 6)]


@pytest.mark.parametrize("where", ["step", Events.ITERATION_STARTED, Events.ITERATION_COMPLETED])
def test_terminate_ends_after_the_iteration_and_cuts_the_epoch(where):
    def step(engine, batch):
        if where == "step" and engine.state.iteration == 2:
            engine.terminate()

    trainer = Engine(step)
    if where != "step":
        trainer.on(where(once=2), Engine.terminate)
    seen = recorded(
        trainer, Events.ITERATION_COMPLETED, Events.EPOCH_COMPLETED, Events.TERMINATED, Events.COMPLETED
    )
    trainer.run(range(4))
    assert seen == [
        ("ITERATION_COMPLETED", 0, 1),
        ("ITERATION_COMPLETED", 0, 2),
        ("TERMINATED", 0, 2),
        ("COMPLETED", 0, 2),
    ]


def test_after_terminate_the_next_run_continues_on_the_next_batch():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    handle = trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    data = list("abcd")
    trainer.run(data, max_epochs=2)
    handle.remove()
    seen = recorded(trainer, Events.STARTED, Events.EPOCH_STARTED, Events.EPOCH_COMPLETED)
    trainer.run(data)
    assert "".join(batches) == "abcdabcd"
    assert seen == [
        ("STARTED", 0, 2),
        ("EPOCH_COMPLETED", 0, 4),
        ("EPOCH_STARTED", 1, 4),
        ("EPOCH_COMPLETED", 1, 8),
    ]


def test_interrupt_pauses_without_completion():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    handle = trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.interrupt)
    seen = recorded(trainer, Events.STARTED, Events.INTERRUPTED, Events.COMPLETED)
    data = list("abcd")
    trainer.run(data)
    assert seen == [("STARTED", 0, 0), ("INTERRUPTED", 0, 3)]
    handle.remove()
    trainer.run(data)
    assert "".join(batches) == "abcd"
    assert seen[2:] == [("STARTED", 0, 3), ("COMPLETED", 0, 4)]


def test_a_run_that_goes_on_needs_no_data_again():
    trainer = Engine(echo)
    handle = trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.interrupt)
    trainer.run(range(4))
    handle.remove()
    assert trainer.run().iteration == 4


def test_restart_begins_anew():
    trainer = Engine(echo)
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run(range(4))
    state = trainer.run(range(4), restart=True)
    assert state.iteration == 2


def test_a_finished_run_begins_anew_and_a_raised_goal_continues():
    trainer = Engine(echo)
    assert trainer.run(range(4), max_epochs=2).iteration == 8
    assert trainer.run(range(4), max_epochs=2).iteration == 8
    assert trainer.run(range(4), max_epochs=3).iteration == 12
    assert trainer.run(range(4), max_iterations=14).iteration == 14


def test_terminate_epoch_goes_on_with_the_next_epoch_from_its_first_batch():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate_epoch)
    seen = recorded(trainer, Events.EPOCH_COMPLETED)
    trainer.run("abcd", max_epochs=2)
    assert "".join(batches) == "ababcd"
    assert seen == [("EPOCH_COMPLETED", 0, 2), ("EPOCH_COMPLETED", 1, 6)]


@pytest.mark.parametrize("event", [Events.EPOCH_COMPLETED(once=1), Events.STARTED])
def test_terminate_epoch_outside_an_epoch_has_no_effect_on_the_next(event):
    trainer = Engine(echo)
    trainer.on(event, Engine.terminate_epoch)
    assert trainer.run(range(4), max_epochs=2).iteration == 8


def test_a_pause_after_the_last_epoch_leaves_only_the_completion():
    trainer = Engine(echo)
    trainer.on(Events.EPOCH_COMPLETED(once=2), Engine.interrupt)
    seen = recorded(trainer, Events.STARTED, Events.INTERRUPTED, Events.COMPLETED)
    data = list(range(3))
    trainer.run(data, max_epochs=2)
    trainer.run(data)
    assert seen == [("STARTED", 0, 0), ("INTERRUPTED", 1, 6), ("STARTED", 1, 6), ("COMPLETED", 1, 6)]


def test_a_shorter_epoch_continues_the_iterator_over_epochs():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    seen = recorded(trainer, Events.DATALOADER_STOP_ITERATION)
    trainer.run("abcde", max_epochs=3, epoch_length=2)
    assert "".join(batches) == "abcdea"
    assert seen == [("DATALOADER_STOP_ITERATION", 2, 5)]


def test_a_longer_epoch_restarts_the_data():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    seen = recorded(trainer, Events.DATALOADER_STOP_ITERATION)
    trainer.run("abc", epoch_length=7)
    assert "".join(batches) == "abcabca"
    assert seen == [("DATALOADER_STOP_ITERATION", 0, 3), ("DATALOADER_STOP_ITERATION", 0, 6)]


def test_data_of_unknown_length_end_the_epoch_where_they_end():
    class Unsized:
        def __iter__(self):
            return iter("abc")

    state = Engine(echo).run(Unsized(), max_epochs=2)
    assert (state.iteration, state.epoch_length) == (6, 3)


def test_data_used_up_say_how_many_iterations_were_done_of_how_many():
    with pytest.raises(DataExhaustedError) as caught:
        Engine(echo).run(iter("abc"), max_epochs=2, epoch_length=2)
    assert str(caught.value) == (
        "the data gave no batch after 3 of 4 iterations (epoch [2/2], 1 of 2 in it); "
        "an iterator can be used only once: pass a list or a DataLoader, or ask for fewer iterations"
    )
    assert (caught.value.done, caught.value.wanted) == (1, 2)


def test_empty_data_are_an_error():
    with pytest.raises(DataExhaustedError, match="the data is empty"):
        Engine(echo).run([])


def test_a_run_without_data_gives_the_step_none():
    batches = []
    Engine(lambda engine, batch: batches.append(batch)).run(max_iterations=3)
    assert batches == [None] * 3
    with pytest.raises(RunError, match="needs epoch_length or max_iterations"):
        Engine(echo).run()


def test_batch_and_output_do_not_outlive_their_iteration():
    class Thing:
        pass

    living = []

    def batches():
        for _ in range(3):
            living.append([ref() for ref in refs if ref() is not None])
            thing = Thing()
            refs.append(weakref.ref(thing))
            yield thing
            del thing

    def step(engine, batch):
        output = Thing()
        refs.append(weakref.ref(output))
        return output

    for listening in ((), (Events.ITERATION_COMPLETED,), (Events.GET_BATCH_COMPLETED,)):
        refs = []
        trainer = Engine(step)
        for event in listening:
            trainer.on(event, lambda: None)
        trainer.run(batches())
        assert trainer.state.batch is None
        assert trainer.state.output is None
    # the generator itself holds its last batch while it makes the next
    assert all(len(alive) <= 1 for alive in living)


def test_the_engine_is_freed_by_reference_count():
    gc.collect()
    gc.disable()
    try:
        trainer = Engine(echo)
        trainer.on(Events.ITERATION_COMPLETED(every=2), lambda engine: None)
        trainer.on(Events.ITERATION_COMPLETED(when=lambda engine, count: True), lambda engine: None)
        trainer.run(range(5), max_epochs=2)
        gone = weakref.ref(trainer)
        del trainer
        assert gone() is None
    finally:
        gc.enable()


def test_an_engine_that_runs_cannot_be_run():
    trainer = Engine(echo)
    trainer.on(Events.STARTED, lambda engine: engine.run([1]))
    with pytest.raises(EngineBusyError, match="engine echo is already running"):
        trainer.run([1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_epochs": 1, "max_iterations": 1}, "give max_epochs or max_iterations, not both"),
        ({"max_epochs": 0}, "max_epochs must be a whole number from 1, not 0"),
        ({"max_iterations": 2.5}, "max_iterations must be a whole number from 1, not 2.5"),
        ({"epoch_length": -1}, "epoch_length must be a whole number from 1, not -1"),
    ],
)
def test_contradicting_arguments_are_refused(arguments, message):
    with pytest.raises(RunError) as caught:
        Engine(echo).run([1], **arguments)
    assert str(caught.value) == message


def test_custom_events_of_any_enum_or_strings():
    from enum import Enum

    class Plain(Enum):
        BACKWARD = "backward"

    trainer, seen = Engine(lambda engine, batch: engine.fire_event(Plain.BACKWARD, loss=batch)), []
    with pytest.raises(EventError, match="is not an event of this engine"):
        trainer.on(Plain.BACKWARD, lambda: None)
    trainer.register_events(Plain, "saved")
    trainer.on(Plain.BACKWARD, lambda engine, loss: seen.append(loss))
    trainer.on(Plain.BACKWARD, lambda: seen.append("bare"))
    trainer.on("saved", lambda: seen.append("saved"))
    trainer.run([0.5])
    trainer.fire_event("saved")
    assert seen == [0.5, "bare", "saved"]


def test_times_are_measured():
    import time

    def step(engine, batch):
        time.sleep(0.01)

    trainer = Engine(step)
    trainer.on(Events.ITERATION_COMPLETED, lambda: time.sleep(0.005))
    times = trainer.run(range(3)).times
    assert times["step"] > 0.03
    assert times["handlers"] > 0.015
    assert times["total"] >= times["epoch"] >= times["step"] + times["handlers"]


def test_memory_does_not_grow_with_iterations():
    import tracemalloc

    trainer = Engine(lambda engine, batch: batch)
    trainer.on(Events.ITERATION_COMPLETED, lambda engine: None)
    trainer.on(Events.ITERATION_COMPLETED(every=10), lambda engine: None)
    trainer.run(max_iterations=1000)
    tracemalloc.start()
    try:
        trainer.run(max_iterations=2000)
        before = tracemalloc.get_traced_memory()[0]
        trainer.run(max_iterations=20_000)
        assert tracemalloc.get_traced_memory()[0] - before < 2000
    finally:
        tracemalloc.stop()


def test_the_reason_of_a_termination_is_kept_until_the_next_run_and_logged(caplog):
    trainer = Engine(lambda engine, batch: None)
    stop = trainer.on(Events.ITERATION_COMPLETED(once=2), lambda: trainer.terminate(reason="enough"))
    with caplog.at_level(logging.INFO, "simple_ignite"):
        assert trainer.run(range(4)).stop_reason == "enough"
    assert "terminated: enough" in caplog.text
    stop.remove()
    assert trainer.run().stop_reason is None
    trainer.on(Events.ITERATION_COMPLETED(once=2), trainer.terminate)
    assert trainer.run(range(4)).stop_reason is None


def test_a_run_with_nothing_left_to_do_says_so(caplog):
    first = Engine(lambda engine, batch: None)
    first.run(range(3), max_epochs=2)
    assert caplog.text == ""
    second = Engine(lambda engine, batch: None)
    second.load_state_dict(first.state_dict())
    second.run(range(3), max_epochs=2)
    assert [record.getMessage() for record in caplog.records] == [
        "engine <lambda>: nothing left to do: 2 of 2 epochs are done; raise max_epochs to continue, "
        "or start over with run(..., restart=True)"
    ]
    assert second.run(range(3), max_epochs=3).iteration == 9
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (3, [torch.ones(2)]),
            "max_epochs must be a whole number from 1, not a list; "
            "the data come first: run(data, max_epochs=3)",
        ),
        (([1], 2.5), "max_epochs must be a whole number from 1, not 2.5"),
        ((3,), "the data must be something to iterate over, such as a DataLoader or a list, not 3"),
    ],
)
def test_arguments_out_of_order_are_named_and_not_printed_whole(arguments, message):
    with pytest.raises(RunError) as caught:
        Engine(lambda engine, batch: None).run(*arguments)
    assert str(caught.value) == message


def test_a_step_must_be_callable():
    with pytest.raises(HandlerError) as caught:
        Engine(3)
    assert str(caught.value) == "a step must be callable as step(engine, batch), not 3"


class Kept:
    """A handler with a state."""

    def __init__(self, value=0):
        self.value = value

    def __call__(self):
        self.value += 1

    def state_dict(self):
        return {"value": self.value}

    def load_state_dict(self, state):
        self.value = state["value"]


def test_what_is_kept_is_saved_without_being_a_handler():
    trainer, kept = Engine(echo), Kept(3)
    trainer.keep(kept)
    trainer.keep(kept)
    trainer.keep(print)
    assert trainer.kept == (kept,)
    assert trainer.state_dict()["handlers"] == {"Kept": {"value": 3}}
    resumed, again = Engine(echo), Kept()
    resumed.load_state_dict(trainer.state_dict())
    resumed.keep(again)
    assert again.value == 3


def test_handlers_with_a_state_are_kept_methods_by_their_owner():
    trainer, first, second = Engine(echo), Kept(), Kept()
    trainer.on(Events.STARTED, first)
    trainer.on(Events.STARTED, second.__call__)
    trainer.on(Events.COMPLETED, first)
    assert trainer.kept == (first, second)


def test_whether_it_is_in_an_epoch_and_between_iterations():
    seen = []

    def step(engine, batch):
        look("step")

    def look(name):
        seen.append((name, trainer.in_epoch, trainer.between_iterations))

    trainer = Engine(step)
    for event in Events:
        trainer.on(event, look, event.name)
    assert (trainer.in_epoch, trainer.between_iterations) == (False, True)
    trainer.run([1])
    assert seen == [
        ("STARTED", False, True),
        ("EPOCH_STARTED", True, True),
        ("GET_BATCH_STARTED", True, True),
        ("GET_BATCH_COMPLETED", True, True),
        ("ITERATION_STARTED", True, False),
        ("step", True, False),
        ("ITERATION_COMPLETED", True, True),
        ("EPOCH_COMPLETED", False, True),
        ("COMPLETED", False, True),
    ]


def test_after_an_error_in_the_step_it_is_not_between_iterations():
    trainer, seen = Engine(lambda engine, batch: 1 / 0), []
    trainer.on(Events.EXCEPTION_RAISED, lambda engine: seen.append(engine.between_iterations))
    with pytest.raises(ZeroDivisionError):
        trainer.run([1])
    assert seen == [False]


def test_a_decorator_returns_the_handler_and_passes_its_arguments():
    trainer, seen = Engine(echo), []

    @trainer.on(Events.STARTED, priority=-1)
    def late():
        seen.append("late")

    @trainer.on(Events.STARTED)
    def early():
        seen.append("early")

    trainer.run([1])
    assert (seen, late.__name__) == (["early", "late"], "late")


def test_a_handlers_own_priority_is_used_unless_another_is_given():
    class First:
        priority = 5

        def __call__(self):
            seen.append("own")

    class Odd:
        priority = "high"

        def __call__(self):
            seen.append("odd")

    trainer, seen = Engine(echo), []
    trainer.on(Events.STARTED, lambda: seen.append("plain"))
    trainer.on(Events.STARTED, Odd())
    trainer.on(Events.STARTED, First())
    trainer.on(Events.STARTED, First(), priority=-1)
    trainer.run([1])
    assert seen == ["own", "plain", "odd", "own"]


def test_steps_and_handlers_are_told_the_engine_they_are_registered_with():
    class Thing:
        engines = ()

        def registered(self, engine):
            self.engines += (engine,)

        def __call__(self, *args):
            pass

    step, handler = Thing(), Thing()
    trainer = Engine(step)
    trainer.on(Events.STARTED, handler)
    assert (step.engines, handler.engines) == ((trainer,), (trainer,))


def test_a_run_leaves_no_signal_for_the_next():
    trainer = Engine(echo)
    trainer.terminate_epoch()
    trainer.interrupt()
    trainer.terminate(reason="before")
    assert trainer.run(range(3)).iteration == 3
    assert trainer.state.stop_reason is None
    trainer.on(Events.COMPLETED, Engine.terminate)
    trainer.run(range(3), max_epochs=2)
    assert trainer.table.control.signal == 0
    assert trainer.run(range(3), max_epochs=3).iteration == 9


def test_a_reason_given_first_is_kept_if_none_is_given_later():
    trainer = Engine(echo)
    trainer.on(Events.ITERATION_COMPLETED(once=1), lambda: trainer.terminate(reason="first"))
    trainer.on(Events.ITERATION_COMPLETED(once=1), Engine.terminate)
    trainer.on(Events.ITERATION_COMPLETED(once=1), Engine.preempt)
    assert trainer.run(range(3)).stop_reason == "first"


def test_a_run_continued_with_other_data_takes_them_from_their_first_batch():
    batches = []
    trainer = Engine(lambda engine, batch: batches.append(batch))
    pause = trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.interrupt)
    trainer.run(list("abcd"))
    pause.remove()
    other = list("wxyz")
    trainer.run(other)
    assert "".join(batches) == "abwx"
    assert trainer.state.dataloader is other


def test_a_seed_is_used_only_when_training_begins():
    trainer, seen = Engine(lambda engine, batch: seen.append(float(torch.rand(())))), []
    trainer.run([1], seed=3)
    trainer.run([1], max_epochs=2, seed=3)
    assert (trainer.state.seed, seen[0] != seen[1]) == (3, True)
    trainer.run([1], restart=True, seed=4)
    assert trainer.state.seed == 4
    pause = trainer.on(Events.ITERATION_COMPLETED, Engine.interrupt)
    trainer.run([1, 2], restart=True)
    pause.remove()
    trainer.run(seed=9)
    assert trainer.state.seed == 4, "a run that is continued within an epoch is not seeded"


def test_beginning_anew_forgets_counts_metrics_and_what_was_loaded():
    trainer = Engine(echo)
    trainer.register_events("mine")
    trainer.on(Events.ITERATION_COMPLETED, lambda: trainer.fire_event("mine"))
    trainer.state.metrics["old"] = 1
    first = Engine(echo)
    first.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    first.run(range(4))
    trainer.load_state_dict(first.state_dict())
    trainer.table.counts["mine"] = 5
    assert trainer.run(range(3), restart=True).iteration == 3
    assert trainer.table.counts["mine"] == 3
    assert trainer.state.metrics == {}


def test_an_error_that_a_handler_settles_leaves_a_usable_engine():
    trainer = Engine(lambda engine, batch: 1 / batch)
    trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: True)
    state = trainer.run([1, 0, 2])
    assert (state.iteration, state.batch, state.output) == (2, None, None)
    assert trainer.run([1, 1], restart=True).iteration == 2


def test_events_with_counters_count_by_the_state():
    trainer, seen = Engine(echo), []
    trainer.register_events("a", "b", counters={"a": "saves"})
    trainer.state.saves = 2
    from simple_ignite import EventFilter

    trainer.on(EventFilter("a", every=2), lambda: seen.append("a"))
    trainer.on(EventFilter("b", every=2), lambda: seen.append("b"))
    for event in "abab":
        trainer.fire_event(event)
    assert seen == ["a", "a", "b"]
