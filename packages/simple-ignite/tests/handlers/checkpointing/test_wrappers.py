"""Models inside the wrappers of torch."""

import torch
from torch import nn

from simple_ignite.handlers.checkpointing.wrappers import unwrapped


def test_a_model_is_found_inside_any_number_of_wrappers():
    model = nn.Linear(2, 2)
    assert unwrapped(model) is model
    assert unwrapped(nn.DataParallel(model)) is model
    assert unwrapped(torch.compile(model, backend="eager")) is model
    assert unwrapped(torch.compile(nn.DataParallel(model), backend="eager")) is model


def test_a_module_that_only_has_a_part_called_module_is_left_alone():
    class Holder(nn.Module):
        def __init__(self):
            super().__init__()
            self.module = nn.Linear(2, 2)

    holder = Holder()
    assert unwrapped(holder) is holder
    assert unwrapped({"module": 1}) == {"module": 1}
