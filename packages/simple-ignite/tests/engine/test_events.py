"""Events: filters, unions, and when they fire."""

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite import Engine, EventEnum, EventFilter, Events
from simple_ignite.errors import EventError


def fired(event, iterations=12):
    """Return the iterations at which a handler of `event` ran."""
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(event, lambda engine: seen.append(engine.state.iteration))
    trainer.run(range(iterations))
    return seen


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"every": 5}, [5, 10]),
        ({"once": 3}, [3]),
        ({"once": (2, 7)}, [2, 7]),
        ({"before": 3}, [1, 2]),
        ({"after": 10}, [11, 12]),
        ({"after": 2, "before": 5}, [3, 4]),
        ({"every": 3, "after": 4}, [6, 9, 12]),
        ({"every": 3, "after": 4, "before": 9}, [6]),
        ({"when": lambda engine, count: count in (4, 8)}, [4, 8]),
        ({"every": 2, "when": lambda engine, count: count > 9}, [10, 12]),
    ],
)
@pytest.mark.parametrize("event", [Events.ITERATION_STARTED, Events.ITERATION_COMPLETED])
def test_filters(event, conditions, expected):
    assert fired(event(**conditions)) == expected


def test_epochs_are_counted_from_one():
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(Events.EPOCH_COMPLETED(every=5), lambda engine: seen.append(engine.state.epoch))
    trainer.run([1], max_epochs=11)
    assert seen == [4, 9]


@pytest.mark.parametrize("event", [Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED])
def test_get_batch_counts_the_upcoming_iteration(event):
    assert fired(event(once=3)) == [2]


def test_union_fires_at_any():
    union = Events.ITERATION_COMPLETED(every=5) | Events.ITERATION_COMPLETED(once=3) | Events.COMPLETED
    assert fired(union) == [3, 5, 10, 12]
    assert fired(Events.STARTED | Events.EPOCH_COMPLETED(once=1)) == [0, 12]


def test_an_occurrence_that_two_filters_want_fires_once():
    assert fired(Events.ITERATION_COMPLETED(every=2) | Events.ITERATION_COMPLETED(every=3), 6) == [2, 3, 4, 6]


def test_other_events_count_how_often_they_fired():
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(Events.STARTED(every=2), lambda: seen.append("second"))
    trainer.run([1], max_epochs=1)
    trainer.run([1], max_epochs=2)
    assert seen == ["second"]


