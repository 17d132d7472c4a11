"""Correlations agree with scipy and scikit-learn, also where means are large and spreads small."""

import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.metrics import MetricSet, Pearson, R2Score, Spearman

seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 50), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def data(seed, *shape, mean=0.0):
    random = torch.Generator().manual_seed(seed)
    target = torch.randn(*shape, generator=random, dtype=torch.float64)
    pred = target + torch.randn(*shape, generator=random, dtype=torch.float64)
    return pred + mean, target + mean


@settings(max_examples=20)
@given(seed=seeds, way=ways, mean=st.sampled_from([0.0, 1e4, 1e8]))
def test_pearson_agrees_with_scipy(seed, way, mean, any_way):
    pred, target = data(seed, 50, mean=mean)
    exact = data(seed, 50)  # the same without the mean, where nothing can cancel
    wanted = scipy.stats.pearsonr(*exact)[0]
    assert any_way(Pearson, (pred, target), **way) == pytest.approx(wanted, abs=1e-6)


@settings(max_examples=20)
@given(seed=seeds, way=ways, mean=st.sampled_from([0.0, 1e4, 1e8]))
def test_r2_agrees_with_sklearn(seed, way, mean, any_way):
    pred, target = data(seed, 50, mean=mean)
    wanted = sk.r2_score(*reversed(data(seed, 50)))
    assert any_way(R2Score, (pred, target), **way) == pytest.approx(wanted, abs=1e-6)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_r2_of_several_outputs_is_their_mean(seed, way, any_way):
    pred, target = data(seed, 50, 3)
    assert any_way(R2Score, (pred, target), **way) == pytest.approx(sk.r2_score(target, pred), abs=1e-9)


def test_pearson_of_several_outputs_is_one_for_each():
    pred, target = data(1, 50, 3)
    metric = Pearson()
    metric.update((pred, target))
    theirs = [scipy.stats.pearsonr(pred[:, i], target[:, i])[0] for i in range(3)]
    np.testing.assert_allclose(metric.compute(), theirs, atol=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways, coarse=st.booleans())
def test_spearman_agrees_with_scipy_with_ties_too(seed, way, coarse, any_way):
    pred, target = data(seed, 50)
    if coarse:
        pred, target = pred.round(), target.round()
    theirs = scipy.stats.spearmanr(pred, target)[0]
    assert any_way(Spearman, (pred, target), **way) == pytest.approx(theirs, abs=1e-9)


def test_r2_of_a_target_that_does_not_vary_is_as_in_sklearn():
    for pred, wanted in (([2.0, 2.0], 1.0), ([2.0, 3.0], 0.0)):
        metric = R2Score()
        metric.update((torch.tensor(pred), torch.tensor([2.0, 2.0])))
        assert metric.compute() == wanted


def test_a_million_values_with_a_large_mean_do_not_cancel():
    pred, target = data(5, 100_000, mean=1e9)
    metric = R2Score()
    for rows in zip(pred.split(1000), target.split(1000), strict=True):
        metric.update(rows)
    assert metric.compute() == pytest.approx(sk.r2_score(*reversed(data(5, 100_000))), abs=1e-6)


def test_pearson_and_r2_share_their_moments():
    metrics = MetricSet()
    metrics.add("r", Pearson())
    metrics.add("r2", R2Score())
    assert metrics["r"].leaves() == metrics["r2"].leaves()


@pytest.mark.parametrize("make", [Pearson, Spearman, R2Score])
@pytest.mark.parametrize("side", [0, 1])
def test_nan_among_the_numbers_gives_nan(make, side):
    batch = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1.0, 2.0, 2.0])
    batch[side][1] = float("nan")
    metric = make()
    metric.update(batch)
    assert math.isnan(metric.compute())


def test_r2_of_a_constant_target_is_not_a_number_where_a_prediction_is_not():
    metric = R2Score()
    metric.update((torch.tensor([2.0, float("nan")]), torch.tensor([2.0, 2.0])))
    assert math.isnan(metric.compute())
