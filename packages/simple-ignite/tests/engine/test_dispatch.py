"""Dispatch: handlers that come and go while events fire, and what happens when one raises."""

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine.control import CHANGED
from simple_ignite.engine.dispatch import EARLY
from simple_ignite.engine.events import NEVER
from simple_ignite.errors import EventError, HandlerError


def nothing(engine, batch):
    return None


@pytest.mark.parametrize(
    "event", [Events.ITERATION_STARTED, Events.ITERATION_COMPLETED, Events.GET_BATCH_STARTED]
)
def test_a_handler_may_remove_itself_while_it_runs(event):
    trainer, seen = Engine(nothing), []

    def once(engine):
        seen.append(engine.state.iteration)
        handle.remove()

    handle = trainer.on(event, once)
    trainer.on(event, lambda: seen.append("after"))
    trainer.run(range(2))
    assert len(seen) == 3
    assert seen[1:] == ["after", "after"]


@pytest.mark.parametrize(
    "event", [Events.ITERATION_STARTED, Events.ITERATION_COMPLETED, Events.EPOCH_STARTED]
)
def test_a_handler_that_was_removed_by_an_earlier_one_does_not_run(event):
    trainer, seen = Engine(nothing), []
    trainer.on(event, lambda: later.remove())
    later = trainer.on(event, lambda: seen.append("removed"))
    trainer.on(event, lambda: seen.append("kept"))
    trainer.run(range(2))
    assert set(seen) == {"kept"}


def test_a_handler_added_in_an_iteration_runs_in_it_if_its_event_is_still_to_come():
    trainer, seen = Engine(nothing), []

    @trainer.on(Events.ITERATION_STARTED(once=2))
    def add(engine):
        engine.on(Events.ITERATION_COMPLETED, lambda engine: seen.append(engine.state.iteration))

    trainer.run(range(3))
    assert seen == [2, 3]


def test_a_step_may_add_a_handler():
    seen = []

    def step(engine, batch):
        if batch == 1:
            engine.on(Events.ITERATION_COMPLETED, lambda engine: seen.append(engine.state.iteration))

    Engine(step).run(range(4))
    assert seen == [2, 3, 4]


def test_a_handler_added_to_the_firing_event_runs_from_the_next_occurrence():
    trainer, seen = Engine(nothing), []

    @trainer.on(Events.ITERATION_COMPLETED(once=2))
    def add(engine):
        engine.on(Events.ITERATION_COMPLETED, lambda engine: seen.append(engine.state.iteration))

    trainer.run(range(4))
    assert seen == [3, 4]


def test_periodic_and_constant_handlers_keep_their_order():
    trainer, seen = Engine(nothing), []
    trainer.on(Events.ITERATION_COMPLETED, lambda: seen.append("a"))
    trainer.on(Events.ITERATION_COMPLETED(every=2), lambda: seen.append("b"))
    trainer.on(Events.ITERATION_COMPLETED, lambda: seen.append("c"))
    trainer.on(Events.ITERATION_COMPLETED(when=lambda engine, count: count == 3), lambda: seen.append("d"))
    trainer.run(range(3))
    assert "".join(seen) == "acabcacd"


def test_methods_of_torch_objects_are_called_with_nothing():
    import torch

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    trainer = Engine(lambda engine, batch: optimizer.step())
    trainer.on(Events.EPOCH_COMPLETED, scheduler.step)
    trainer.on(Events.EPOCH_COMPLETED, model.train)
    trainer.run([1], max_epochs=2)
    assert optimizer.param_groups[0]["lr"] == 0.25


def test_a_handler_that_cannot_be_called_is_refused_at_once():
    trainer = Engine(nothing)
    with pytest.raises(HandlerError) as caught:
        trainer.on(Events.STARTED, lambda engine, other: None)
    assert str(caught.value).endswith(
        "(engine, other) cannot be called as a handler with (engine): "
        "let it take the engine or nothing, then the arguments given to `on`"
    )
    with pytest.raises(HandlerError, match="a handler must be callable, not 3"):
        trainer.on(Events.STARTED, 3)


def test_a_builtin_without_a_signature_gets_the_engine():
    trainer = Engine(nothing)
    trainer.on(Events.STARTED, vars)
    assert trainer.run([1]).iteration == 1


def table_of(*registered, **options):
    """Return an engine as handlers see it, its table, and what the handlers note."""
    engine, seen = Engine(nothing), []
    for event, name in registered:
        engine.table.add(event, lambda e, name: seen.append(name), (name,), {}, 0)
    engine.table.control.signal = 0
    return engine, engine.table, seen