def test_custom_events_take_filters_and_counters():
    class Steps(EventEnum):
        BACKWARD = "backward"

    class Plain(Enum):
        SAVED = 1

    trainer = Engine(
        lambda engine, batch: [engine.fire_event(event) for event in (Steps.BACKWARD, Plain.SAVED, "text")]
    )
    trainer.state.saves = 0
    trainer.register_events(Steps, Plain, "text", counters={Plain.SAVED: "saves"})
    seen = []
    trainer.on(
        Steps.BACKWARD(every=2) | Events.COMPLETED,
        lambda engine: seen.append(("backward", engine.state.iteration)),
    )
    trainer.on(EventFilter("text", once=3), lambda engine: seen.append(("text", engine.state.iteration)))
    trainer.on(
        EventFilter(Plain.SAVED, once=7), lambda engine: seen.append(("saved", engine.state.iteration))
    )

    @trainer.on(Events.ITERATION_STARTED(once=4))
    def count():
        trainer.state.saves = 7

    trainer.run(range(4))
    assert seen == [("backward", 2), ("text", 3), ("backward", 4), ("saved", 4), ("backward", 4)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Events.STARTED(every=0), "STARTED: `every` must be a whole number from 1, not 0"),
        (
            lambda: Events.STARTED(once=()),
            "STARTED: `once` is empty; give the number of an occurrence, or several",
        ),
        (lambda: Events.STARTED(once=True), "STARTED: `once` must be a whole number from 1, not True"),
        (
            lambda: Events.STARTED(every=2, once=3),
            "STARTED: `every` and `once` exclude each other; join two filters with `|`",
        ),
        (lambda: Events.STARTED(when=3), "STARTED: `when` must be a function of (engine, count), not 3"),
        (
            lambda: Engine(print).on("epoch_complete", print),
            "'epoch_complete' is not an event of this engine; see `register_events`; "
            "did you mean Events.EPOCH_COMPLETED?",
        ),
        (lambda: Engine(print).register_events(3), "an event must be a string or an Enum, not 3"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(EventError) as caught:
        make()
    assert str(caught.value) == message


naturals = st.integers(1, 12)


@given(
    every=naturals,
    before=st.none() | naturals,
    after=st.none() | st.integers(0, 12),
    count=st.integers(0, 30),
)
def test_next_after_is_the_first_that_passes(every, before, after, count):
    one = EventFilter("x", every=every, before=before, after=after)
    due = one.next_after(count)
    passing = [n for n in range(count + 1, 60) if one.passes(None, n)]
    assert due == (passing[0] if passing else due)
    assert bool(passing) == (due < 60)


def ends(event, runs=({"max_epochs": 1},), length=7, stop=None):
    """Return the iterations at which a handler of `event` ran in several runs of one engine."""
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(event, lambda engine: seen.append(engine.state.iteration))
    if stop is not None:
        trainer.on(Events.ITERATION_COMPLETED(once=stop[0]), stop[1])
    for goal in runs:
        trainer.run(range(length), **goal)
    return seen


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"every": 3}, [3, 6, 7]),
        ({"every": 7}, [7]),
        ({"every": 10}, [7]),
        ({"once": 1}, [1, 7]),
        ({"once": 7}, [7]),
        ({}, [1, 2, 3, 4, 5, 6, 7]),
        ({"every": 2, "after": 3}, [4, 6, 7]),
        ({"every": 2, "after": 7}, []),
        ({"every": 2, "before": 5}, [2, 4]),
        ({"every": 2, "before": 8}, [2, 4, 6, 7]),
        ({"every": 2, "when": lambda engine, count: count > 5}, [6, 7]),
        ({"every": 2, "when": lambda engine, count: count < 7}, [2, 4, 6]),
    ],
)
def test_the_end_of_the_run_can_be_included(conditions, expected):
    assert ends(Events.ITERATION_COMPLETED(**conditions, last=True)) == expected


@pytest.mark.parametrize(("epochs", "expected"), [(4, [2, 4]), (5, [2, 4, 5]), (1, [1])])
def test_the_last_epoch_can_be_included(epochs, expected):
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(Events.EPOCH_COMPLETED(every=2, last=True), lambda engine: seen.append(engine.state.epoch + 1))
    trainer.run([1], max_epochs=epochs)
    assert seen == expected


def test_the_end_comes_after_the_last_epoch_and_before_completed():
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(Events.COMPLETED, seen.append, "completed", priority=10)
    trainer.on(Events.ITERATION_COMPLETED(every=2, last=True), seen.append, "low", priority=-1)
    trainer.on(Events.ITERATION_COMPLETED(every=4, last=True), seen.append, "high")
    trainer.on(Events.EPOCH_COMPLETED, seen.append, "epoch")
    trainer.run([1])
    assert seen == ["epoch", "high", "low", "completed"]


def test_a_cut_epoch_ends_with_the_last_occurrence_before_it():
    event = Events.EPOCH_COMPLETED(every=2, last=True)
    assert ends(event, [{"max_epochs": 5}], stop=(15, Engine.terminate)) == [14, 15]
    assert ends(event, [{"max_epochs": 5}], stop=(3, Engine.terminate)) == [3]


def test_an_end_at_which_the_handler_was_removed_is_left_for_the_run_that_has_it_again():
    event, seen = Events.ITERATION_COMPLETED(every=4, last=True), []
    trainer, other = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
    trainer.on(event, seen.append, "removed").remove()
    trainer.run([1, 2])
    other.on(event, seen.append, "there")
    other.load_state_dict(trainer.state_dict())
    other.run([1, 2])
    assert (other.state.iteration, seen) == (2, ["there"])


