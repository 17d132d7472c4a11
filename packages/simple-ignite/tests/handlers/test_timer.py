"""Timer: alone, and controlled by events."""

import time

import pytest

from simple_ignite import Engine, Events
from simple_ignite.handlers import Timer


def test_a_timer_measures_what_lies_between_resume_and_pause():
    trainer = Engine(lambda engine, batch: time.sleep(0.01))
    timer = Timer().attach(
        trainer,
        resume=Events.ITERATION_STARTED,
        pause=Events.ITERATION_COMPLETED,
        step=Events.ITERATION_COMPLETED,
    )
    trainer.on(Events.STARTED, timer.pause)
    trainer.on(Events.EPOCH_COMPLETED, lambda: time.sleep(0.1))
    trainer.run(range(4))
    assert 0.04 <= timer.value() < 0.1
    assert timer.step_time() == pytest.approx(timer.value() / 4)
    value = timer.value()
    assert timer.value() == value, "it stands"
    timer.resume()
    assert timer.value() >= value


def test_a_timer_alone():
    timer = Timer()
    time.sleep(0.01)
    assert timer.value() >= 0.01
    assert timer.step_time() == 0.0
    timer.reset()
    assert timer.value() < 0.01
