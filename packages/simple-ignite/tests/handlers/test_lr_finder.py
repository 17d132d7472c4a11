"""LRFinder: the suggested rate, and that nothing is changed."""

import pytest
import torch
from torch import nn
from torch.optim import SGD

from simple_ignite import Events, supervised_trainer
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import LRFinder


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