def test_a_paused_run_is_not_at_its_end():
    event = Events.ITERATION_COMPLETED(every=4, last=True)
    assert ends(event, [{}], stop=(5, Engine.interrupt)) == [4]
    assert ends(event, [{}, {}], stop=(5, Engine.interrupt)) == [4, 7]


def test_a_preempted_run_is_not_at_its_end():
    assert ends(Events.ITERATION_COMPLETED(every=4, last=True), stop=(5, Engine.preempt)) == [4]


def test_a_run_that_raises_is_not_at_its_end():
    trainer, seen = Engine(lambda engine, batch: 1 / batch), []
    trainer.on(Events.ITERATION_COMPLETED(every=4, last=True), seen.append, 1)
    with pytest.raises(ZeroDivisionError):
        trainer.run([1, 1, 0])
    assert seen == []


def test_each_end_counts_once():
    event = Events.ITERATION_COMPLETED(every=4, last=True)
    runs = [{"max_iterations": 5}, {"max_iterations": 6}]
    assert ends(event, runs) == [4, 5, 6]


@pytest.mark.parametrize("saved_at", [Events.COMPLETED, Events.EPOCH_COMPLETED])
def test_a_loaded_run_with_nothing_left_to_do_does_not_repeat_its_end(saved_at):
    def made(seen):
        trainer = Engine(lambda engine, batch: None)
        trainer.on(
            Events.ITERATION_COMPLETED(every=4, last=True), lambda engine: seen.append(engine.state.iteration)
        )
        return trainer

    seen, saved = [], []
    trainer = made(seen)
    trainer.on(saved_at, lambda engine: saved.append(engine.state_dict()))
    trainer.run(range(6))
    again = made(seen)
    again.load_state_dict(saved[0])
    again.run(range(6), max_epochs=1)
    assert seen == ([4, 6] if saved_at is Events.COMPLETED else [4, 6, 6]), (
        "an end that was not saved is made up for"
    )


def test_the_end_of_a_union_is_not_called_twice():
    union = Events.ITERATION_COMPLETED(every=4, last=True) | Events.EPOCH_COMPLETED
    assert ends(union) == [4, 7]
    assert ends(union, [{"max_epochs": 2}], stop=(9, Engine.terminate)) == [4, 7, 8, 9]


def test_a_removed_handler_is_not_called_at_the_end():
    trainer, seen = Engine(lambda engine, batch: None), []
    handle = trainer.on(Events.ITERATION_COMPLETED(every=4, last=True), seen.append, 1)
    trainer.on(Events.EPOCH_COMPLETED, handle.remove)
    trainer.run([1])
    assert seen == []


def test_an_error_at_the_end_names_the_handler():
    trainer = Engine(lambda engine, batch: None)

    def broken():
        raise ValueError("broken")

    trainer.on(Events.ITERATION_COMPLETED(every=4, last=True), broken)
    with pytest.raises(ValueError, match="broken") as caught:
        trainer.run([1])
    assert caught.value.__notes__[0].endswith("in handler broken of ITERATION_COMPLETED")


@pytest.mark.parametrize("event", [Events.STARTED, Events.COMPLETED, Events.ITERATION_STARTED])
def test_the_end_is_refused_for_other_events(event):
    with pytest.raises(EventError) as caught:
        event(last=True)
    assert str(caught.value) == (
        f"{event}: `last` is for ITERATION_COMPLETED, EPOCH_COMPLETED, OPTIMIZER_STEP; "
        "for the end of a run use COMPLETED"
    )


def test_a_filter_with_the_end_shows_it():
    assert repr(Events.ITERATION_COMPLETED(every=4, last=True)) == "ITERATION_COMPLETED(every=4, last=True)"
