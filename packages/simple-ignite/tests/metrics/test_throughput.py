"""Items per second."""

import numpy as np
import pytest
import torch

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Frequency


@pytest.fixture
def clock():
    """A clock that is set by hand."""

    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    return Clock()


def test_items_per_second_since_the_reset(clock):
    metric = Frequency(clock=clock)
    clock.now = 200.0
    metric.reset()
    for _ in range(4):
        clock.now += 0.5
        metric.update((torch.zeros(10, 3), torch.zeros(10)))
    clock.now += 60  # what comes after the last item does not count
    assert metric.compute() == pytest.approx(20.0)


def test_numbers_lists_and_dictionaries_tell_their_size(clock):
    metric = Frequency(clock=clock)
    clock.now += 1
    for output in (3, torch.zeros(3), ["a", "b", "c"], {"pred": torch.zeros(3, 5), "y": torch.zeros(3)}):
        metric.update(output)
    assert metric.compute() == pytest.approx(12.0)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.uint8])
def test_a_whole_number_on_a_device_is_a_number_of_items(dtype, clock):
    metric = Frequency(clock=clock)
    clock.now += 2
    for number in (torch.tensor(3, dtype=dtype), np.int64(4), np.zeros((5, 2))):
        metric.update(number)
    assert metric.compute() == pytest.approx(6.0)
    metric.update(torch.tensor(7, device="meta"))  # which raises where it is asked for its value


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (torch.tensor(0.5), "float32 tensor of shape ()"),
        (torch.tensor(True), "bool tensor of shape ()"),
        (True, "bool"),
        ((torch.tensor(3), torch.zeros(4)), "int64 tensor of shape ()"),
        ({"loss": torch.tensor(0.5), "n": 3}, "float32 tensor of shape ()"),
        (None, "NoneType"),
        ("text", "str"),
    ],
)
def test_a_loss_is_no_number_of_items(output, shown):
    with pytest.raises(MetricInputError) as error:
        Frequency().update(output)
    assert str(error.value) == (
        f"Frequency: got {shown}; expected a whole number of items, or tensors with a first dimension"
    )


def test_several_ranks_add_up(clock):
    one, other = Frequency(clock=clock), Frequency(clock=clock)
    clock.now += 2
    one.update(10)
    other.update(30)
    one.merge(other)
    assert one.compute() == pytest.approx(20.0)


def test_a_loaded_one_goes_on(clock):
    metric = Frequency(clock=clock)
    clock.now += 2
    metric.update(10)
    saved = metric.state_dict()
    clock.now += 1000
    again = Frequency(clock=clock)
    again.load_state_dict(saved)
    clock.now += 2
    again.update(10)
    assert again.compute() == pytest.approx(5.0)


def test_what_has_no_size_is_explained():
    with pytest.raises(MetricInputError) as error:
        Frequency().update(1.5)
    assert str(error.value) == (
        "Frequency: got float; expected a whole number of items, or tensors with a first dimension"
    )
