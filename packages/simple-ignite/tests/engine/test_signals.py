"""Preemption: a signal ends a run in order."""

import os
import signal
import threading

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine.signals import SignalWatch
from simple_ignite.errors import RunError

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs POSIX signals")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_a_graceful_run_ends_at_the_next_iteration_boundary_with_its_handlers(name):
    number = getattr(signal, name)
    before = signal.getsignal(number)

    def step(engine, batch):
        if engine.state.iteration == 3:
            os.kill(os.getpid(), number)

    trainer, seen = Engine(step), []
    for event in (
        Events.ITERATION_COMPLETED(after=2),
        Events.EPOCH_COMPLETED,
        Events.TERMINATED,
        Events.COMPLETED,
    ):
        trainer.on(event, lambda event: seen.append(str(event)), getattr(event, "event", event))
    trainer.run(range(9), graceful=True)
    assert seen == ["ITERATION_COMPLETED", "TERMINATED", "COMPLETED"]
    assert trainer.state.iteration == 3
    assert signal.getsignal(number) is before


def test_a_signal_in_a_handler_of_an_epoch_ends_the_run_there():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED(once=2), lambda: os.kill(os.getpid(), signal.SIGUSR1))
    assert trainer.run(range(3), max_epochs=9, graceful=True).iteration == 6
    assert trainer.run(range(3)).iteration == 27, "the next run goes on"


def test_a_signal_during_a_nested_run_ends_the_outer_one_too():
    trainer, evaluator = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
    evaluator.on(Events.ITERATION_COMPLETED(once=1), lambda: os.kill(os.getpid(), signal.SIGTERM))
    trainer.on(Events.ITERATION_COMPLETED(once=2), lambda: evaluator.run(range(3), graceful=True))
    assert trainer.run(range(5), graceful=True).iteration == 2
    assert evaluator.state.iteration == 1


def test_without_it_a_signal_does_what_it_always_does():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    try:
        trainer = Engine(lambda engine, batch: os.kill(os.getpid(), signal.SIGUSR1))
        assert trainer.run(range(3)).iteration == 3
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1] * 3


def test_outside_the_main_thread_it_is_refused():
    caught = []

    def run():
        try:
            Engine(print).run([1], graceful=True)
        except RunError as error:
            caught.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert caught == ["signals can be caught only in the main thread; run the engine there"]


def test_signals_the_system_lacks_are_passed_over():
    with SignalWatch(lambda name: None, ("SIGNONSENSE", "SIGUSR1")) as watch:
        assert len(watch._previous) == 1


def test_a_watch_that_was_not_left_may_be_entered_again():
    before = signal.getsignal(signal.SIGUSR1)
    came = []
    watch = SignalWatch(came.append, ("SIGUSR1",))
    watch.__enter__()  # and an error in a handler of the end keeps it
    with watch:
        os.kill(os.getpid(), signal.SIGUSR1)
    assert came == ["SIGUSR1"]
    assert signal.getsignal(signal.SIGUSR1) == before
