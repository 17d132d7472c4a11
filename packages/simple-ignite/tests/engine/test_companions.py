"""Companions: the states of the engines that run within another one."""

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events, supervised_evaluator, supervised_trainer
from simple_ignite.errors import IgniteWarning
from simple_ignite.handlers import Checkpoint, LRScheduler
from simple_ignite.metrics import MSE

mse = nn.functional.mse_loss


class Counter:
    """A handler with a state."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1

    def state_dict(self):
        return {"calls": self.calls}

    def load_state_dict(self, state):
        self.calls = state["calls"]


def nothing(_engine, _batch):
    """Do nothing."""


def loader(shuffle=True):
    x = torch.randn(32, 4, generator=torch.Generator().manual_seed(0))
    data = torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True))
    return torch.utils.data.DataLoader(data, batch_size=8, shuffle=shuffle)


def program(folder, *, evaluator_saved=False, saved_by="trainer"):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    trainer = supervised_trainer(model, optimizer, mse)
    evaluator = supervised_evaluator(model, {"mse": MSE()})
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, threshold=10.0)
    evaluator.on(Events.COMPLETED, LRScheduler(plateau, "mse"))
    history = []
    trainer.on(Events.EPOCH_COMPLETED, lambda: history.append(float(evaluator.run(loader()).metrics["mse"])))
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    if evaluator_saved:
        parts["evaluator"] = evaluator
    best = Checkpoint({"model": model}, folder / "best", score_function="-mse", global_step_transform=trainer)
    evaluator.on(Events.COMPLETED, best)
    trainer.on(Events.EPOCH_COMPLETED, Checkpoint(parts, folder))
    return trainer, parts, (history, optimizer, model[0].weight, best)


@pytest.mark.parametrize("evaluator_saved", [False, True])
def test_a_program_with_an_evaluator_continues_bit_for_bit(evaluator_saved, tmp_path):
    trainer, _, whole = program(tmp_path / "whole", evaluator_saved=evaluator_saved)
    trainer.run(loader(), max_epochs=6)
    trainer, _, begun = program(tmp_path / "cut", evaluator_saved=evaluator_saved)
    trainer.run(loader(), max_epochs=3)
    trainer, parts, rest = program(tmp_path / "cut", evaluator_saved=evaluator_saved)
    Checkpoint.load_latest(tmp_path / "cut", parts)
    trainer.run(loader(), max_epochs=6)
    assert begun[0] + rest[0] == whole[0]
    rates = [one[1].param_groups[0]["lr"] for one in (rest, whole)]
    assert rates[0] == rates[1] < 0.05
    assert torch.equal(rest[2], whole[2])
    assert rest[3].best.name == whole[3].best.name


def adversaries(folder):
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 1), nn.Linear(1, 1)
    optimizers = [torch.optim.Adam(one.parameters(), lr=0.05) for one in (critic, generator)]

    def step(engine, real):
        made = generator(torch.randn(len(real), 2))
        loss = critic(real).mean() - critic(made).mean() if engine is engines[0] else critic(made).mean()
        optimizer = optimizers[engines.index(engine)]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    engines = [Engine(step), Engine(step)]
    engines[0].on(Events.ITERATION_COMPLETED(every=3), Engine.interrupt)
    engines[1].on(Events.ITERATION_COMPLETED, Engine.interrupt)
    parts = {"critic": critic, "generator": generator, "critics": engines[0], "generators": engines[1]}
    parts |= {"one": optimizers[0], "two": optimizers[1]}
    return engines, parts, Checkpoint(parts, folder, n_saved=None)


@pytest.mark.parametrize("at", [1, 4, 9])
def test_two_trainers_in_alternation_continue_bit_for_bit(at, tmp_path):
    def real():
        return torch.utils.data.DataLoader(torch.randn(30, 1).sort(0).values, batch_size=3, shuffle=True)

    def alternate(engines, data, rounds, save=None):
        for number in rounds:
            for engine in engines:
                engine.run(data, max_epochs=100)
            if save is not None and number == at:
                save(engines[0])

    engines, parts, save = adversaries(tmp_path)
    data = real()
    alternate(engines, data, range(12), save)
    engines, resumed, _ = adversaries(tmp_path / "other")
    Checkpoint.load_latest(tmp_path, resumed)
    alternate(engines, data, range(at + 1, 12))
    for name in ("critic", "generator"):
        assert torch.equal(parts[name].weight, resumed[name].weight)


def test_inner_engines_are_told_apart_by_the_order_of_their_creation():
    def build():
        trainer = Engine(nothing)
        inner = [Engine(nothing), Engine(nothing)]
        counters = [Counter(), Counter()]
        for engine, counter in zip(inner, counters, strict=True):
            engine.on(Events.COMPLETED, counter)
        trainer.on(Events.EPOCH_COMPLETED(every=2), lambda: inner[0].run([1]))
        trainer.on(Events.EPOCH_COMPLETED, lambda: inner[1].run([1]))
        return trainer, counters

    trainer, _ = build()
    trainer.run([1], max_epochs=3)
    another, counters = build()
    another.load_state_dict(trainer.state_dict())
    assert [one.calls for one in counters] == [1, 3]


def test_an_engine_that_is_created_later_gets_its_state_when_it_runs():
    def build(trainer):
        inner, counter = Engine(nothing), Counter()
        inner.on(Events.COMPLETED, counter)
        trainer.on(Events.EPOCH_COMPLETED, lambda: inner.run([1]))
        return counter

    trainer = Engine(nothing)
    build(trainer)
    trainer.run([1], max_epochs=2)
    saved = trainer.state_dict()
    another = Engine(nothing)
    another.load_state_dict(saved)
    assert another.state_dict()["engines"].keys() == saved["engines"].keys()
    counter = build(another)
    another.run([1], max_epochs=3)
    assert counter.calls == 3


def test_a_state_that_no_engine_takes_is_reported():
    def saved_state():
        trainer, inner = Engine(nothing), Engine(nothing)
        inner.on(Events.COMPLETED, Counter())
        trainer.on(Events.EPOCH_COMPLETED, lambda: inner.run([1]))
        trainer.run([1])
        return trainer.state_dict()

    saved = saved_state()
    another = Engine(nothing)
    another.load_state_dict(saved)
    with pytest.warns(IgniteWarning, match="the loaded state contains the state of engine nothing"):
        another.run([1], max_epochs=2)


def test_an_engine_in_turn_with_the_saved_one_is_named_once(tmp_path, recwarn):
    trainer, other = Engine(nothing), Engine(nothing)
    other.on(Events.COMPLETED, Counter())
    trainer.on(Events.EPOCH_COMPLETED, Checkpoint({"trainer": trainer}, tmp_path))
    trainer.run([1], max_epochs=1)
    assert not [one for one in recwarn if one.category is IgniteWarning]
    other.run([1])
    with pytest.warns(
        IgniteWarning, match=r"the handlers of engine nothing are not saved; name it in to_save"
    ):
        trainer.run([1], max_epochs=2)
    recwarn.clear()
    other.run([1])
    trainer.run([1], max_epochs=3)
    assert not [one for one in recwarn if one.category is IgniteWarning]
    both = Checkpoint({"trainer": trainer, "other": other}, tmp_path / "both")
    both(trainer)
    assert not [one for one in recwarn if one.category is IgniteWarning]


def test_a_run_within_another_that_was_paused_continues_there():
    seen, data = [], list(range(6))

    def build():
        inner = Engine(lambda _engine, batch: seen.append(batch))
        inner.on(Events.ITERATION_COMPLETED(every=2), Engine.interrupt)
        outer = Engine(lambda _engine, _batch: inner.run(data))
        outer.inner = inner
        return outer

    outer = build()
    outer.run(range(1))
    resumed = build()
    resumed.load_state_dict(outer.state_dict())
    resumed.run(range(2), max_epochs=2)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_the_run_of_an_evaluator_can_be_a_handler_and_is_saved_once():
    evaluated = []
    evaluator, trainer = Engine(nothing), Engine(nothing)
    evaluator.on(Events.COMPLETED, lambda: evaluated.append(trainer.state.iteration))
    evaluator.on(Events.COMPLETED, counter := Counter())
    at = Events.STARTED(once=1) | Events.ITERATION_COMPLETED(every=4, last=True)
    trainer.on(at, evaluator.run, [1, 2])
    trainer.run(max_iterations=9)
    assert (evaluated, counter.calls, evaluator.state.iteration) == ([0, 4, 8, 9], 4, 2)
    saved = trainer.state_dict()
    assert saved["handlers"] == {}
    assert [one["handlers"] for one in saved["engines"].values()] == [{"Counter": {"calls": 4}}]


def test_an_evaluation_that_was_complete_runs_again_after_two_resumes_without_one():
    def made():
        evaluator, trainer, evaluated = Engine(nothing), Engine(nothing), []
        evaluator.on(Events.COMPLETED, lambda: evaluated.append(evaluator.state.iteration))
        trainer.on(Events.ITERATION_COMPLETED(every=4), evaluator.run, [1, 2])
        return trainer, evaluated

    trainer, evaluated = made()
    trainer.run(range(20), max_iterations=5)
    for last in (6, 8):
        state = trainer.state_dict()
        trainer, evaluated = made()
        trainer.load_state_dict(state)
        trainer.run(range(20), max_iterations=last)
    assert evaluated == [2]


def test_an_engine_that_runs_after_an_exception_is_saved_too():
    def made():
        evaluator, trainer = Engine(nothing), Engine(lambda engine, batch: 1 / batch)
        evaluator.on(Events.COMPLETED, counter := Counter())
        trainer.on(Events.EXCEPTION_RAISED, evaluator.run, [1, 2])
        return trainer, counter

    trainer, _ = made()
    with pytest.raises(ZeroDivisionError):
        trainer.run([1, 0])
    again, counter = made()
    again.load_state_dict(trainer.state_dict())
    assert counter.calls == 1
