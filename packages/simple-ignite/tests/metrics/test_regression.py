"""Errors of regression agree with scikit-learn however the data are split."""

import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import MAE, MAPE, MSE, RMSE, Huber, MaxError, MedianAE, MetricSet

seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 50), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)
REFERENCES = {
    MSE: sk.mean_squared_error,
    RMSE: sk.root_mean_squared_error,
    MAE: sk.mean_absolute_error,
    MAPE: sk.mean_absolute_percentage_error,
    MaxError: sk.max_error,
    MedianAE: sk.median_absolute_error,
}


def data(seed, n=51, scale=1.0, mean=0.0):
    random = torch.Generator().manual_seed(seed)
    target = torch.randn(n, generator=random, dtype=torch.float64) * scale + mean
    return target + torch.randn(n, generator=random, dtype=torch.float64) * scale, target


@pytest.mark.parametrize("make", REFERENCES)
@settings(max_examples=20)
@given(seed=seeds, way=ways, n=st.integers(1, 51))
def test_agrees_with_sklearn(make, seed, way, n, any_way):
    pred, target = data(seed, n)
    assert any_way(make, (pred, target), **way) == pytest.approx(REFERENCES[make](target, pred), rel=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_the_median_of_several_outputs_is_the_mean_of_theirs(seed, way, any_way):
    pred, target = (part.reshape(17, 3) for part in data(seed))
    theirs = sk.median_absolute_error(target, pred)
    assert any_way(MedianAE, (pred, target), **way) == pytest.approx(theirs, rel=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways, delta=st.floats(0.1, 3.0))
def test_huber_agrees_with_torch(seed, way, delta, any_way):
    pred, target = data(seed)
    theirs = torch.nn.functional.huber_loss(pred, target, delta=delta).item()
    assert any_way(lambda: Huber(delta), (pred, target), **way) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_half_precision_is_summed_in_double(dtype):
    pred, target = (part.to(dtype) for part in data(3, 20_000))
    for make in (MSE, MAE):
        metric = make()
        for rows in zip(pred.split(100), target.split(100), strict=True):
            metric.update(rows)
        assert metric.compute() == pytest.approx(REFERENCES[make](target.double(), pred.double()), rel=1e-12)


def test_mse_and_rmse_share_their_sums():
    metrics = MetricSet()
    metrics.add("mse", MSE())
    metrics.add("rmse", RMSE())
    assert metrics["mse"].leaves() == metrics["rmse"].leaves()
    metrics.update(data(1))
    values = metrics.compute()
    assert values["rmse"] == pytest.approx(values["mse"] ** 0.5)


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(MetricInputError) as error:
        MSE().update((torch.zeros(4, 1), torch.zeros(4)))
    assert str(error.value) == (
        "MSE: got pred float32 tensor of shape (4, 1), target float32 tensor of shape (4,); expected two "
        "tensors of the same shape"
    )
