"""TimeLimit: the maximum duration of a run."""

import time

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import TimeLimit


def test_a_time_limit_counts_from_the_start_of_each_run():
    trainer = Engine(lambda engine, batch: time.sleep(0.02))
    trainer.on(Events.ITERATION_COMPLETED, TimeLimit(0.1))
    time.sleep(0.15)
    first = trainer.run(range(100)).iteration
    assert 2 <= first < 20
    assert trainer.run(range(100)).iteration > first + 1
    with pytest.raises(HandlerError, match="seconds must be above 0, not 0"):
        TimeLimit(0)
