"""StochasticWeightAveraging: the mean of the weights of the last epochs."""

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import StochasticWeightAveraging


def test_stochastic_weight_averaging_from_an_epoch_on():
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    data = [torch.randn(16, 1, generator=torch.Generator().manual_seed(n)) for n in range(3)]
    swa = StochasticWeightAveraging(model, start=1, loader=data)
    trainer = Engine(lambda engine, batch: nn.init.constant_(model[0].weight, engine.state.epoch))
    trainer.on(Events.EPOCH_COMPLETED, swa)
    trainer.run([1], max_epochs=4)
    averaged = swa.model.module
    assert averaged[0].weight.item() == 2.0
    assert float(averaged[1].running_mean) == pytest.approx(float(torch.cat(data).mean() * 2), abs=0.2)
    other = StochasticWeightAveraging(nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1)))
    other.load_state_dict(swa.state_dict())
    assert other.model.module[0].weight.item() == 2.0
    with pytest.raises(HandlerError, match="start must be 0 or more, not -1"):
        StochasticWeightAveraging(model, start=-1)
