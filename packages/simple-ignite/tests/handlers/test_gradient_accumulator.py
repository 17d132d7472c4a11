"""GradientAccumulator: averaged gradients, the last batches of an epoch, and resuming."""

import pytest
import torch
from torch import nn
from torch.optim import SGD

from simple_ignite import Engine, Events
from simple_ignite.errors import RunError
from simple_ignite.handlers import (
    GradientAccumulator,
    OptimizerStep,
)


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
