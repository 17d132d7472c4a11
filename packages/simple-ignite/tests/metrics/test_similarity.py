"""Cosine similarity agrees with torch and scikit-learn however the data are split."""

import math

import pytest
import sklearn.metrics.pairwise as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import CosineSimilarity

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 30), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31), way=ways, scale=st.sampled_from([1e-3, 1.0, 1e20]))
def test_agrees_with_sklearn_and_torch(seed, way, scale, any_way):
    random = torch.Generator().manual_seed(seed)
    pred, target = (torch.randn(30, 4, generator=random, dtype=torch.float64) * scale for _ in range(2))
    ours = any_way(CosineSimilarity, (pred, target), **way)
    assert ours == pytest.approx(1 - sk.paired_cosine_distances(pred, target).mean(), abs=1e-12)
    assert ours == pytest.approx(torch.cosine_similarity(pred, target).mean().item(), abs=1e-12)


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.float16])
def test_vectors_of_any_type_and_dimension(dtype):
    random = torch.Generator().manual_seed(0)
    pred, target = (torch.randint(0, 2, (4, 6, 3), generator=random).to(dtype) for _ in range(2))
    for dim in (1, -1):
        metric = CosineSimilarity(dim=dim)
        metric.update((pred, target))
        wanted = torch.cosine_similarity(pred.double(), target.double(), dim=dim).mean().item()
        assert metric.compute() == pytest.approx(wanted)


def test_a_vector_of_zeros_is_similar_to_nothing():
    metric = CosineSimilarity()
    metric.update((torch.tensor([[0.0, 0.0], [1.0, 0.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])))
    assert metric.compute() == 0.5


def test_nan_gives_nan():
    metric = CosineSimilarity()
    metric.update((torch.tensor([[math.nan, 0.0], [1.0, 0.0]]), torch.ones(2, 2)))
    assert math.isnan(metric.compute())


def test_numbers_that_are_no_vectors_are_explained():
    with pytest.raises(MetricInputError) as error:
        CosineSimilarity().update((torch.ones(3), torch.ones(3)))
    assert str(error.value) == (
        "CosineSimilarity: got pred float32 tensor of shape (3,), target float32 tensor of shape (3,); "
        "expected vectors (n, size, *) in dimension 1"
    )
    with pytest.raises(MetricInputError, match="in dimension -3"):
        CosineSimilarity(dim=-3).update((torch.ones(3, 2), torch.ones(3, 2)))