@pytest.mark.parametrize(
    ("event", "attributes", "count"),
    [
        (Events.ITERATION_STARTED, {"iteration": 5}, 5),
        (Events.ITERATION_COMPLETED, {"iteration": 5}, 5),
        (Events.GET_BATCH_STARTED, {"iteration": 5}, 6),
        (Events.GET_BATCH_COMPLETED, {"iteration": 5}, 6),
        (Events.EPOCH_STARTED, {"epoch": 2}, 3),
        (Events.EPOCH_COMPLETED, {"epoch": 2}, 3),
    ],
)
def test_occurrences_are_counted_by_the_position(event, attributes, count):
    engine, table, seen = table_of((event(once=count), "due"), (event(once=count + 1), "later"))
    for name, value in attributes.items():
        setattr(engine.state, name, value)
    table.fire(event, engine)
    table.fire(event, engine)
    assert (seen, table.counts) == (["due", "due"], {})


def test_other_events_are_counted_as_they_fire():
    engine, table, seen = table_of((Events.STARTED(once=1), "first"), (Events.STARTED(once=2), "second"))
    table.fire(Events.STARTED, engine)
    assert (seen, table.counts) == (["first"], {Events.STARTED: 1})
    table.fire(Events.STARTED, engine)
    assert (seen, table.counts) == (["first", "second"], {Events.STARTED: 2})


def test_handlers_run_by_stage_then_priority_then_registration():
    engine, seen = Engine(nothing), []
    for name, priority, stage in (("a", 0, 1), ("b", 5, 1), ("c", 0, EARLY), ("d", 0, 1), ("e", 5, EARLY)):
        engine.table.add(Events.STARTED, lambda e, name: seen.append(name), (name,), {}, priority, stage)
    engine.table.fire(Events.STARTED, engine)
    assert "".join(seen) == "ecbad"


def test_adding_and_removing_are_signalled():
    _, table, _ = table_of()
    handle = table.add(Events.STARTED, nothing, ("x",), {}, 0)
    assert table.control.signal == CHANGED
    table.control.signal = 0
    handle.remove()
    assert (table.control.signal, table.has(Events.STARTED)) == (CHANGED, False)
    table.control.signal = 0
    handle.remove()
    assert table.control.signal == 0, "it is removed once"


def test_a_union_is_removed_from_all_its_events():
    engine, seen = Engine(nothing), []
    handle = engine.on(Events.STARTED | Events.COMPLETED(once=1), lambda: seen.append(1))
    assert engine.table.has(Events.COMPLETED)
    assert engine.table.has(Events.EPOCH_STARTED, Events.STARTED)
    handle.remove()
    engine.run([1])
    assert seen == []
    assert not engine.table.has(Events.STARTED, Events.COMPLETED)


def test_a_handler_that_cannot_be_called_is_registered_with_none_of_its_events():
    engine = Engine(nothing)
    with pytest.raises(HandlerError):
        engine.on(Events.EXCEPTION_RAISED | Events.STARTED, lambda engine, error: None)
    assert not engine.table.has(Events.EXCEPTION_RAISED, Events.STARTED)


def test_a_plan_has_the_constant_handlers_and_the_next_occurrence_of_the_others():
    _, table, _ = table_of(
        (Events.ITERATION_COMPLETED, "all"),
        (Events.ITERATION_COMPLETED(every=4), "fourth"),
        (Events.ITERATION_COMPLETED(once=7), "seventh"),
        (Events.ITERATION_COMPLETED(when=lambda engine, count: False), "asked"),
    )
    plan = table.plan(Events.ITERATION_COMPLETED, 4)
    assert (plan.event, plan.due, len(plan.calls), len(plan.entries)) == (Events.ITERATION_COMPLETED, 7, 2, 2)
    assert table.plan(Events.ITERATION_COMPLETED, 3).due == 4
    assert table.plan(Events.ITERATION_COMPLETED, 8).due == 12
    assert table.plan(Events.ITERATION_STARTED, 0).due == NEVER


def test_conditions_in_a_plan_are_asked_with_the_count():
    for event, iteration, count in (
        (Events.ITERATION_COMPLETED, 3, 3),
        (Events.GET_BATCH_STARTED, 3, 4),
        (Events.GET_BATCH_COMPLETED, 3, 4),
    ):
        asked = []
        engine, table, seen = table_of()
        condition = event(when=lambda engine, n, asked=asked: asked.append(n) or n == 4)
        table.add(condition, lambda engine, seen=seen: seen.append("run"), (), {}, 0)
        engine.state.iteration = iteration
        for call in table.plan(event, iteration).calls:
            call(engine)
        assert (asked, seen) == ([count], ["run"] if count == 4 else [])


