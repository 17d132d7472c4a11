"""Snapshots put attributes, containers, tensors and optimizers back, object for object."""

import pytest
import torch
from torch import nn

from simple_ignite.checks.isolation.snapshot import Snapshot


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("mean", torch.tensor([1.0, float("nan")]))
        self.count, self.names, self.table = 3, ["a"], {"b": [1]}


CHANGES = {
    "attribute": lambda m: setattr(m, "count", 4),
    "new attribute": lambda m: setattr(m, "more", 1),
    "gone attribute": lambda m: delattr(m, "count"),
    "list": lambda m: m.names.append("b"),
    "mapping": lambda m: m.table.update(c=2),
    "mode": lambda m: m.eval(),
    "buffer": lambda m: m.mean.zero_(),
    "other buffer": lambda m: setattr(m, "mean", torch.zeros(2)),
    "buffer by data": lambda m: m.mean.data.zero_(),
    "weights": lambda m: m.linear.weight.data.zero_(),
    "other storage": lambda m: setattr(m.linear.weight, "data", torch.zeros(2, 2)),
    "other parameter": lambda m: setattr(m.linear, "weight", nn.Parameter(torch.zeros(2, 2))),
    "frozen": lambda m: m.linear.weight.requires_grad_(False),
    "gradient": lambda m: m.linear.weight.grad.zero_(),
    "no gradient": lambda m: setattr(m.linear.weight, "grad", None),
    "new gradient": lambda m: setattr(m.linear.bias, "grad", torch.ones(2)),
    "module": lambda m: m.add_module("other", nn.Linear(1, 1)),
    "hook": lambda m: m.register_forward_hook(print),
}


def state_of(model):
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    return {
        "attributes": {
            k: v for k, v in vars(model).items() if isinstance(v, int | list | dict) and k[0] != "_"
        },
        "modes": [(id(m), m.training, len(m._forward_hooks)) for m in model.modules()],
        "tensors": {
            name: (id(t), t.data_ptr(), t.requires_grad, str(t.tolist()), id(t.grad), str(t.grad))
            for name, t in tensors.items()
        },
    }


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_module_is_taken_back(change):
    model = Model()
    model.linear.weight.grad = torch.ones(2, 2)
    before = str(state_of(model))
    snapshot = Snapshot([model], weights=True)
    change(model)
    assert str(state_of(model)) != before
    snapshot.restore()
    assert str(state_of(model)) == before


def test_without_weights_buffers_and_gradients_are_put_back():
    model = Model()
    before = str(state_of(model))
    snapshot = Snapshot([model], weights=False)
    model.mean.zero_()
    model.linear.weight.grad = torch.ones(2, 2)
    snapshot.restore()
    assert str(state_of(model)) == before


@pytest.mark.parametrize("kind", [torch.optim.Adam, lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)])
def test_steps_of_an_optimizer_are_taken_back(kind):
    model = Model()
    outside = nn.Parameter(torch.ones(1))
    optimizer = kind([*model.parameters(), outside], 0.1)

    def step():
        (model.linear(torch.ones(1, 2)).sum() + outside.sum()).backward()
        optimizer.step()

    def everything():
        states = [(id(s), [(k, id(v), str(v)) for k, v in s.items()]) for s in optimizer.state.values()]
        groups = [(id(g), [(k, v) for k, v in g.items() if k != "params"]) for g in optimizer.param_groups]
        return str([states, groups, state_of(model), outside.item(), outside.grad])

    for _ in range(2):  # without a state, and with one
        before = everything()
        snapshot = Snapshot([model], (), [optimizer], weights=True)
        step()
        optimizer.param_groups[0]["lr"] = 7
        assert everything() != before
        snapshot.restore()
        assert everything() == before
        step()
