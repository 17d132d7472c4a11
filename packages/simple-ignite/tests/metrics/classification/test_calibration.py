"""Calibration error agrees with torchmetrics however the data are split."""

import pytest
import torch
import torchmetrics.functional.classification as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import CalibrationError

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 60), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**31),
    way=ways,
    norm=st.sampled_from(["l1", "l2", "max"]),
    bins=st.sampled_from([5, 15]),
)
def test_agrees_with_torchmetrics(seed, way, norm, bins, any_way):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 4, (60,), generator=random)
    pred = torch.randn(60, 4, generator=random, dtype=torch.float64).softmax(1)
    ours = any_way(lambda: CalibrationError(bins, norm), (pred, target), **way)
    theirs = tm.multiclass_calibration_error(pred, target, 4, n_bins=bins, norm=norm)
    assert ours == pytest.approx(theirs.item(), abs=1e-6)
    pred, target = torch.rand(60, generator=random, dtype=torch.float64), target % 2
    ours = any_way(lambda: CalibrationError(bins, norm), (pred, target), **way)
    assert ours == pytest.approx(tm.binary_calibration_error(pred, target, bins, norm).item(), abs=1e-6)


def test_full_confidence_falls_in_the_last_bin():
    metric = CalibrationError(10)
    metric.update((torch.tensor([1.0, 1.0, 0.0]), torch.tensor([1, 0, 0])))
    assert metric.compute() == pytest.approx(1 / 3)


def test_logits_are_refused_when_the_value_is_computed():
    metric = CalibrationError()
    metric.update((torch.tensor([[3.0, -1.0], [0.2, 0.1]]), torch.tensor([0, 1])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value) == (
        "CalibrationError: got 1 values outside 0…1; expected probabilities from 0 to 1: give an "
        "output_transform with softmax(1), or sigmoid(), in it"
    )
