"""Every way in which a run stops, and what the next run does: the table of the page on the engine."""

import os
import signal

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import Preempted


def raising(error):
    def handler():
        raise error

    return handler


def kill(number):
    return lambda: os.kill(os.getpid(), number)


AT_6 = Events.ITERATION_COMPLETED(once=6)
NEXT, ANEW, NOTHING = (7, 12), (1, 12), None
WAYS = {
    "end": (AT_6, lambda: None, {}, None, ANEW),
    "terminate": (AT_6, Engine.terminate, {}, None, NEXT),
    "terminate at the last iteration": (
        Events.ITERATION_COMPLETED(once=12),
        Engine.terminate,
        {},
        None,
        NOTHING,
    ),
    "terminate after the last epoch": (Events.EPOCH_COMPLETED(once=3), Engine.terminate, {}, None, ANEW),
    "interrupt": (AT_6, Engine.interrupt, {}, None, NEXT),
    "terminate_epoch": (AT_6, Engine.terminate_epoch, {}, None, ANEW),
    "exception": (AT_6, raising(ValueError()), {}, ValueError, ANEW),
    "StopIteration of a handler": (AT_6, raising(StopIteration()), {}, StopIteration, ANEW),
    "Ctrl-C": (AT_6, kill(signal.SIGINT), {}, KeyboardInterrupt, ANEW),
    "exit": (AT_6, raising(SystemExit(3)), {}, SystemExit, ANEW),
    "SIGTERM": (AT_6, kill(signal.SIGTERM), {"graceful": True}, Preempted, NEXT),
    "SIGTERM, returning": (AT_6, kill(signal.SIGTERM), {"graceful": "return"}, None, NEXT),
}


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("way", WAYS)
def test_what_the_next_run_does(way):
    event, stop, options, raised, expected = WAYS[way]
    seen = []
    trainer = Engine(lambda engine, batch: seen.append(engine.state.iteration))
    handle = trainer.on(event, stop)
    data = [0, 1, 2, 3]
    if raised is None:
        trainer.run(data, max_epochs=3, **options)
    else:
        with pytest.raises(raised):
            trainer.run(data, max_epochs=3, **options)
    handle.remove()
    seen.clear()
    trainer.run(data)
    assert ((seen[0], seen[-1]) if seen else None) == expected
    assert trainer.state.epoch == 2


def test_a_run_by_iterations_that_is_raised_begins_a_new_epoch():
    seen = []
    trainer = Engine(lambda engine, batch: seen.append((engine.state.iteration, batch)))
    trainer.run([0, 1, 2, 3], max_iterations=6)
    seen.clear()
    trainer.run([0, 1, 2, 3], max_iterations=8)
    assert seen == [(7, 0), (8, 1)]
