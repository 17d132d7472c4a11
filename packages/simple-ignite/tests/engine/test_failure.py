"""Failure: who is told of an exception, and what it says about where it happened."""

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import DataExhaustedError


def failing(at):
    def step(engine, batch):
        if engine.state.iteration == at:
            raise ValueError("broken")

    return step


def test_the_note_says_where_a_step_failed():
    with pytest.raises(ValueError, match="broken") as caught:
        Engine(failing(4)).run(range(3), max_epochs=2)
    assert caught.value.__notes__ == ["engine step: epoch [2/2], iteration 4, in the step"]


@pytest.mark.parametrize(
    "event", [Events.ITERATION_COMPLETED, Events.ITERATION_COMPLETED(every=2), Events.EPOCH_COMPLETED]
)
def test_the_note_names_event_and_handler(event):
    trainer = Engine(failing(0))

    @trainer.on(event, priority=1)
    def fine():
        pass

    @trainer.on(event)
    def boom(engine):
        if engine.state.iteration == 2:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken") as caught:
        trainer.run(range(2))
    name = str(getattr(event, "event", event))
    assert caught.value.__notes__ == [f"engine step: epoch [1/1], iteration 2, in handler boom of {name}"]


def test_the_note_says_that_data_failed():
    def data():
        yield 1
        raise OSError("disk")

    with pytest.raises(OSError, match="disk") as caught:
        Engine(failing(0)).run(data())
    assert caught.value.__notes__ == ["engine step: epoch [1/1], iteration 1, fetching a batch"]


def test_an_evaluator_within_a_handler_adds_its_own_note():
    trainer, evaluator = Engine(failing(0)), Engine(failing(1))

    @trainer.on(Events.EPOCH_COMPLETED)
    def validate():
        evaluator.run([1])

    with pytest.raises(ValueError, match="broken") as caught:
        trainer.run([1])
    assert caught.value.__notes__ == [
        "engine step: epoch [1/1], iteration 1, in the step",
        "engine step: epoch [1/1], iteration 1, in handler validate of EPOCH_COMPLETED",
    ]


def test_every_handler_is_told_once_and_the_error_is_raised():
    trainer, seen = Engine(failing(1)), []
    trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: seen.append(str(error)))
    trainer.on(Events.EXCEPTION_RAISED, lambda engine: seen.append(engine is trainer))
    trainer.on(Events.EXCEPTION_RAISED, lambda: seen.append("nothing"))
    with pytest.raises(ValueError, match="broken"):
        trainer.run([1])
    assert seen == ["broken", True, "nothing"]


def test_a_handler_that_returns_true_settles_it():
    trainer, seen = Engine(failing(2)), []
    trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: True)
    trainer.on(Events.EXCEPTION_RAISED, lambda: seen.append("told too"))
    state = trainer.run(range(3))
    assert (state.iteration, seen) == (2, ["told too"])


def test_a_handler_that_fails_itself_becomes_a_note():
    trainer = Engine(failing(1))

    @trainer.on(Events.EXCEPTION_RAISED)
    def clumsy(engine, error):
        raise KeyError("other")

    with pytest.raises(ValueError, match="broken") as caught:
        trainer.run([1])
    assert caught.value.__notes__[-1] == "handler clumsy of EXCEPTION_RAISED raised KeyError: 'other'"


def test_keyboard_interrupt_is_always_raised_after_the_handlers():
    def step(engine, batch):
        raise KeyboardInterrupt

    trainer, seen = Engine(step), []
    trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: seen.append(type(error)) or True)
    with pytest.raises(KeyboardInterrupt):
        trainer.run([1])
    assert seen == [KeyboardInterrupt]


class Flaky:
    """Data that fail once, at the third batch."""

    def __init__(self):
        self.failed = False

    def __iter__(self):
        for number in range(5):
            if number == 2 and not self.failed:
                self.failed = True
                raise OSError("disk")
            yield number


def test_after_data_failed_the_next_run_asks_for_them_anew():
    seen, data = [], Flaky()
    trainer = Engine(lambda engine, batch: seen.append(batch))
    with pytest.raises(OSError, match="disk"):
        trainer.run(data, max_epochs=2)
    assert trainer.run(data, restart=False).iteration == 10
    assert seen == [0, 1, 2, 3, 4] * 2


def test_an_iterator_that_failed_is_not_taken_for_one_that_ended():
    data = iter(Flaky())
    trainer = Engine(lambda engine, batch: None)
    with pytest.raises(OSError, match="disk"):
        trainer.run(data, max_epochs=2)
    with pytest.raises(DataExhaustedError) as caught:
        trainer.run(data, restart=False)
    assert str(caught.value) == (
        "the data raised an error after 2 of an unknown number of iterations and cannot be restarted: "
        "an iterator that raised is exhausted; pass a list or a DataLoader"
    )


def test_after_an_error_a_run_can_be_continued_on_the_next_batch():
    batches = []

    def step(engine, batch):
        batches.append(batch)
        if batches == ["a", "b"]:
            raise ValueError("broken")

    trainer, data = Engine(step), list("abcd")
    with pytest.raises(ValueError, match="broken"):
        trainer.run(data)
    assert trainer.run(data, restart=False).iteration == 4
    assert "".join(batches) == "abcd"
