"""ParamScheduler: values between points."""

import pytest
import torch
from torch import nn
from torch.optim import SGD

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import ParamScheduler


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("linear", [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]),
        ("step", [0.0, 0.0, 1.0, 1.0, 0.5, 0.5]),
        ("cosine", [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]),
    ],
)
def test_a_value_moves_along_its_points(kind, expected):
    optimizer = SGD([nn.Parameter(torch.ones(1))], lr=9.0)
    seen = []
    trainer = Engine(lambda engine, batch: seen.append(optimizer.param_groups[0]["lr"]))
    scheduler = ParamScheduler((optimizer, "lr"), [(0, 0.0), (2, 1.0), (4, 0.5)], kind)
    trainer.on(Events.ITERATION_STARTED, scheduler)
    trainer.run(range(6))
    assert seen == pytest.approx(expected)
    assert scheduler.value == 0.5


def test_any_value_by_epochs():
    dropout, seen = nn.Dropout(0.9), []
    trainer = Engine(lambda engine, batch: seen.append(dropout.p))
    trainer.on(Events.EPOCH_STARTED, ParamScheduler((dropout, "p"), [(0, 0.4), (2, 0.0)], by="epoch"))
    trainer.on(Events.EPOCH_STARTED, ParamScheduler(seen.append, [(1, 7.0)]))
    trainer.run([1], max_epochs=3)
    assert seen == pytest.approx([7.0, 0.4, 7.0, 0.2, 7.0, 0.0])
    with pytest.raises(HandlerError, match="Dropout has no 'pp' to schedule"):
        ParamScheduler((dropout, "pp"), [(0, 1.0)])
    with pytest.raises(HandlerError, match="SGD has no 'lrr' to schedule"):
        ParamScheduler((SGD([nn.Parameter(torch.ones(1))], lr=1.0), "lrr"), [(0, 1.0)])
    with pytest.raises(HandlerError, match="with increasing positions, not"):
        ParamScheduler(print, [(2, 1.0), (2, 0.0)])
