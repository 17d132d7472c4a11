"""Functions of all the data at once."""

import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import EpochMetric

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 40), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31), way=ways)
def test_any_function_sees_all_the_data(seed, way, any_way):
    random = torch.Generator().manual_seed(seed)
    pred, target = torch.rand(40, 3, generator=random), torch.rand(40, 3, generator=random)
    ours = any_way(lambda: EpochMetric(lambda p, t: sk.explained_variance_score(t, p)), (pred, target), **way)
    assert ours == pytest.approx(sk.explained_variance_score(target, pred))


def test_different_lengths_are_explained():
    with pytest.raises(MetricInputError) as error:
        EpochMetric(lambda p, t: 0.0).update((torch.zeros(3), torch.zeros(4)))
    assert str(error.value) == (
        "EpochMetric: got pred float32 tensor of shape (3,), target float32 tensor of shape (4,); expected "
        "two tensors with the same first dimension"
    )


@pytest.mark.parametrize("side", [0, 1])
def test_batches_of_another_shape_or_kind_than_before_are_explained(side):
    metric = EpochMetric(lambda p, t: 0.0)
    metric.update((torch.zeros(3, 2), torch.zeros(3, 2)))
    for other, shown in (
        (torch.zeros(4, 3), "a float32 tensor of shape (n, 3) on cpu"),
        (torch.zeros(4), "a float32 tensor of shape (n,) on cpu"),
        (torch.zeros(4, 2).long(), "a int64 tensor of shape (n, 2) on cpu"),
        (torch.zeros(4, 2, device="meta"), "a float32 tensor of shape (n, 2) on meta"),
    ):
        batch = [torch.zeros(4, 2), torch.zeros(4, 2)]
        batch[side] = other
        with pytest.raises(MetricInputError) as error:
            metric.update(tuple(batch))
        assert str(error.value) == (
            f"EpochMetric: got {shown}; expected a float32 tensor of shape (n, 2) on cpu, as in the batches "
            "before"
        )


def test_a_batch_that_was_refused_leaves_nothing_behind():
    metric = EpochMetric(lambda p, t: float(len(p) == len(t)))
    metric.update((torch.zeros(3), torch.zeros(3)))
    with pytest.raises(MetricInputError):
        metric.update((torch.zeros(2), torch.zeros(2, 2)))
    assert metric.compute() == 1.0
