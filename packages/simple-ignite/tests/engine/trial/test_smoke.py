"""A smoke run: a few batches through everything, after which all is as before."""

import copy
import logging
import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import Engine, Events, optimizer_step, supervised_evaluator, supervised_trainer
from simple_ignite.errors import RunError
from simple_ignite.handlers import EMA, Checkpoint, EarlyStopping, LRScheduler, TrackingHandler
from simple_ignite.metrics import Accuracy


class Tracker:
    def __init__(self):
        self.logged = []

    def log(self, values, *, step):
        self.logged.append((step, values))


class Program:
    """A training script of the usual kind; `seen` is what its handlers were called with."""

    def __init__(self, folder):
        torch.manual_seed(0)
        x = torch.randn(80, 4)
        data = TensorDataset(x, (x.sum(1) > 0).long())
        self.loader = DataLoader(data, batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(1))
        self.validation = DataLoader(data, batch_size=8)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2)
        )
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 1)
        self.trainer = supervised_trainer(self.model, self.optimizer, torch.nn.functional.cross_entropy)
        self.evaluator = supervised_evaluator(self.model, {"acc": Accuracy()})
        self.tracker, self.seen, self.folder = Tracker(), [], folder
        self.ema, self.stopping = EMA(self.model, 0.5), EarlyStopping(9, "acc", self.trainer)
        trainer, evaluator, ended = self.trainer, self.evaluator, Events.EPOCH_COMPLETED
        trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(self.tracker, output_transform="loss"))
        trainer.on(ended, lambda: evaluator.run(self.validation))
        evaluator.on(Events.COMPLETED, lambda e: self.seen.append(("validated", e.state.iteration)))
        evaluator.on(Events.COMPLETED, TrackingHandler(self.tracker, "all"))
        evaluator.on(Events.COMPLETED, self.stopping)
        trainer.on(Events.ITERATION_COMPLETED, self.ema)
        trainer.on(ended, LRScheduler(self.scheduler))
        trainer.on(ended(every=5), lambda e: self.seen.append(("fifth", e.state.epoch)))
        self.parts = {"model": self.model, "optimizer": self.optimizer, "trainer": trainer}
        trainer.on(ended, Checkpoint(self.parts, folder / "last"))
        best = Checkpoint({"model": self.model}, folder / "best", score_function="acc")
        evaluator.on(Events.COMPLETED, best)

    def everything(self):
        """Return all that a run changes."""
        generators = random.getstate(), np.random.get_state(), torch.get_rng_state()
        parts = [one.state_dict() for one in (*self.parts.values(), self.scheduler, self.ema, self.stopping)]
        values = {k: v for k, v in vars(self.evaluator.state).items() if k != "dataloader"}
        modes = [module.training for module in self.model.modules()]
        return copy.deepcopy((parts, values, generators, modes))


