"""TrackingHandler: what is logged, and at which step."""

import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError, IgniteWarning
from simple_ignite.handlers import TrackingHandler


def idle(engine, batch):
    return None


class Record:
    def __init__(self):
        self.logged = []

    def log(self, values, *, step):
        self.logged.append((dict(values), step))


def test_tracking_of_outputs_and_metrics():
    trainer, evaluator, run = (
        Engine(lambda e, b: {"loss": torch.tensor(b * 2.0), "n": 1}),
        Engine(idle),
        Record(),
    )
    trainer.on(
        Events.ITERATION_COMPLETED(every=2), TrackingHandler(run, output_transform="loss", tag="train")
    )
    trainer.on(Events.COMPLETED, TrackingHandler(run, ["a"], tag="end"))
    trainer.on(
        Events.ITERATION_COMPLETED(once=1), TrackingHandler(run, output_transform=lambda o: o["loss"] + 1)
    )
    evaluator.state.metrics.update(acc=0.5, f1=torch.tensor(0.25))
    evaluator.on(Events.STARTED, lambda engine: engine.state.metrics.update(acc=0.5, f1=torch.tensor(0.25)))
    evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", global_step_transform=trainer, tag="val"))
    trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run([1]))
    trainer.on(Events.EPOCH_COMPLETED, lambda engine: engine.state.metrics.update(a=1))
    trainer.run(range(3))
    assert run.logged == [
        ({"output": 1.0}, 1),
        ({"train/loss": 2.0}, 2),
        ({"val/acc": 0.5, "val/f1": 0.25}, 3),
        ({"end/a": 1}, 3),
    ]
    assert type(run.logged[1][0]["train/loss"]) is float


@pytest.mark.parametrize(
    ("event", "output", "message"),
    [
        (Events.ITERATION_COMPLETED, {"a": 1}, "the output has no 'loss': it has 'a'"),
        (Events.ITERATION_COMPLETED, torch.ones(2), "the output has no 'loss': it is a Tensor"),
        (
            Events.EPOCH_COMPLETED,
            {"loss": 1},
            "there is no output to take 'loss' from: it is released at the end of its iteration",
        ),
    ],
)
def test_an_output_that_lacks_a_key_is_explained(event, output, message):
    trainer = Engine(lambda engine, batch: output)
    trainer.on(event, TrackingHandler(Record(), output_transform="loss"))
    with pytest.raises(HandlerError) as caught:
        trainer.run([1])
    assert str(caught.value) == message


def test_an_output_that_is_gone_is_not_logged_as_none():
    trainer = Engine(lambda engine, batch: 1.0)
    trainer.on(Events.EPOCH_COMPLETED, TrackingHandler(Record(), output_transform=lambda output: output))
    with pytest.raises(HandlerError, match="there is no output to take a value from: it is released"):
        trainer.run([1])


def test_a_metric_that_was_never_there_is_told_once():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED, lambda engine: engine.state.metrics.update(acc=1.0), priority=1)
    trainer.on(Events.EPOCH_COMPLETED, TrackingHandler(Record(), ["acc", "los"]))
    with pytest.warns(IgniteWarning) as caught:
        trainer.run([1])
    assert [str(one.message) for one in caught] == [
        "not logged, because engine <lambda> has no such metric: 'los'; it has 'acc'"
    ]
    assert trainer.run([1], max_epochs=2).epoch == 1


def test_a_tracker_needs_a_log():
    with pytest.raises(HandlerError, match=r"a tracker needs a method log\(values, step=\), and 3 has none"):
        TrackingHandler(3)
