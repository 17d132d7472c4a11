"""Overfitting to a few batches: the same ones again and again."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import Engine, Events
from simple_ignite.engine.trial.first_batches import FirstBatches
from simple_ignite.errors import IgniteWarning, RunError


def recorder():
    seen = []
    return Engine(lambda engine, batch: seen.append(batch)), seen


def test_each_epoch_has_the_same_batches_of_shuffled_data():
    loader = DataLoader(TensorDataset(torch.arange(100)), batch_size=10, shuffle=True)
    engine, seen = recorder()
    state = engine.run(loader, max_epochs=3, overfit_batches=2, seed=1)
    values = [batch[0].tolist() for batch in seen]
    assert values[:2] == values[2:4] == values[4:]
    assert values[0] != values[1]
    assert (state.iteration, state.epoch_length) == (6, 2)
    assert values[0] != list(range(10))


def test_a_step_may_change_a_batch():
    engine = Engine(lambda engine, batch: float(batch.mul_(2)))
    outputs = []
    engine.on(Events.ITERATION_COMPLETED, lambda e: outputs.append(e.state.output))
    engine.run([torch.ones(1), torch.zeros(1)], max_epochs=3, overfit_batches=1)
    assert outputs == [2, 2, 2]


def test_batches_that_cannot_be_copied_are_shared_which_is_said_once():
    engine, seen = recorder()
    batches = [(x for x in range(2)), (x for x in range(2))]
    with pytest.warns(IgniteWarning, match="batches of type generator cannot be copied") as caught:
        engine.run(batches, max_epochs=2, overfit_batches=2)
    assert len(caught) == 1
    assert seen == [*batches, *batches]


@pytest.mark.parametrize(("given", "count"), [(1, 1), (3, 3), (50, 10), (0.5, 5), (0.01, 1), (0.26, 3)])
def test_a_number_of_batches_or_a_part_of_the_data(given, count):
    engine, seen = recorder()
    engine.run(range(10), max_epochs=2, overfit_batches=given)
    assert seen == [*range(count)] * 2


def test_endless_data_and_a_given_epoch_length():
    engine, seen = recorder()
    engine.run(iter(range(1000)), max_epochs=2, overfit_batches=2, epoch_length=5)
    assert seen == [0, 1] * 5


def test_validation_within_it_is_on_its_first_batches():
    engine, _ = recorder()
    evaluator, validated = recorder()
    loader = DataLoader(torch.arange(50), batch_size=5, shuffle=True)
    engine.on(Events.EPOCH_COMPLETED, lambda: evaluator.run(loader))
    engine.run(range(10), max_epochs=2, overfit_batches=2)
    values = [batch.tolist() for batch in validated]
    assert len(values) == 4
    assert values[:2] == values[2:]
    evaluator.run(loader)
    assert len(validated) == 14


def test_it_continues_on_the_same_batches():
    loader = DataLoader(torch.arange(50), batch_size=5, shuffle=True)
    engine, seen = recorder()
    engine.run(loader, max_epochs=1, overfit_batches=2)
    engine.run(loader, max_epochs=2, overfit_batches=2)
    engine.run(max_epochs=3, overfit_batches=2)
    values = [batch.tolist() for batch in seen]
    assert values[:2] == values[2:4] == values[4:]
    engine.run(loader, max_epochs=4)
    assert len(seen) == 6 + 10


def test_the_data_keep_their_attributes():
    loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=2, shuffle=True)
    first = FirstBatches(loader, 2, kept=True)
    assert first.dataset is loader.dataset
    assert first.sampler is loader.sampler
    assert len(first) == 2
    assert not hasattr(first, "state_dict")
    assert not hasattr(first, "nothing")


def test_a_smoke_run_wins():
    engine, seen = recorder()
    engine.run(range(10), max_epochs=9, overfit_batches=1, smoke=True)
    assert seen == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("count", [0, -1, True, 1.5, 1.0, "2"])
def test_what_is_no_number_of_batches_is_refused(count):
    with pytest.raises(RunError, match="overfit_batches must be a number of batches, or a part below 1, not"):
        Engine(lambda engine, batch: None).run([1], overfit_batches=count)


def test_a_part_of_endless_data_and_no_data_are_refused():
    engine = Engine(lambda engine, batch: None)
    with pytest.raises(RunError, match="whose length is unknown; give a number of batches"):
        engine.run(iter([1, 2]), overfit_batches=0.5)
    with pytest.raises(RunError, match="needs data to draw them from"):
        engine.run(max_iterations=3, overfit_batches=2)
