"""Areas under curves agree with scikit-learn, with ties, however the data are split."""

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import PRAUC, ROCAUC, AveragePrecision, MetricSet

seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 60), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def pr_auc(target, scores):
    precision, recall, _ = sk.precision_recall_curve(target, scores)
    return sk.auc(recall, precision)


REFERENCES = {ROCAUC: sk.roc_auc_score, AveragePrecision: sk.average_precision_score, PRAUC: pr_auc}


@pytest.mark.parametrize("make", REFERENCES)
@settings(max_examples=25)
@given(seed=seeds, way=ways, ties=st.booleans(), dtype=st.sampled_from([torch.float32, torch.bfloat16]))
def test_binary_agrees_with_sklearn(make, seed, way, ties, dtype, any_way):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 2, (60,), generator=random)
    target[:2] = torch.tensor([0, 1])
    pred = torch.rand(60, generator=random)
    pred = ((pred * 8).round() / 8 if ties else pred).to(dtype)
    ours = any_way(make, (pred, target), **way)
    assert ours == pytest.approx(REFERENCES[make](target, pred.double()), abs=1e-9)


@pytest.mark.parametrize("average", ["macro", "weighted", "none", "micro"])
@pytest.mark.parametrize("make", [ROCAUC, AveragePrecision])
@settings(max_examples=10)
@given(seed=seeds, way=ways)
def test_multiclass_agrees_with_sklearn(make, average, seed, way, any_way):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 4, (60,), generator=random)
    target[:4] = torch.arange(4)
    pred = torch.randn(60, 4, generator=random).softmax(1)
    ours = any_way(lambda: make(average=average), (pred, target), **way)
    hot = torch.nn.functional.one_hot(target, 4)
    theirs = REFERENCES[make](hot, pred, average=None if average == "none" else average)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("average", ["macro", "weighted", "none", "micro"])
@settings(max_examples=10)
@given(seed=seeds, way=ways)
def test_multilabel_agrees_with_sklearn(average, seed, way, any_way):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 2, (60, 3), generator=random)
    target[0], target[1] = 0, 1
    pred = torch.rand(60, 3, generator=random)
    ours = any_way(lambda: ROCAUC(average=average, task="multilabel"), (pred, target), **way)
    theirs = sk.roc_auc_score(target, pred, average=None if average == "none" else average)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_ignored_targets_count_for_nothing():
    target = torch.tensor([0, 1, -1, 1, 0, -1])
    pred = torch.tensor([0.2, 0.7, 0.9, 0.1, 0.3, 0.0])
    metric = ROCAUC(ignore_index=-1)
    metric.update((pred, target))
    assert metric.compute() == pytest.approx(sk.roc_auc_score(target[target >= 0], pred[target >= 0]))


def test_they_share_the_scores():
    metrics = MetricSet()
    for make in REFERENCES:
        metrics.add(make.__name__, make())
    assert len({metrics[name].leaves() for name in metrics}) == 1


def test_nan_and_labels_out_of_range_are_told_at_the_end():
    metric = ROCAUC()
    metric.update((torch.tensor([0.1, float("nan")]), torch.tensor([0, 1])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value) == "ROCAUC: got NaN among the scores; expected numbers, to put in order"
    metric.reset()
    metric.update((torch.tensor([0.1, 0.2]), torch.tensor([0, 2])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value) == (
        "ROCAUC: got 1 labels outside 0…1; expected labels of 2 classes, or an ignore_index"
    )
