"""The Fréchet distance agrees with torchmetrics and scipy however the features are split."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.image.fid import _compute_fid

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import FrechetDistance

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 40), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def features(seed, n=40, d=6, mean=0.0):
    random = torch.Generator().manual_seed(seed)
    mix = torch.randn(d, d, generator=random, dtype=torch.float64)
    return torch.randn(n, d, generator=random, dtype=torch.float64) @ mix + mean


def reference(a, b):
    """As the first implementation computes it."""
    (m, s), (n, t) = ((x.mean(0), np.cov(x, rowvar=False)) for x in (a.numpy(), b.numpy()))
    return ((m - n) ** 2).sum() + np.trace(s + t - 2 * np.real(scipy.linalg.sqrtm(s @ t)))


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31), way=ways, mean=st.sampled_from([0.0, 1e6]))
def test_agrees_with_scipy_and_torchmetrics(seed, way, mean, any_way):
    pred, target = features(seed), features(seed + 1) + 1
    ours = any_way(FrechetDistance, (pred + mean, target + mean), **way)
    assert ours == pytest.approx(reference(pred, target), rel=1e-6, abs=1e-6)
    theirs = _compute_fid(pred.mean(0), pred.T.cov(), target.mean(0), target.T.cov()).item()
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_both_sets_may_be_of_any_size_and_come_apart():
    pred, target = features(1, 50), features(2, 33)
    metric = FrechetDistance()
    metric.update((pred[:20], target[:0]))
    metric.update((pred[20:20], target[:13]))
    metric.update((pred[20:], target[13:]))
    assert metric.compute() == pytest.approx(reference(pred, target), rel=1e-9)


def test_equal_sets_are_at_distance_0():
    pred = features(3, 5)  # fewer than its size, so that the covariance is singular
    metric = FrechetDistance()
    metric.update((pred, pred))
    assert metric.compute() == pytest.approx(0.0, abs=1e-6)
    assert metric.compute() >= 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int8])
def test_features_of_any_type(dtype):
    pred, target = ((features(seed) * 4).to(dtype) for seed in (4, 5))
    metric = FrechetDistance()
    metric.update((pred, target))
    assert metric.compute() == pytest.approx(reference(pred.double(), target.double()), rel=1e-6)


def test_fewer_than_two_of_either_have_no_distance():
    for n, m in ((1, 40), (40, 1), (40, 0), (0, 40)):
        pred, target = features(1, n), features(2, m)
        metric = FrechetDistance()
        metric.update((pred, target))
        assert math.isnan(metric.compute())


def test_features_that_are_not_finite_have_no_distance():
    pred = features(1)
    pred[0, 0] = math.nan
    metric = FrechetDistance()
    metric.update((pred, features(2)))
    assert math.isnan(metric.compute())


def test_shapes_that_do_not_fit_are_explained():
    metric = FrechetDistance()
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.ones(3, 2), torch.ones(3, 4)))
    assert str(error.value) == (
        "FrechetDistance: got pred float32 tensor of shape (3, 2), target float32 tensor of shape (3, 4); "
        "expected features (n, d) and (m, d)"
    )
    metric.update((torch.ones(3, 2), torch.ones(3, 2)))
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.ones(3, 4), torch.ones(3, 4)))
    assert str(error.value) == (
        "FrechetDistance: got features of size 4; expected size 2, as in the batches before"
    )
    with pytest.raises(MetricInputError, match="real numbers"):
        metric.update((torch.ones(3, 2, dtype=torch.complex64), torch.ones(3, 2)))
