"""Checks that the loss falls in a few steps on one batch."""

import pytest
import torch
from torch import nn
from torch.nn import functional


def test_a_learning_rate_that_is_lost_in_rounding_moves_nothing(parts, finding):
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 1e-30)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("training-nothing-moves", "error", "optimizer")


@pytest.mark.parametrize("rate", [1e3, 1e30])
def test_a_learning_rate_that_is_too_high_diverges(parts, finding, rate):
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), rate)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("training-diverges", "error", "optimizer")
    assert found.message.startswith("the loss goes from 1.")


def test_a_loss_of_the_wrong_sign_does_not_fall(parts, finding):
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.01, maximize=True)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("training-loss-does-not-fall", "error", "optimizer")


def test_a_negative_loss_may_fall(parts, codes):
    parts.loss_fn = lambda output, target: functional.cross_entropy(output, target) - 5
    assert codes(parts) == []


def test_dropout_is_no_noise(parts, codes):
    parts.model = nn.Sequential(nn.Linear(10, 64), nn.Dropout(0.9), nn.Linear(64, 3))
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.001)
    assert codes(parts) == []


def test_a_generator_of_the_models_own_is_no_noise_and_is_put_back(parts, codes):
    class Noisy(nn.Linear):
        def __init__(self):
            super().__init__(10, 3)
            self.generator = torch.Generator().manual_seed(5)

        def forward(self, x):
            return super().forward(x + 10 * torch.randn(x.shape, generator=self.generator))

    parts.model = Noisy()
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 1e-4)
    state = parts.model.generator.get_state()
    assert codes(parts) == []
    assert torch.equal(parts.model.generator.get_state(), state)


def test_a_solved_task_is_no_error(parts, check):
    parts.model = nn.Linear(10, 1)
    nn.init.zeros_(parts.model.weight)
    nn.init.zeros_(parts.model.bias)
    parts.loader, parts.loss_fn = [(torch.randn(8, 10), torch.zeros(8, 1))], functional.mse_loss
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)
    assert check(parts).errors == ()


def test_sparse_gradients_need_an_optimizer_for_them(sound, finding, codes):
    parts = sound["lstm"]()
    parts.model.embedding.sparse = True
    found = finding(parts)
    assert (found.code, found.where) == ("step-raises", "optimizer")
    assert "sparse gradients" in found.message
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)
    assert codes(parts) == []


def test_an_optimizer_that_needs_a_closure_gets_one(parts, codes):
    parts.optimizer = torch.optim.LBFGS(parts.model.parameters(), 0.1, max_iter=3)
    before = [p.detach().clone() for p in parts.model.parameters()]
    assert codes(parts) == []
    assert all(map(torch.equal, before, parts.model.parameters()))
