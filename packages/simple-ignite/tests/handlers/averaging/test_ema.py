"""EMA: the moving average of weights."""

import pytest
import torch
from torch import nn

from simple_ignite.errors import HandlerError
from simple_ignite.handlers import EMA


def test_a_moving_average_of_weights():
    model = nn.BatchNorm1d(1)
    ema = EMA(model, decay=0.9, warmup=False)
    with torch.no_grad():
        model.weight.fill_(2.0)
        model.running_mean.fill_(5.0)
    ema()
    ema()
    assert float(ema.model.weight) == pytest.approx(2 - 0.9**2)
    assert float(ema.model.running_mean) == 5.0
    assert not ema.model.weight.requires_grad
    with ema.swapped() as swapped:
        assert float(swapped.weight.detach()) == pytest.approx(2 - 0.9**2)
    assert float(model.weight.detach()) == 2.0
    other = EMA(nn.BatchNorm1d(1))
    other.load_state_dict(ema.state_dict())
    assert (other.updates, float(other.model.weight)) == (2, float(ema.model.weight))
    with pytest.raises(HandlerError, match="decay must be from 0 to below 1, not 1"):
        EMA(model, decay=1)


def test_the_average_forgets_its_random_start_soon():
    model = nn.Linear(1, 1, bias=False)
    ema = EMA(model, decay=0.999)
    with torch.no_grad():
        model.weight.fill_(3.0)
    for _ in range(30):
        ema()
    assert float(ema.model.weight) == pytest.approx(3.0, abs=0.01)
