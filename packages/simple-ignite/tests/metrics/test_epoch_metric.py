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
