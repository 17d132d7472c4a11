"""The smaller handlers: schedulers, timers, gradients, averages, limits, traces."""

import io
import json
import logging
import math
import os
import signal
import time

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim import lr_scheduler as schedulers

from simple_ignite import Engine, Events, supervised_trainer
from simple_ignite.errors import HandlerError, IgniteWarning, RunError
from simple_ignite.handlers import (
    EMA,
    GradientAccumulator,
    GradientClipper,
    LRFinder,
    LRScheduler,
    ModelSummary,
    OptimizerStep,
    ParamScheduler,
    Preemption,
    Profiler,
    StochasticWeightAveraging,
    TerminateOnNan,
    TimeLimit,
    Timer,
    TrackingHandler,
)


def idle(engine, batch):
    return None


def rates(scheduler_of, iterations=6, resume_at=None):
    """Return the learning rate of each iteration, resuming once if asked."""

    def made():
        optimizer = SGD([nn.Parameter(torch.ones(1))], lr=1.0)
        trainer = Engine(
            lambda engine, batch: (seen.append(optimizer.param_groups[0]["lr"]), optimizer.step())
        )
        trainer.on(Events.ITERATION_COMPLETED, LRScheduler(scheduler_of(optimizer)))
        return trainer, optimizer

    seen = []
    trainer, optimizer = made()
    if resume_at is None:
        trainer.run(range(iterations))
        return seen
    trainer.on(Events.ITERATION_COMPLETED(once=resume_at), Engine.terminate)
    trainer.run(range(iterations))
    resumed, fresh = made()
    fresh.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(trainer.state_dict())
    resumed.run(range(iterations))
    return seen


@pytest.mark.parametrize(
    "scheduler_of",
    [
        lambda o: schedulers.StepLR(o, 2),
        lambda o: schedulers.LinearLR(o, 0.1, total_iters=4),
        lambda o: schedulers.SequentialLR(
            o,
            [schedulers.LinearLR(o, 0.1, total_iters=2), schedulers.CosineAnnealingLR(o, 4)],
            milestones=[2],
        ),
        lambda o: schedulers.ChainedScheduler(
            [schedulers.ConstantLR(o, 0.5, 2), schedulers.ExponentialLR(o, 0.9)]
        ),
    ],
)
def test_schedulers_of_torch_and_their_resumption(scheduler_of):
    whole = rates(scheduler_of)
    assert len(set(whole)) > 2
    assert rates(scheduler_of, resume_at=3) == whole


def test_reduce_on_plateau_follows_a_metric_of_another_engine():
    optimizer = SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    trainer, evaluator = Engine(idle), Engine(idle)
    evaluator.state.metrics["loss"] = 1.0
    plateau = schedulers.ReduceLROnPlateau(optimizer, patience=1)
    trainer.on(Events.EPOCH_COMPLETED, LRScheduler(plateau, "loss", evaluator))
    trainer.run([1], max_epochs=3)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="give LRScheduler its metric_name"):
        LRScheduler(plateau)


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
            "there is no output to take 'loss' from: it is gone once its iteration is over",
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
    with pytest.raises(HandlerError, match="there is no output to take a value from: it is gone once"):
        trainer.run([1])


def test_a_metric_that_was_never_there_is_told_once():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED, lambda engine: engine.state.metrics.update(acc=1.0), priority=1)
    trainer.on(Events.EPOCH_COMPLETED, TrackingHandler(Record(), ["acc", "los"]))
    with pytest.warns(IgniteWarning) as caught:
        trainer.run([1])
    assert [str(one.message) for one in caught] == [
        "never logged, for engine <lambda> had no such metric: 'los'; it has 'acc'"
    ]
    assert trainer.run([1], max_epochs=2).epoch == 1


def test_a_tracker_needs_a_log():
    with pytest.raises(HandlerError, match=r"a tracker has a method log\(values, step=\), and 3 has none"):
        TrackingHandler(3)


