"""TorchState: weights, buffers, gradients and optimizers of any kind are set back."""

import copy

import pytest
import torch
from torch import nn

from simple_ignite.engine.trial.torch_state import TorchState


class Odd(nn.Module):
    """Buffers that are expanded in memory, made in inference mode, or without elements."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))
        self.register_buffer("positions", torch.arange(4).expand(2, 4))
        with torch.inference_mode():
            self.register_buffer("inferred", torch.ones(2))
        self.register_buffer("empty", torch.ones(0))
        self.register_buffer("scalar", torch.tensor(3))


def snapshot(model):
    return {name: (value.clone(), value) for name, value in model.state_dict().items()}


def test_odd_buffers_are_set_back_in_place():
    model = Odd()
    before = snapshot(model)
    state = TorchState()
    model.weight.data.add_(1)
    model.positions.as_strided((4,), (1,)).add_(5)
    with torch.inference_mode():
        model.inferred.add_(1)
    model.scalar = torch.tensor(4)
    state.restore()
    for name, (value, place) in before.items():
        now = model.state_dict()[name]
        assert torch.equal(now, value), name
        assert now.data_ptr() == place.data_ptr()


@pytest.mark.parametrize("kind", [torch.optim.SparseAdam, torch.optim.SGD])
def test_sparse_gradients(kind):
    model = nn.Embedding(4, 2, sparse=True)
    optimizer = kind(list(model.parameters()), lr=0.1)
    before = model.weight.detach().clone()
    state = TorchState()
    model(torch.tensor([1])).sum().backward()
    optimizer.step()
    state.restore()
    assert torch.equal(model.weight, before)
    assert model.weight.grad is None
    assert not optimizer.state


def test_gradients_that_were_there_come_back_in_place():
    model = nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward()
    gradient = model.weight.grad
    state = TorchState()
    gradient.zero_()
    model.weight.grad = None
    state.restore()
    assert model.weight.grad is gradient
    assert torch.equal(gradient, torch.ones(1, 2))


def test_modes_and_frozen_parameters():
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1).requires_grad_(False))
    model[1].eval()
    state = TorchState()
    model.train().requires_grad_(True)
    nn.init.constant_(model[1].weight, 9)
    state.restore()
    assert [p.requires_grad for p in model.parameters()] == [True, True, False, False]
    assert [one.training for one in model] == [True, False]
    assert model[1].weight.item() != 9


def test_an_optimizer_in_mid_training_and_its_schedulers():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.5)
    first = torch.optim.lr_scheduler.ConstantLR(optimizer, 0.1, 2)
    second = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5)
    scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, [first, second], [2])

    def step(count):
        for _ in range(count):
            optimizer.zero_grad()
            model(torch.ones(1, 2)).sum().backward()
            optimizer.step()
            scheduler.step()

    step(1)
    before = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict(), model.state_dict()])
    state = TorchState()
    step(3)
    state.restore()
    step(2)
    after = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict(), model.state_dict()])
    optimizer.load_state_dict(before[0])
    scheduler.load_state_dict(before[1])
    model.load_state_dict(before[2])
    step(2)
    again = [optimizer.state_dict(), scheduler.state_dict(), model.state_dict()]
    assert str(after) == str(again)


def test_parameters_without_memory_are_passed_over():
    lazy, meta = nn.LazyLinear(2), nn.Linear(2, 2, device="meta")
    TorchState().restore()
    assert meta.weight.is_meta
    assert torch.nn.parameter.is_lazy(lazy.weight)
