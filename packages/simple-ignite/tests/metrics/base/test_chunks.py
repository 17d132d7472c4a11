"""Batches that are kept must fit those before them."""

import pytest
import torch

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.chunks import keep, shown
from simple_ignite.metrics.base.state import Chunks


def test_batches_are_appended_to_those_before():
    first, second = Chunks(), Chunks()
    keep("M", (first, torch.ones(2, 3)), (second, torch.ones(2)))
    keep("M", (first, torch.ones(5, 3)), (second, torch.ones(5)))
    assert (first.joined().shape, second.joined().shape) == ((7, 3), (7,))


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (
            torch.ones(2, 4),
            "got a float32 tensor of shape (n, 4) on cpu; expected a float32 tensor of shape (n, 3)",
        ),
        (torch.ones(2, 3).long(), "got a int64 tensor of shape (n, 3) on cpu; expected a float32 tensor"),
        (
            torch.ones(2, 3, device="meta"),
            "got a float32 tensor of shape (n, 3) on meta; expected a float32 tensor",
        ),
        (
            torch.ones(2),
            "got a float32 tensor of shape (n,) on cpu; expected a float32 tensor of shape (n, 3)",
        ),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_and_none_is_appended(batch, message):
    first, second = Chunks(), Chunks()
    keep("M", (first, torch.ones(1)), (second, torch.ones(1, 3)))
    with pytest.raises(MetricInputError) as caught:
        keep("M", (first, torch.ones(2)), (second, batch))
    assert str(caught.value).startswith(f"M: {message}")
    assert str(caught.value).endswith("on cpu, as in the batches before")
    assert (len(first), len(second)) == (1, 1)


def test_floats_of_another_precision_fit():
    chunks = Chunks()
    keep("M", (chunks, torch.ones(1)))
    keep("M", (chunks, torch.ones(1, dtype=torch.float64)))
    assert chunks.joined().dtype == torch.float64


def test_descriptions():
    assert shown(torch.ones(2, 3, 4)) == "a float32 tensor of shape (n, 3, 4) on cpu"
    assert shown(torch.ones(2, dtype=torch.bool)) == "a bool tensor of shape (n,) on cpu"
