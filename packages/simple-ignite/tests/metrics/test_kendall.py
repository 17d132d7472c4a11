"""Kendall's correlation agrees with scipy however the data are split."""

import math

import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Kendall
from simple_ignite.metrics.kendall import inversions, ties

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 40), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)
whole = st.lists(st.integers(0, 9), min_size=1, max_size=40)


@settings(max_examples=60)
@given(numbers=whole)
def test_inversions_and_ties_are_those_of_all_pairs(numbers):
    ranks = torch.unique(torch.tensor(numbers), return_inverse=True)[1]
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :]]
    assert inversions(ranks) == sum(a > b for a, b in pairs)
    assert ties(torch.tensor(numbers)) == sum(a == b for a, b in pairs)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    n=st.integers(1, 40),
    way=ways,
    coarse=st.sampled_from([None, 1, 3]),
    variant=st.sampled_from(["b", "c"]),
)
def test_agrees_with_scipy_with_ties_too(seed, n, way, coarse, variant, any_way):
    random = torch.Generator().manual_seed(seed)
    pred = torch.randn(n, generator=random, dtype=torch.float64)
    target = pred + torch.randn(n, generator=random, dtype=torch.float64)
    if coarse:
        pred, target = (pred * coarse).round(), (target * coarse).round()
    theirs = scipy.stats.kendalltau(pred, target, variant=variant)[0]
    ours = any_way(lambda: Kendall(variant), (pred, target), **way)
    assert ours == pytest.approx(theirs, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.bfloat16])
def test_numbers_of_every_type_have_an_order(dtype):
    random = torch.Generator().manual_seed(1)
    pred, target = (torch.randint(0, 2, (30,), generator=random).to(dtype) for _ in range(2))
    metric = Kendall()
    metric.update((pred[:, None], target[:, None]))
    assert metric.compute() == pytest.approx(scipy.stats.kendalltau(pred.double(), target.double())[0])


@pytest.mark.parametrize("side", [0, 1])
def test_nan_gives_nan(side):
    batch = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0])
    batch[side][0] = math.nan
    metric = Kendall()
    metric.update(batch)
    assert math.isnan(metric.compute())


def test_what_it_cannot_take_is_explained():
    with pytest.raises(MetricInputError) as error:
        Kendall().update((torch.zeros(3, 2), torch.zeros(3, 2)))
    assert str(error.value) == "Kendall: got shape (3, 2); expected one output: (n,) or (n, 1)"
    with pytest.raises(MetricInputError) as error:
        Kendall("a")
    assert str(error.value) == """Kendall: got variant='a'; expected "b" or "c\""""
