"""The steps of an optimizer, as an event and a count."""

import warnings

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events, optimizer_step, supervised_trainer
from simple_ignite.handlers import (
    EMA,
    GradientAccumulator,
    LRScheduler,
    OptimizerStep,
    ParamScheduler,
    TrackingHandler,
)

BATCHES = [(torch.ones(2, 1) * n, torch.ones(2, 1)) for n in range(1, 9)]


def parts(lr=0.01):
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    return model, torch.optim.SGD(model.parameters(), lr=lr)


def loss_of(model, batch):
    return nn.functional.mse_loss(model(batch[0]), batch[1])


@pytest.mark.parametrize(("size", "in_epoch"), [(1, 8), (3, 3), (4, 2), (100, 1)])
def test_the_event_fires_and_counts_when_the_optimizer_steps(size, in_epoch):
    model, optimizer = parts()
    made, seen = [], []
    optimizer.register_step_post_hook(lambda *_: made.append(1))
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=size)
    trainer.on(Events.OPTIMIZER_STEP, lambda engine: seen.append(engine.state.optimizer_steps))
    trainer.on(Events.OPTIMIZER_STEP(every=2), lambda: seen.append("even"))
    trainer.run(BATCHES, max_epochs=2)
    assert len(made) == trainer.state.optimizer_steps == 2 * in_epoch
    assert [one for one in seen if one != "even"] == list(range(1, 2 * in_epoch + 1))
    assert seen.count("even") == in_epoch


def test_data_of_unknown_length_step_with_what_is_left_at_the_end_of_an_epoch():
    model, optimizer = parts()
    at = []
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=3)
    trainer.on(Events.OPTIMIZER_STEP, lambda engine: at.append(engine.state.iteration))
    trainer.run((batch for batch in BATCHES), max_epochs=1)
    assert at == [3, 6, 8]


class Overflow(torch.amp.GradScaler):
    """A scaler that skips the second step, as after an overflow."""

    calls = 0

    def __init__(self):
        super().__init__("cpu", enabled=True)

    def step(self, optimizer, *args, **kwargs):
        self.calls += 1
        if self.calls == 2:
            for group in optimizer.param_groups:
                group["params"][0].grad.fill_(float("inf"))
        return super().step(optimizer, *args, **kwargs)


def test_a_step_that_the_scaler_skips_is_no_step():
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, scaler=Overflow())
    seen = []
    trainer.on(Events.OPTIMIZER_STEP, lambda engine: seen.append(engine.state.iteration))
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1000)
    trainer.on(Events.ITERATION_COMPLETED, LRScheduler(scheduler))
    trainer.run(BATCHES[:4])
    assert (seen, trainer.state.optimizer_steps) == ([1, 3, 4], 3)
    assert scheduler.last_epoch == 3


@pytest.mark.parametrize("fused", [True, False])
def test_a_step_by_hand_reports_in_a_block(fused):
    model = parts()[0]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1, fused=fused)
    scaler = Overflow()

    def step(engine, batch):
        optimizer.zero_grad()
        scaler.scale(loss_of(model, batch)).backward()
        with optimizer_step(engine, optimizer):
            scaler.step(optimizer)
        scaler.update()

    trainer, seen = Engine(step), []
    trainer.on(Events.OPTIMIZER_STEP, lambda engine: seen.append(engine.state.iteration))
    trainer.run(BATCHES[:3])
    assert (seen, trainer.state.optimizer_steps) == ([1, 3], 2)


def test_a_block_without_a_step_or_with_an_error_reports_nothing():
    optimizer = parts()[1]
    trainer = Engine(lambda _engine, _batch: None)

    def fail():
        with optimizer_step(trainer, optimizer):
            optimizer.step()
            raise ValueError("broken")

    with optimizer_step(trainer, optimizer):
        pass
    with pytest.raises(ValueError, match="broken"):
        fail()
    assert trainer.state.optimizer_steps == 0
    optimizer.step()
    assert trainer.state.optimizer_steps == 0, "no hook stays behind"


@pytest.mark.parametrize(("size", "wanted"), [(None, 8), (3, 3)])
def test_the_handlers_that_step_report(size, wanted):
    model, optimizer = parts()

    def step(_engine, batch):
        loss_of(model, batch).backward()

    trainer = Engine(step)
    handler = OptimizerStep(optimizer)
    trainer.on(Events.ITERATION_COMPLETED, handler if size is None else GradientAccumulator(size, handler))
    trainer.run(BATCHES)
    assert trainer.state.optimizer_steps == wanted
    handler()  # by hand, without an engine
    assert trainer.state.optimizer_steps == wanted


@pytest.mark.parametrize(
    ("every", "size", "calls"),
    [(1, 3, 9), (3, 3, 9), (6, 3, 4), (1, 1, 24), (2, 1, 12), (4, 3, 6)],
)
def test_schedulers_and_averages_follow_the_optimizer(every, size, calls):
    """Also if they were put at the event of the batches; every=4 of 3 cannot be told in steps."""
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=size)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1000)
    ema = EMA(model)
    trainer.on(Events.ITERATION_COMPLETED(every=every), LRScheduler(scheduler))
    trainer.on(Events.ITERATION_COMPLETED(every=every), ema)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.run(BATCHES, max_epochs=3)
    assert (scheduler.last_epoch, ema.updates) == (calls, calls)


def test_handlers_at_other_events_stay_there():
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1000)
    trainer.on(Events.EPOCH_COMPLETED | Events.ITERATION_COMPLETED(once=3), LRScheduler(scheduler))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.run(BATCHES, max_epochs=3)
    assert scheduler.last_epoch == 4


def test_a_value_may_follow_the_steps_of_the_optimizer():
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=4)
    values = []
    handler = ParamScheduler(values.append, [(0, 0.0), (4, 4.0)], by="optimizer_step")
    trainer.on(Events.ITERATION_STARTED, handler)
    trainer.run(BATCHES, max_epochs=2)
    assert values == [0.0] * 4 + [1.0] * 4 + [2.0] * 4 + [3.0] * 4


def test_values_may_be_logged_by_steps_of_the_optimizer():
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=4)
    steps = []

    class Tracker:
        def log(self, values, *, step):
            steps.append(step)

    log = TrackingHandler(Tracker(), output_transform="loss", global_step_transform="optimizer_steps")
    trainer.on(Events.ITERATION_COMPLETED(every=4), log)
    trainer.run(BATCHES)
    assert steps == [1, 2]


def test_the_count_travels_and_begins_anew():
    model, optimizer = parts()
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=2)
    trainer.run(BATCHES)
    other = supervised_trainer(*parts(), nn.functional.mse_loss, grad_accumulation=2)
    other.load_state_dict(trainer.state_dict())
    assert other.state.optimizer_steps == 4
    other.run(BATCHES, max_epochs=2)
    assert other.state.optimizer_steps == 8
    other.run(BATCHES, max_epochs=1, restart=True)
    assert other.state.optimizer_steps == 4
