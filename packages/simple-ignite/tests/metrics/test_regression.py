"""Errors of regression agree with scikit-learn however the data are split."""

import math

import pytest
import scipy.stats
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import (
    MAE,
    MAPE,
    MSE,
    PSNR,
    RMSE,
    SSIM,
    Huber,
    MaxError,
    MedianAE,
    MetricSet,
    Pearson,
    R2Score,
    Spearman,
)

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


TYPES = [torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int64, torch.bool]
SHAPES = {"any": (51,), "one sample": (1,), "several outputs": (17, 3)}
KINDS = ["any", "constant target", "constant prediction", "all right", "zeros"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", TYPES)
def test_numbers_of_every_type_and_sets_that_do_not_vary(dtype, shape, kind):
    random = torch.Generator().manual_seed(2)
    pred, target = (torch.randn(SHAPES[shape], generator=random) * 4 + 5 for _ in range(2))
    target = target * 0 + 2 if kind == "constant target" else target
    pred = pred * 0 + 2 if kind == "constant prediction" else pred
    pred, target = (pred.abs().to(dtype), target.abs().to(dtype))
    pred = target.clone() if kind == "all right" else pred
    target = torch.zeros_like(target) if kind == "zeros" else target
    p, t = pred.double(), target.double()
    flat = {MSE, MAE, MAPE, MaxError}
    references = {**REFERENCES, RMSE: lambda t, p: sk.mean_squared_error(t, p) ** 0.5}
    for make, reference in references.items():
        metric = make()
        metric.update((pred, target))
        part = (t.flatten(), p.flatten()) if make in flat else (t, p)
        assert metric.compute() == pytest.approx(reference(*part), rel=1e-9), make
    r2 = R2Score()
    r2.update((pred, target))
    wanted = float(torch.equal(p, t)) if shape == "one sample" else sk.r2_score(t, p)
    assert r2.compute() == pytest.approx(wanted, abs=1e-9)  # of one sample scikit-learn knows none
    if shape != "several outputs":
        for make, reference in ((Pearson, scipy.stats.pearsonr), (Spearman, scipy.stats.spearmanr)):
            metric = make()
            metric.update((pred, target))
            wanted = math.nan if shape == "one sample" else reference(p, t)[0]
            assert metric.compute() == pytest.approx(wanted, abs=1e-9, nan_ok=True), make


@pytest.mark.parametrize("make", [*REFERENCES, Huber, R2Score, Pearson, Spearman, PSNR, SSIM])
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("batches", [1, 3])
def test_an_error_that_is_not_a_number_gives_nan(make, side, batches):
    metric = make()
    shape = (1, 1, 12, 12) if make is SSIM else (8,)
    for i in range(batches):
        batch = torch.rand(shape), torch.rand(shape)
        if i == batches // 2:
            batch[side].view(-1)[3] = math.nan
        metric.update(batch)
    assert math.isnan(metric.compute())


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_median_is_the_middle_or_the_mean_of_the_middle_two(n):
    metric = MedianAE()
    metric.update((torch.arange(n).float() ** 2, torch.zeros(n)))
    assert metric.compute() == pytest.approx(sk.median_absolute_error(torch.zeros(n), torch.arange(n) ** 2))


def test_the_median_of_one_output_with_nan_is_not_a_number():
    metric = MedianAE()
    metric.update((torch.tensor([[1.0, math.nan], [2.0, 1.0], [3.0, 1.0]]), torch.zeros(3, 2)))
    assert math.isnan(metric.compute())


def test_errors_of_another_number_of_outputs_than_before_are_explained():
    metric = MedianAE()
    metric.update((torch.ones(3, 2), torch.zeros(3, 2)))
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.ones(2, 3), torch.zeros(2, 3)))
    assert str(error.value) == (
        "MedianAE: got a float64 tensor of shape (n, 3) on cpu; expected a float64 tensor of shape (n, 2) on "
        "cpu, as in the batches before"
    )