def weights_after(handlers_of, batches, size=1):
    """Return the weights after steps that only leave gradients, with these handlers."""
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = SGD(model.parameters(), lr=0.1)

    def step(engine, batch):
        model(batch).square().mean().backward()

    trainer = Engine(step)
    for handler in handlers_of(model, optimizer):
        trainer.on(Events.ITERATION_COMPLETED, handler)
    trainer.run(batches)
    return model.weight.detach().clone()


def test_accumulated_gradients_are_those_of_one_large_batch():
    data = torch.randn(12, 3, generator=torch.Generator().manual_seed(1))
    small, large = list(data.split(2)), list(data.split(6))
    stepped = weights_after(lambda m, o: [GradientAccumulator(3, OptimizerStep(o))], small)
    torch.testing.assert_close(stepped, weights_after(lambda m, o: [OptimizerStep(o)], large))


def test_an_epochs_last_batches_are_stepped_too():
    data = torch.randn(8, 3, generator=torch.Generator().manual_seed(1))
    stepped = weights_after(lambda m, o: [GradientAccumulator(3, OptimizerStep(o))], list(data.split(2)))
    torch.testing.assert_close(stepped, weights_after(lambda m, o: [OptimizerStep(o)], [data[:6], data[6:]]))
    with pytest.raises(RunError, match="grad_accumulation must be a whole number from 1, not 0"):
        GradientAccumulator(0, OptimizerStep(SGD([nn.Parameter(torch.ones(1))], 1)))


def test_gradients_are_clipped_before_the_step_whatever_the_order_of_registration():
    data = [torch.full((4, 3), 100.0)]
    clipper = None

    def handlers(model, optimizer):
        nonlocal clipper
        clipper = GradientClipper(model, max_norm=1.0)
        return [OptimizerStep(optimizer), clipper]

    before = weights_after(lambda m, o: [], data)
    after = weights_after(handlers, data)
    assert 0.05 < float((before - after).norm()) <= 0.1 + 1e-6
    assert float(clipper.norm) > 1.0
    small = weights_after(lambda m, o: [GradientClipper(o, max_value=0.01), OptimizerStep(o)], data)
    torch.testing.assert_close((before - small).abs(), torch.full((1, 3), 0.001))
    with pytest.raises(HandlerError, match="give max_norm, max_value, or both"):
        GradientClipper(nn.Linear(1, 1))


