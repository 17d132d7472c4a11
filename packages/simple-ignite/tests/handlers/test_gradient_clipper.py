"""GradientClipper: clipping by norm and by value, before the step."""

import pytest
import torch
from torch import nn
from torch.optim import SGD

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import (
    GradientClipper,
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