def test_a_removed_handler_is_not_called_by_the_plan_that_is_followed():
    engine, table, seen = table_of((Events.ITERATION_COMPLETED, "first"))
    handle = table.add(Events.ITERATION_COMPLETED, lambda: seen.append("second"), (), {}, 0)
    plan = table.plan(Events.ITERATION_COMPLETED, 0)
    handle.remove()
    for call in plan.calls:
        call(engine)
    assert seen == ["first"]
    assert table.plan(Events.ITERATION_COMPLETED, 0).calls != plan.calls


def test_an_occurrence_calls_the_plan_the_due_handlers_or_those_that_have_changed():
    event = Events.GET_BATCH_STARTED
    engine, table, seen = table_of((event, "all"), (event(every=3), "third"))
    plan = table.plan(event, 0)
    for count in range(1, 7):
        engine.state.iteration = count - 1
        table.occur(plan, engine, count)
    assert seen == ["all", "all", "all", "third", "all", "all", "all", "third"]
    assert plan.due == 9
    seen.clear()
    table.add(event, lambda: seen.append("new"), (), {}, 0)
    table.occur(plan, engine, 7)
    assert seen == ["all", "third", "new"], "the iteration is still the sixth"


def test_handlers_whose_state_was_restored_and_those_of_metrics_are_left_out_of_a_repetition():
    class Noting:
        def __call__(self):
            seen.append("restored")

        def method(self):
            seen.append("method of the restored")

    engine, table, seen = table_of((Events.EPOCH_STARTED, "plain"))
    noting = Noting()
    for handler in (noting, noting.method):
        table.add(Events.EPOCH_STARTED, handler, (), {}, 0)
    table.add(Events.EPOCH_STARTED, lambda: seen.append("metrics"), (), {}, 0, EARLY)
    table.fire_again(Events.EPOCH_STARTED, engine, {id(noting)})
    assert seen == ["plain"]
    table.fire_again(Events.EPOCH_STARTED, engine, set())
    assert seen[1:] == ["plain", "restored", "method of the restored"]


def test_only_listeners_of_the_occurrence_are_returned():
    def both(engine, error):
        return engine, error

    def never():
        pass

    engine = Engine(nothing)
    engine.on(Events.EXCEPTION_RAISED, both)
    engine.on(Events.EXCEPTION_RAISED(once=2), never)
    ((handler, call),) = engine.table.listeners(Events.EXCEPTION_RAISED, engine)
    assert (handler, call("E", "X")) == (both, ("E", "X"))
    assert len(engine.table.listeners(Events.EXCEPTION_RAISED, engine)) == 2


def test_the_innermost_handler_that_failed_is_recorded():
    engine, table, _ = table_of()

    def outer():
        table.fire(Events.COMPLETED, engine)

    def inner():
        raise ValueError

    table.add(Events.STARTED, outer, (), {}, 0)
    table.add(Events.COMPLETED, inner, (), {}, 0)
    with pytest.raises(ValueError):
        table.fire(Events.STARTED, engine)
    failed = table.control.failed
    assert failed[0] is Events.COMPLETED
    assert failed[1].endswith("inner")


def test_a_call_that_is_no_longer_in_the_plan_is_not_recorded():
    _, table, _ = table_of((Events.STARTED, "a"))
    plan = table.plan(Events.STARTED, 0)
    table.blame_call(Events.STARTED, print)
    assert table.control.failed is None
    table.blame_call(Events.STARTED, plan.calls[0])
    assert table.control.failed == (Events.STARTED, "table_of.<locals>.<lambda>".rpartition("<locals>.")[2])


def test_events_are_found_by_the_value_they_are_saved_as():
    _, table, _ = table_of()
    table.register(["mine"], {})
    assert table.by_value("epoch_started") is Events.EPOCH_STARTED
    assert (table.by_value("mine"), table.by_value("unknown")) == ("mine", "unknown")


@pytest.mark.parametrize(
    ("event", "hint"),
    [
        ("Epoch_Complet", "; did you mean Events.EPOCH_COMPLETED?"),
        ("mines", "; did you mean 'mine'?"),
        ("zzz", ""),
        (["list"], ""),
    ],
)
def test_an_unknown_event_is_explained(event, hint):
    _, table, _ = table_of()
    table.register(["mine"], {})
    with pytest.raises(EventError) as caught:
        table.fire(event, Engine(nothing))
    assert str(caught.value) == f"{event!r} is not an event of this engine; see `register_events`{hint}"
    assert caught.value.event == event


def test_registered_events_keep_their_handlers_if_they_are_registered_again():
    engine, table, seen = table_of()
    table.register(["mine"], {})
    table.add("mine", lambda: seen.append(1), (), {}, 0)
    table.register(["mine"], {"mine": "number"})
    engine.state.number = 1
    table.fire("mine", engine)
    assert (seen, table.counts) == ([1], {})
    with pytest.raises(EventError):
        table.register([], {"unknown": "number"})