class Stream(torch.utils.data.IterableDataset):
    """Batches that cannot be counted beforehand."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def test_the_last_batches_of_data_of_unknown_length_are_stepped_too():
    data = torch.randn(10, 3, generator=torch.Generator().manual_seed(1))
    stepped = weights_after(lambda m, o: [GradientAccumulator(4, OptimizerStep(o))], Stream(data.split(2)))
    torch.testing.assert_close(stepped, weights_after(lambda m, o: [OptimizerStep(o)], [data[:8], data[8:]]))


def test_waiting_gradients_travel_with_the_engine():
    data = list(torch.randn(8, 3, generator=torch.Generator().manual_seed(1)).split(2))

    def made():
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        optimizer = SGD(model.parameters(), lr=0.1)
        trainer = Engine(lambda engine, batch: model(batch).square().mean().backward())
        trainer.on(Events.ITERATION_COMPLETED, GradientAccumulator(2, OptimizerStep(optimizer)))
        return trainer, model

    whole, expected = made()
    whole.run(data)
    trainer, model = made()
    trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.terminate)
    trainer.run(data)
    resumed, again = made()
    again.load_state_dict(model.state_dict())
    resumed.load_state_dict(trainer.state_dict())
    resumed.run(data)
    assert torch.equal(again.weight, expected.weight)


def test_a_moving_average_of_weights():
    model = nn.BatchNorm1d(1)
    ema = EMA(model, decay=0.9, warmup=False)
    with torch.no_grad():
        model.weight.fill_(2.0)
        model.running_mean.fill_(5.0)
    ema()
    ema()
    assert float(ema.model.weight) == pytest.approx(2 - 0.9**2)
    assert float(ema.model.running_mean) == 5.0
    assert not ema.model.weight.requires_grad
    with ema.swapped() as swapped:
        assert float(swapped.weight.detach()) == pytest.approx(2 - 0.9**2)
    assert float(model.weight.detach()) == 2.0
    other = EMA(nn.BatchNorm1d(1))
    other.load_state_dict(ema.state_dict())
    assert (other.updates, float(other.model.weight)) == (2, float(ema.model.weight))
    with pytest.raises(HandlerError, match="decay must be from 0 to below 1, not 1"):
        EMA(model, decay=1)


def test_the_average_forgets_its_random_start_soon():
    model = nn.Linear(1, 1, bias=False)
    ema = EMA(model, decay=0.999)
    with torch.no_grad():
        model.weight.fill_(3.0)
    for _ in range(30):
        ema()
    assert float(ema.model.weight) == pytest.approx(3.0, abs=0.01)


def test_stochastic_weight_averaging_from_an_epoch_on():
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    data = [torch.randn(16, 1, generator=torch.Generator().manual_seed(n)) for n in range(3)]
    swa = StochasticWeightAveraging(model, start=1, loader=data)
    trainer = Engine(lambda engine, batch: nn.init.constant_(model[0].weight, engine.state.epoch))
    trainer.on(Events.EPOCH_COMPLETED, swa)
    trainer.run([1], max_epochs=4)
    averaged = swa.model.module
    assert averaged[0].weight.item() == 2.0
    assert float(averaged[1].running_mean) == pytest.approx(float(torch.cat(data).mean() * 2), abs=0.2)
    other = StochasticWeightAveraging(nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1)))
    other.load_state_dict(swa.state_dict())
    assert other.model.module[0].weight.item() == 2.0
    with pytest.raises(HandlerError, match="start must be 0 or more, not -1"):
        StochasticWeightAveraging(model, start=-1)


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        torch.tensor([1.0, math.inf]),
        {"loss": torch.tensor(float("nan"))},
        np.float32("nan"),
        np.array([math.inf]),
        complex("nan"),
        [1, (2.0, -math.inf)],
    ],
)
def test_a_number_that_is_not_finite_ends_the_run(bad, caplog):
    good = {"loss": torch.tensor(1.0), "n": torch.tensor([1, 2]), "text": "nan", "more": [1.0, None]}
    trainer = Engine(lambda engine, batch: bad if batch == 2 else good)
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
    with caplog.at_level(logging.WARNING, "simple_ignite"):
        assert trainer.run(range(9)).iteration == 3
    assert caplog.messages == ["the output of iteration 3 is not finite; the run ends"]


def test_only_what_is_picked_is_looked_at():
    trainer = Engine(lambda engine, batch: {"loss": 1.0, "aside": math.nan})
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan(lambda output: output["loss"]))
    assert trainer.run(range(3)).iteration == 3


def test_a_time_limit_counts_from_the_start_of_each_run():
    trainer = Engine(lambda engine, batch: time.sleep(0.02))
    trainer.on(Events.ITERATION_COMPLETED, TimeLimit(0.1))
    time.sleep(0.15)
    first = trainer.run(range(100)).iteration
    assert 2 <= first < 20
    assert trainer.run(range(100)).iteration > first + 1
    with pytest.raises(HandlerError, match="seconds must be above 0, not 0"):
        TimeLimit(0)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs POSIX signals")
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


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("linear", [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]),
        ("step", [0.0, 0.0, 1.0, 1.0, 0.5, 0.5]),
        ("cosine", [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]),
    ],
)
def test_a_value_moves_along_its_points(kind, expected):
    optimizer = SGD([nn.Parameter(torch.ones(1))], lr=9.0)
    seen = []
    trainer = Engine(lambda engine, batch: seen.append(optimizer.param_groups[0]["lr"]))
    scheduler = ParamScheduler((optimizer, "lr"), [(0, 0.0), (2, 1.0), (4, 0.5)], kind)
    trainer.on(Events.ITERATION_STARTED, scheduler)
    trainer.run(range(6))
    assert seen == pytest.approx(expected)
    assert scheduler.value == 0.5


def test_any_value_by_epochs():
    dropout, seen = nn.Dropout(0.9), []
    trainer = Engine(lambda engine, batch: seen.append(dropout.p))
    trainer.on(Events.EPOCH_STARTED, ParamScheduler((dropout, "p"), [(0, 0.4), (2, 0.0)], by="epoch"))
    trainer.on(Events.EPOCH_STARTED, ParamScheduler(seen.append, [(1, 7.0)]))
    trainer.run([1], max_epochs=3)
    assert seen == pytest.approx([7.0, 0.4, 7.0, 0.2, 7.0, 0.0])
    with pytest.raises(HandlerError, match="Dropout has no 'pp' to be scheduled"):
        ParamScheduler((dropout, "pp"), [(0, 1.0)])
    with pytest.raises(HandlerError, match="SGD has no 'lrr' to be scheduled"):
        ParamScheduler((SGD([nn.Parameter(torch.ones(1))], lr=1.0), "lrr"), [(0, 1.0)])
    with pytest.raises(HandlerError, match="points must be pairs of a rising position and a value"):
        ParamScheduler(print, [(2, 1.0), (2, 0.0)])


def test_a_trace_is_written(tmp_path):
    model = nn.Linear(4, 4)
    trainer = Engine(lambda engine, batch: model(batch).sum().backward())
    profiler = Profiler(tmp_path / "traces", wait=1, warmup=1, active=2).attach(trainer)
    trainer.run([torch.ones(2, 4)] * 6)
    assert [path.name for path in profiler.traces] == ["trace_4.json"]
    names = {event.get("name") for event in json.loads(profiler.traces[0].read_text())["traceEvents"]}
    assert "aten::addmm" in names


def test_a_summary_of_a_model():
    model = nn.Sequential(nn.Linear(4, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 2)), nn.BatchNorm1d(2))
    model[0].requires_grad_(False)
    before, state = [m.training for m in model.modules()], torch.get_rng_state()
    out = io.StringIO()
    trainer = Engine(idle)
    trainer.on(Events.STARTED, ModelSummary(model, torch.ones(3, 4), depth=1, file=out))
    trainer.run([1])
    assert out.getvalue() == (
        "layer    type         output  parameters  trainable\n"
        "───────────────────────────────────────────────────\n"
        "(model)  Sequential   3×2              0          0\n"
        "  0      Linear       3×8             40          0\n"
        "  1      Sequential   3×2             18         18\n"
        "  2      BatchNorm1d  3×2              4          4\n"
        "total 62 parameters, 22 trainable, 0.0 MiB\n"
    )
    assert [m.training for m in model.modules()] == before
    assert torch.equal(torch.get_rng_state(), state)
    assert "output" in str(ModelSummary(model))


def test_a_learning_rate_is_found_and_nothing_is_changed():
    torch.manual_seed(0)
    inputs = torch.randn(256, 10)
    data = [(x, x @ torch.ones(10, 1)) for x in inputs.split(16)]
    model = nn.Linear(10, 1)
    optimizer = SGD(model.parameters(), lr=123.0, momentum=0.9)
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss)
    trainer.on(Events.STARTED, lambda: pytest.fail("the trainer's handlers do not run"))
    before, randomness = [p.detach().clone() for p in model.parameters()], torch.get_rng_state()
    finder = LRFinder(model, optimizer, start=1e-6, end=10, iterations=60)
    rate = finder.run(trainer, data)
    assert 1e-4 < rate < 1
    assert rate in finder.rates
    assert len(finder.rates) == len(finder.losses) > 20
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert optimizer.param_groups[0]["lr"] == 123.0
    assert optimizer.state_dict()["state"] == {}
    assert torch.equal(torch.get_rng_state(), randomness)
    assert trainer.state.iteration == 0
    weight = next(model.parameters())
    weight.grad = torch.ones_like(weight)
    model.eval()
    finder.run(trainer, data)
    assert not model.training
    assert torch.equal(weight.grad, torch.ones_like(weight))
    with pytest.raises(HandlerError, match="give rates with 0 < start < end"):
        LRFinder(model, optimizer, start=1, end=0.1)


def test_an_optimizer_given_for_a_scheduler_is_refused():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    with pytest.raises(HandlerError) as caught:
        LRScheduler(optimizer)
    assert "LRScheduler takes a scheduler of torch.optim.lr_scheduler, not SGD" in str(caught.value)


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
