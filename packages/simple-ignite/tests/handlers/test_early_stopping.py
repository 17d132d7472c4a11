"""EarlyStopping: when it ends a run, and that it remembers."""

import gc
import weakref

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import EarlyStopping

NAN = float("nan")


def epochs_run(scores, **options):
    """Return how many epochs are run when the scores of the epochs are these."""
    trainer = Engine(lambda engine, batch: None)
    trainer.on(
        Events.EPOCH_COMPLETED,
        EarlyStopping(score_function=lambda e: scores[e.state.epoch], trainer=trainer, **options),
    )
    return trainer.run([1], max_epochs=len(scores)).epoch + 1


@pytest.mark.parametrize(
    ("scores", "options", "expected"),
    [
        ([1, 2, 3, 4, 5], {"patience": 1}, 5),
        ([1, 1, 1, 1, 1], {"patience": 2}, 3),
        ([1, 0, 2, 1, 1, 1], {"patience": 2}, 5),
        ([1, NAN, NAN, 5], {"patience": 2}, 3),
        ([NAN, NAN, NAN, 5], {"patience": 2}, 2),
        ([NAN, 1, 2, NAN, 3], {"patience": 2}, 5),
        # a slow rise: each step is below min_delta, their sum is not
        ([1.0, 1.3, 1.6, 1.9], {"patience": 2, "min_delta": 0.5}, 3),
        ([1.0, 1.3, 1.6, 1.9], {"patience": 2, "min_delta": 0.5, "cumulative_delta": True}, 4),
        # a loss: less is better
        ([5, 4, 3, 2, 1], {"patience": 1, "mode": "min"}, 5),
        ([1, 2, 3, 4, 5], {"patience": 2, "mode": "min"}, 3),
        ([3, 2, NAN, 1, NAN, NAN, 0], {"patience": 2, "mode": "min"}, 6),
        ([1.0, 0.7, 0.4, 0.1], {"patience": 2, "mode": "min", "min_delta": 0.5}, 3),
        ([1.0, 0.7, 0.4, 0.1], {"patience": 2, "mode": "min", "min_delta": 0.5, "cumulative_delta": True}, 4),
        # a change of exactly min_delta is none
        ([1.0, 1.5, 2.0, 2.5], {"patience": 1, "min_delta": 0.5}, 2),
        # a share of the score to beat, also of a negative one
        ([100, 102, 104, 106], {"patience": 2, "min_delta": 0.03, "relative": True}, 3),
        ([100, 104, 109, 114], {"patience": 2, "min_delta": 0.03, "relative": True}, 4),
        ([-100, -98, -96, -94], {"patience": 2, "min_delta": 0.03, "relative": True}, 3),
        ([-100, -96, -92, -88], {"patience": 2, "min_delta": 0.03, "relative": True}, 4),
        ([100, 96, 92, 88], {"patience": 1, "min_delta": 0.03, "relative": True, "mode": "min"}, 4),
        ([0.0, 1e-9, 2e-9], {"patience": 1, "min_delta": 0.5, "relative": True}, 3),
        # good enough
        ([0.5, 0.8, 0.9, 1.0], {"patience": 9, "threshold": 0.9}, 3),
        ([0.95, 0.8], {"patience": 9, "threshold": 0.9}, 1),
        ([0.9, 0.3, 0.2, 0.1], {"patience": 9, "threshold": 0.2, "mode": "min"}, 3),
        ([NAN, 0.95, 0.8], {"patience": 9, "threshold": 0.9}, 2),
        ([0.5, 0.6, 0.7], {"patience": 9, "threshold": float("inf")}, 3),
    ],
)
def test_patience(scores, options, expected):
    assert epochs_run(scores, **options) == expected


def test_at_an_evaluator_it_ends_the_trainer_by_a_metrics_name():
    trainer, evaluator = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
    evaluator.on(Events.STARTED, lambda engine: engine.state.metrics.update(loss=trainer.state.epoch))
    evaluator.on(Events.COMPLETED, EarlyStopping(2, "-loss", trainer))
    trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run([1]))
    assert trainer.run([1], max_epochs=9).epoch == 2


