"""Preemption: signals end the runs of the engines it is attached to."""

import os
import signal
import time

import pytest

from simple_ignite import Engine, Events
from simple_ignite.handlers import (
    Preemption,
    Timer,
)

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs POSIX signals")


def idle(engine, batch):
    return None


def test_preemption_ends_in_order_and_gives_the_signal_back():
    before = signal.getsignal(signal.SIGUSR1)
    trainer = Engine(idle)
    preemption = Preemption().attach(trainer)
    seen = []
    trainer.on(Events.ITERATION_COMPLETED(once=3), lambda: os.kill(os.getpid(), signal.SIGUSR1))
    trainer.on(Events.TERMINATED | Events.COMPLETED, lambda engine: seen.append(engine.state.iteration))
    trainer.run(range(9))
    assert (seen, preemption.received) == ([3, 3], "SIGUSR1")
    assert signal.getsignal(signal.SIGUSR1) is before
    trainer.run(range(9))
    assert (trainer.state.iteration, preemption.received) == (9, None)


def test_what_begins_with_a_run_begins_with_a_continued_one_too():
    trainer = Engine(lambda engine, batch: time.sleep(0.01))
    timer, preemption = Timer().attach(trainer), Preemption().attach(trainer)
    pause = trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.interrupt)
    data = list(range(9))
    trainer.run(data)
    pause.remove()
    trainer.on(Events.ITERATION_COMPLETED(once=6), lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert trainer.run(data).iteration == 6
    assert preemption.received == "SIGTERM"
    assert timer.value() >= 0.06


def test_preemption_of_two_engines_ends_both_and_gives_the_signals_back():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGUSR1)

    def step(engine, batch):
        if engine.state.iteration == 2:
            os.kill(os.getpid(), signal.SIGUSR1)

    outer, inner = Engine(lambda engine, batch: None), Engine(step)
    preemption = Preemption().attach(outer).attach(inner).attach(outer)
    outer.on(Events.EPOCH_COMPLETED, lambda: inner.run([1, 2, 3]))
    outer.run([1, 2], max_epochs=2)
    assert (outer.state.iteration, inner.state.iteration) == (2, 2)
    assert outer.state.stop_reason == inner.state.stop_reason == preemption.received == "SIGUSR1"
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGUSR1)) == before


def test_preemption_remembers_what_came_while_an_evaluation_begins():
    outer = Engine(lambda engine, batch: os.kill(os.getpid(), signal.SIGTERM) if batch == 2 else None)
    inner = Engine(lambda engine, batch: None)
    preemption = Preemption().attach(outer).attach(inner)
    outer.on(Events.TERMINATED, lambda: inner.run([1]))
    assert outer.run([1, 2, 3]).iteration == 2
    assert preemption.received == "SIGTERM"
    outer.run([1, 1, 1], restart=True)
    assert preemption.received is None
