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


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_ignored_targets_count_for_nothing(norm):
    random = torch.Generator().manual_seed(0)
    pred, target = torch.rand(40, generator=random), torch.randint(0, 2, (40,), generator=random)
    whole, part = CalibrationError(norm=norm, ignore_index=-1), CalibrationError(norm=norm)
    whole.update((pred, torch.where(torch.arange(40) < 30, target, -1)))
    part.update((pred[:30], target[:30]))
    assert whole.compute() == part.compute()


def test_binary_and_multiclass_data_do_not_mix():
    metric = CalibrationError()
    metric.update((torch.rand(4), torch.zeros(4).long()))
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.rand(4, 3).softmax(1), torch.zeros(4).long()))
    assert str(error.value) == (
        "CalibrationError: got multiclass data with 3 classes; expected binary data with 2 classes, as in "
        "the batches before"
    )


def test_states_of_version_0_3_are_loaded():
    old = CalibrationError()
    old.update((torch.tensor([0.2, 0.9]), torch.tensor([0, 1])))
    states = old.state_dict()
    del states["outside"]
    metric = CalibrationError()
    metric.load_state_dict(states)
    assert metric.compute() == old.compute()
