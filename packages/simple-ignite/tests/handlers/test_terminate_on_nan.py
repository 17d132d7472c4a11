"""TerminateOnNan: which outputs end a run."""

import logging
import math

import numpy as np
import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.handlers import TerminateOnNan


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        torch.tensor([1.0, math.inf]),
        {"loss": torch.tensor(float("nan"))},
        np.float32("nan"),
        np.array([math.inf]),
        complex("nan"),
        [1, (2.0, -math.inf)],
    ],
)
def test_a_number_that_is_not_finite_ends_the_run(bad, caplog):
    good = {"loss": torch.tensor(1.0), "n": torch.tensor([1, 2]), "text": "nan", "more": [1.0, None]}
    trainer = Engine(lambda engine, batch: bad if batch == 2 else good)
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
    with caplog.at_level(logging.WARNING, "simple_ignite"):
        assert trainer.run(range(9)).iteration == 3
    assert caplog.messages == ["the output of iteration 3 is not finite; the run ends"]


def test_only_what_is_picked_is_looked_at():
    trainer = Engine(lambda engine, batch: {"loss": 1.0, "aside": math.nan})
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan(lambda output: output["loss"]))
    assert trainer.run(range(3)).iteration == 3
