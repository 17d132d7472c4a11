"""ModelSummary: the table of a model."""

import io

import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.handlers import ModelSummary


def idle(engine, batch):
    return None


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
