"""Preemption: a signal ends a run in order."""

import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine.signals import SignalWatch
from simple_ignite.errors import Preempted, RunError

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
    trainer.run(range(9), graceful="return")
    assert seen == ["ITERATION_COMPLETED", "TERMINATED", "COMPLETED"]
    assert trainer.state.iteration == 3
    assert signal.getsignal(number) is before


def test_a_signal_in_a_handler_of_an_epoch_ends_the_run_there():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED(once=2), lambda: os.kill(os.getpid(), signal.SIGUSR1))
    assert trainer.run(range(3), max_epochs=9, graceful="return").iteration == 6
    assert trainer.run(range(3)).iteration == 27, "the next run goes on"


def test_a_signal_during_a_nested_run_ends_the_outer_one_too():
    trainer, evaluator = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
    evaluator.on(Events.ITERATION_COMPLETED(once=1), lambda: os.kill(os.getpid(), signal.SIGTERM))
    trainer.on(Events.ITERATION_COMPLETED(once=2), lambda: evaluator.run(range(3), graceful="return"))
    assert trainer.run(range(5), graceful="return").iteration == 2
    assert evaluator.state.iteration == 1


def ended_by(number, **options):
    """Return an engine whose third iteration gets a signal, and a call that runs it."""
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.ITERATION_COMPLETED(once=3), lambda: os.kill(os.getpid(), number))
    return trainer, lambda: trainer.run(range(9), **options)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_a_graceful_run_that_a_signal_ended_raises_what_ends_the_script(name):
    number = getattr(signal, name)
    trainer, run = ended_by(number, graceful=True)
    errors = []
    trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: errors.append(error))
    with pytest.raises(SystemExit) as ended:
        run()
    assert isinstance(ended.value, Preempted)
    assert (ended.value.code, ended.value.signal) == (128 + number, name)
    assert str(ended.value) == f"engine <lambda>: ended by {name} in epoch [1/1], after iteration 3"
    assert errors == [], "it is no failure of the run"
    assert trainer.run(range(9)).iteration == 9, "the next run continues there"


def test_a_graceful_run_that_no_signal_ended_returns():
    assert Engine(lambda engine, batch: None).run(range(3), graceful=True).iteration == 3


def test_a_signal_in_the_last_iteration_is_not_swallowed():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.ITERATION_COMPLETED(once=3), lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Preempted):
        trainer.run(range(3), graceful=True)


def test_an_exception_of_the_run_comes_before_the_signal():
    def step(engine, batch):
        os.kill(os.getpid(), signal.SIGTERM)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Engine(step).run(range(3), graceful=True)


def test_only_the_outermost_of_graceful_runs_raises():
    trainer, evaluator = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
    evaluator.on(Events.ITERATION_COMPLETED(once=1), lambda: os.kill(os.getpid(), signal.SIGTERM))
    returned = []
    trainer.on(
        Events.ITERATION_COMPLETED(once=2),
        lambda: returned.append(evaluator.run(range(3), graceful=True).iteration),
    )
    with pytest.raises(Preempted, match="after iteration 2"):
        trainer.run(range(5), graceful=True)
    assert returned == [1]


@pytest.mark.parametrize("graceful", ["yes", 2, None])
def test_other_words_are_refused(graceful):
    with pytest.raises(RunError) as caught:
        Engine(print).run([1], graceful=graceful)
    assert str(caught.value) == f'graceful is True, False or "return", not {graceful!r}'


def test_a_script_ends_silently_with_the_code_that_schedulers_expect():
    script = """
import os, signal
from simple_ignite import Engine
Engine(lambda engine, batch: os.kill(os.getpid(), signal.SIGTERM)).run(range(9), graceful=True)
print("not reached")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_it_can_be_sent_to_another_process():
    error = Preempted("text", signal="SIGTERM", code=143)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.signal, again.code) == (Preempted, "text", "SIGTERM", 143)


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
            Engine(print).run([1], graceful="return")
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