def test_its_state_travels_with_the_trainer():
    def made():
        trainer = Engine(lambda engine, batch: None)
        evaluator = Engine(lambda engine, batch: None)
        stopping = EarlyStopping(3, lambda engine: 1.0, trainer)
        evaluator.on(Events.COMPLETED, stopping)
        trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run([1]))
        return trainer, stopping

    trainer, _ = made()
    trainer.run([1], max_epochs=3)
    resumed, stopping = made()
    resumed.load_state_dict(trainer.state_dict())
    assert (stopping.best, stopping.waited) == (1.0, 2)
    assert resumed.run([1], max_epochs=9).epoch == 3


def test_it_keeps_no_engine_alive():
    gc.collect()
    gc.disable()
    try:
        trainer = Engine(lambda engine, batch: None)
        trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(3, lambda engine: 1.0, trainer))
        gone = weakref.ref(trainer)
        del trainer
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patience": 0}, "patience must be a whole number from 1, not 0"),
        ({"patience": 2.5}, "patience must be a whole number from 1, not 2.5"),
        ({"patience": True}, "patience must be a whole number from 1, not True"),
        ({"patience": 1, "min_delta": -1}, "min_delta must be 0 or more, not -1"),
        ({"patience": 1, "min_delta": NAN}, "min_delta must be 0 or more, not nan"),
        ({"patience": 1, "threshold": NAN}, "threshold is NaN, which no score reaches"),
        ({"patience": 1, "mode": "maximum"}, "mode must be max or min, not 'maximum'"),
    ],
)
def test_arguments_out_of_range(options, message):
    with pytest.raises(HandlerError) as caught:
        EarlyStopping(score_function="x", trainer=Engine(print), **options)
    assert str(caught.value) == message


def test_a_metric_that_is_not_there_and_a_score_that_is_no_number():
    trainer = Engine(lambda engine, batch: None)
    handle = trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(3, "acc", trainer))
    with pytest.raises(HandlerError, match="has no metric 'acc'; it has none yet"):
        trainer.run([1])
    handle.remove()
    trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(3, lambda engine: "high", trainer))
    with pytest.raises(HandlerError, match="a score must be one number, not 'high'"):
        trainer.run([1], restart=True)


def test_it_says_why():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_STARTED, lambda engine: engine.state.metrics.update(loss=1 + engine.state.epoch))
    trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(2, "-loss", trainer))
    assert trainer.run([1], max_epochs=9).stop_reason == "-loss has not improved in 2 calls; the best is -1"


def test_the_score_function_may_take_nothing():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(2, lambda: NAN, trainer))
    assert trainer.run([1], max_epochs=9).stop_reason == "score has not improved in 2 calls; there was none"


def test_a_score_that_is_good_enough_is_the_reason():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(
        Events.EPOCH_STARTED, lambda engine: engine.state.metrics.update(loss=3.0 - engine.state.epoch)
    )
    trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(5, "loss", trainer, mode="min", threshold=1.5))
    assert trainer.run([1], max_epochs=9).stop_reason == "loss reached 1"
    assert trainer.state.epoch == 2


def test_reset_forgets_the_best_and_the_calls_since():
    trainer = Engine(lambda engine, batch: None)
    scores = [9, 1, 1, 1, 1]
    stopping = EarlyStopping(2, lambda engine: scores[engine.state.epoch], trainer)
    trainer.on(Events.EPOCH_STARTED(once=3), stopping.reset)
    trainer.on(Events.EPOCH_COMPLETED, stopping)
    assert trainer.run([1], max_epochs=9).epoch == 4
    assert (stopping.best, stopping.waited) == (1, 2)


def test_the_score_function_may_take_the_event_as_in_ignite():
    trainer, seen = Engine(lambda engine, batch: None), []

    def score(engine, event):
        seen.append((engine, event))
        return 1.0

    trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(2, score, trainer))
    trainer.run([1], max_epochs=9)
    assert len(seen) == 3
    assert seen[0][0] is trainer
    assert isinstance(seen[0][1], Events)
