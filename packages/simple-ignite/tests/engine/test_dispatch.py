"""Dispatch: handlers that come and go while events fire, and what happens when one raises."""

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError


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