def same(one, other):
    """Whether two nested values are equal, with tensors and arrays in them."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_it_tries_training_and_validation_on_three_batches_of_two_epochs(tmp_path):
    program = Program(tmp_path)
    state = program.trainer.run(program.loader, max_epochs=10, smoke=True)
    assert (state.iteration, state.epoch, state.max_epochs, state.optimizer_steps) == (6, 1, 2, 6)
    assert program.seen == [("validated", 3), ("validated", 3), ("fifth", 1)]


def test_nothing_is_saved_or_tracked_and_all_is_as_before(tmp_path):
    program = Program(tmp_path)
    before = program.everything()
    program.trainer.run(program.loader, max_epochs=10, smoke=True, seed=5)
    assert program.tracker.logged == []
    assert list(tmp_path.iterdir()) == []
    assert same(program.everything(), before)


def test_training_after_it_is_training_without_it(tmp_path):
    results = []
    for smoke in (False, True):
        program = Program(tmp_path / str(smoke))
        if smoke:
            program.trainer.run(program.loader, max_epochs=2, smoke=True)
        program.trainer.run(program.loader, max_epochs=2, seed=3)
        results.append((program.model.state_dict(), program.ema.model.state_dict(), program.tracker.logged))
    assert same(*results)
    assert len(results[0][2]) == 22


def test_it_leaves_a_resumed_or_paused_run_where_it_is(tmp_path):
    program = Program(tmp_path)
    program.trainer.on(Events.ITERATION_COMPLETED(once=14), Engine.interrupt)
    program.trainer.run(program.loader, max_epochs=2)
    whole, saved = program.everything(), program.trainer.state_dict()
    program.trainer.run(program.loader, max_epochs=2, smoke=True)
    assert same(program.everything(), whole)
    assert program.trainer.run(program.loader).iteration == 20

    other = Program(tmp_path)
    other.trainer.load_state_dict(saved)
    other.trainer.run(other.loader, max_epochs=2, smoke=2)
    assert other.trainer.loaded
    seen = []
    other.trainer.on(Events.ITERATION_STARTED, lambda e: seen.append(e.state.iteration))
    other.trainer.run(other.loader)
    assert seen == [15, 16, 17, 18, 19, 20]
    assert other.evaluator.state.metrics["acc"] > 0


def test_an_error_is_raised_and_all_is_as_before(tmp_path):
    program = Program(tmp_path)
    before = program.everything()

    @program.trainer.on(Events.EPOCH_COMPLETED(every=7))
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        program.trainer.run(program.loader, max_epochs=10, smoke=True)
    assert same(program.everything(), before)
    assert not program.trainer.running
    assert not program.trainer.in_smoke_run


@pytest.mark.parametrize(
    ("goal", "iterations"),
    [
        ({}, 3),
        ({"max_epochs": 2}, 6),
        ({"max_epochs": 1, "smoke": 1}, 1),
        ({"max_epochs": 9, "smoke": 100}, 20),
        ({"max_iterations": 5000}, 6),
        ({"max_iterations": 4}, 4),
        ({"max_epochs": 3, "epoch_length": 2}, 4),
        ({"max_epochs": 3, "epoch_length": 1000}, 6),
    ],
)
def test_how_many_iterations_it_has(goal, iterations):
    engine = Engine(lambda engine, batch: batch)
    assert engine.run(list(range(10)), **{"smoke": True, **goal}).iteration == iterations
    assert engine.state.iteration == 0
    assert engine.state.max_epochs is None


def test_a_goal_that_an_earlier_run_set_is_shortened_too():
    engine = Engine(lambda engine, batch: batch)
    engine.run([1, 2, 3, 4], max_epochs=5)
    assert engine.run([1, 2, 3, 4], smoke=True).iteration == 6
    assert (engine.state.iteration, engine.state.max_epochs) == (20, 5)


def test_without_data_the_step_gets_none():
    engine = Engine(lambda engine, batch: batch)
    assert engine.run(max_iterations=100, smoke=True).iteration == 6
    assert engine.run(max_epochs=3, epoch_length=50, smoke=True).iteration == 6


def test_set_data_gives_a_few_batches_too():
    engine, seen = Engine(lambda engine, batch: seen.append(batch)), []
    engine.on(Events.EPOCH_STARTED(once=2), lambda e: e.set_data(range(100, 200)))
    engine.run(range(10), max_epochs=2, smoke=True)
    assert seen == [0, 1, 2, 100, 101, 102]


@pytest.mark.parametrize(
    ("event", "called"),
    [
        (Events.EPOCH_COMPLETED(every=10), [(1, 6)]),
        (Events.EPOCH_STARTED(once=4), [(1, 3)]),
        (Events.ITERATION_COMPLETED(every=2), [(0, 2), (1, 4), (1, 6)]),
        (Events.ITERATION_COMPLETED(every=500), [(1, 6)]),
        (Events.ITERATION_STARTED(after=90), [(1, 6)]),
        (Events.GET_BATCH_STARTED(once=1000), [(1, 5)]),
        (Events.EPOCH_COMPLETED(before=2), [(0, 3)]),
        (Events.STARTED(once=3), [(0, 0)]),
        (Events.OPTIMIZER_STEP(every=50), [(0, 1)]),
        (Events.EPOCH_COMPLETED(every=10) | Events.EPOCH_COMPLETED(once=1), [(0, 3)]),
        (Events.ITERATION_COMPLETED(every=500, when=lambda e, n: False), []),
        (Events.ITERATION_COMPLETED(every=500, when=lambda e, n: n == 6), [(1, 6)]),
    ],
)
def test_a_handler_that_its_filter_leaves_out_is_called_at_the_last(event, called):
    def step(engine, batch):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
        with optimizer_step(engine, optimizer):
            optimizer.step()

    engine, seen = Engine(step), []
    engine.on(event, lambda e: seen.append((e.state.epoch, e.state.iteration)))
    engine.run(range(10), max_epochs=99, smoke=True)
    assert seen == called
    seen.clear()
    engine.run(range(10), max_epochs=1)
    assert len(seen) == {"every=2": 5, "before=2": 1}.get(repr(event).partition("(")[2][:-1], len(seen) % 2)


def test_handlers_removed_and_added_in_it_are_as_before():
    engine, seen = Engine(lambda engine, batch: None), []
    handle = engine.on(Events.ITERATION_COMPLETED, lambda: seen.append("first"))

    @engine.on(Events.ITERATION_COMPLETED(once=1))
    def change(engine):
        handle.remove()
        engine.on(Events.ITERATION_COMPLETED, lambda: seen.append("second"))

    engine.run([1, 2, 3], smoke=True)
    assert seen == ["first", "second", "second"]
    seen.clear()
    engine.run([1])
    assert seen == ["first"]
    handle.remove()
    seen.clear()
    engine.run([1, 2], restart=True)
    assert "first" not in seen


def test_values_on_the_state_are_as_before():
    engine = Engine(lambda engine, batch: engine.state.losses["all"].append(batch))
    engine.state.losses, engine.state.total = {"all": []}, torch.zeros(1)
    engine.on(Events.ITERATION_COMPLETED, lambda e: e.state.total.add_(1))
    losses = engine.state.losses
    state = engine.run(range(9), smoke=True)
    assert engine.state.losses is losses
    assert losses == {"all": []}
    assert engine.state.total == 0
    assert state.losses == {"all": [0, 1, 2]}
    assert state.total == 3


def test_a_hand_written_loop_is_set_back_whatever_names_its_parts():
    def build():
        model = torch.nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=1)

        def step(engine, batch):
            optimizer.zero_grad()
            scaler.scale(model(batch).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            model.eval()

        return Engine(step), model, optimizer, scaler

    engine, model, optimizer, scaler = build()
    weight = model.weight.detach().clone()
    engine.run([torch.ones(1, 2)] * 5, smoke=True)
    assert torch.equal(model.weight, weight)
    assert model.weight.grad is None
    assert model.training
    assert optimizer.state_dict()["state"] == {}
    assert scaler.get_scale() == 8.0


def test_a_group_of_parameters_added_in_it_goes():
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1).requires_grad_(False))
    optimizer = torch.optim.SGD(model[0].parameters(), lr=0.1)
    trainer = supervised_trainer(model, optimizer, torch.nn.functional.mse_loss)

    @trainer.on(Events.EPOCH_STARTED(once=4))
    def unfreeze():
        model[1].requires_grad_(True)
        optimizer.add_param_group({"params": model[1].parameters()})

    trainer.run([(torch.ones(1, 1), torch.zeros(1, 1))] * 3, max_epochs=10, smoke=True)
    assert len(optimizer.param_groups) == 1
    assert [p.requires_grad for p in model.parameters()] == [True, True, False, False]


def test_it_says_that_it_was_one(caplog):
    with caplog.at_level(logging.WARNING, "simple_ignite"):
        Engine(lambda engine, batch: None).run([1, 2], smoke=True)
    assert caplog.messages == [
        "engine <lambda>: smoke run done, iterations: 2; nothing was saved or tracked, and weights, "
        "optimizers and engines are as before"
    ]


def test_a_handler_can_ask_and_an_engine_told_twice_is_run_once():
    inner, outer, seen = Engine(lambda engine, batch: batch), Engine(lambda engine, batch: batch), []
    outer.on(Events.EPOCH_COMPLETED, lambda: seen.append(inner.run(range(7), smoke=True).iteration))
    inner.on(Events.COMPLETED, lambda engine: seen.append(engine.in_smoke_run))
    outer.run(range(7), smoke=2)
    assert seen == [True, 2]
    assert not outer.in_smoke_run


@pytest.mark.parametrize("smoke", [-1, 2.5, "yes"])
def test_what_is_no_number_of_batches_is_refused(smoke):
    with pytest.raises(RunError, match=r"smoke must be True or a number of batches, not"):
        Engine(lambda engine, batch: None).run([1], smoke=smoke)


def test_a_handler_of_the_end_of_the_run_is_called_once():
    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(
        Events.ITERATION_COMPLETED(every=50, last=True), lambda engine: seen.append(engine.state.iteration)
    )
    trainer.run(range(100), smoke=True)
    assert seen == [3]
    seen.clear()
    trainer.run(range(60))
    assert seen == [50, 60]
