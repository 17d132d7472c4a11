"""Curves, and tables of them for trackers."""

import json
import math

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite import Engine
from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import ROCAUC, MetricSet, MetricsLambda, PRCurve, ROCCurve, curve_table

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 60), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def binary(seed=0, n=60):
    random = torch.Generator().manual_seed(seed)
    return (torch.rand(n, generator=random) * 20).round() / 20, torch.randint(0, 2, (n,), generator=random)


def multiclass(seed=0, n=60):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(n, 3, generator=random), torch.randint(0, 3, (n,), generator=random)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**31), way=ways)
def test_a_curve_for_each_class_agrees_with_sklearn(seed, way, any_way):
    pred, target = multiclass(seed)
    roc, pr = any_way(ROCCurve, (pred, target), **way), any_way(PRCurve, (pred, target), **way)
    assert len(roc) == len(pr) == 3
    for k in range(3):
        wanted = sk.roc_curve(target == k, pred[:, k], drop_intermediate=False)
        for name, theirs in zip(("fpr", "tpr", "thresholds"), wanted, strict=True):
            np.testing.assert_allclose(roc[k][name], theirs, atol=1e-12)
        precision, recall, _ = sk.precision_recall_curve(target == k, pred[:, k])
        np.testing.assert_allclose(pr[k]["precision"], precision, atol=1e-12)
        np.testing.assert_allclose(pr[k]["recall"], recall, atol=1e-12)


def test_one_curve_of_all_classes():
    pred, target = multiclass()
    metric = ROCCurve(average="micro")
    metric.update((pred, target))
    hot = torch.nn.functional.one_hot(target, 3)
    fpr, tpr, _ = sk.roc_curve(hot.flatten(), pred.flatten(), drop_intermediate=False)
    np.testing.assert_allclose(metric.compute()["fpr"], fpr)
    np.testing.assert_allclose(metric.compute()["tpr"], tpr)


@pytest.mark.parametrize("make", [ROCCurve, PRCurve])
@pytest.mark.parametrize("points", [2, 3, 7, 1000])
def test_fewer_points_keep_both_ends(make, points):
    whole, few = make(), make(points=points)
    for metric in (whole, few):
        metric.update(binary())
    whole, few = whole.compute(), few.compute()
    for name, part in few.items():
        assert len(part) == min(points, len(whole[name]))
        assert part[0] == whole[name][0]
        assert part[-1] == whole[name][-1]
        assert set(part.tolist()) <= set(whole[name].tolist())


def test_the_area_of_all_points_is_the_metric_and_they_share_the_scores():
    metrics = MetricSet()
    metrics.add("auc", ROCAUC())
    metrics.add("roc", ROCCurve())
    metrics.add("pr", PRCurve())
    assert len({metrics[name].leaves() for name in metrics}) == 1
    metrics.update(binary())
    values = metrics.compute()
    curve = values["roc"]
    assert torch.trapezoid(curve["tpr"], curve["fpr"]).item() == pytest.approx(values["auc"])


def test_ignored_targets_and_labels_apart():
    target = torch.tensor([[0, 1], [1, -1], [1, 0]])
    pred = torch.tensor([[0.1, 0.8], [0.9, 0.5], [0.3, 0.2]])
    metric = ROCCurve(task="multilabel", ignore_index=-1)
    metric.update((pred, target))
    first, second = metric.compute()
    assert first["tpr"].tolist() == [0.0, 0.5, 1.0, 1.0]
    assert second["thresholds"].tolist() == pytest.approx([math.inf, 0.8, 0.2])


def test_a_table_holds_plain_lists_that_every_format_takes():
    metric = ROCCurve()
    metric.update((torch.tensor([0.25, 0.75]), torch.tensor([0, 1])))
    table = curve_table(metric.compute())
    assert table == {"fpr": [0.0, 0.0, 1.0], "tpr": [0.0, 1.0, 1.0], "thresholds": [None, 0.75, 0.25]}
    assert json.loads(json.dumps(table, allow_nan=False)) == table


def test_a_table_of_several_curves_names_the_class_of_each_row():
    metric = PRCurve(points=3)
    metric.update(multiclass())
    value = metric.compute()
    table = curve_table(value)
    assert table["class"] == [0] * 3 + [1] * 3 + [2] * 3
    assert table["recall"] == [number for one in value for number in one["recall"].tolist()]
    named = curve_table(value, ["cat", "dog", "cow"])
    assert named["class"] == ["cat"] * 3 + ["dog"] * 3 + ["cow"] * 3


def test_what_is_no_curve_is_explained():
    with pytest.raises(MetricInputError) as error:
        curve_table(0.5)
    assert str(error.value) == "curve_table: got float; expected the value of ROCCurve or PRCurve"
    metric = ROCCurve()
    metric.update(multiclass())
    with pytest.raises(MetricInputError) as error:
        curve_table(metric.compute(), ["cat"])
    assert str(error.value) == "curve_table: got 1 names; expected one for each of 3 classes"


def test_options_that_make_no_sense_are_explained():
    with pytest.raises(MetricInputError) as error:
        ROCCurve(average="macro")
    assert str(error.value) == 'ROCCurve: got average=\'macro\'; expected "none" or "micro"'
    with pytest.raises(MetricInputError) as error:
        PRCurve(points=1)
    assert str(error.value) == "PRCurve: got points=1; expected 2 or more, or None"


def test_an_engine_gives_the_curve_and_saves_it_as_plain_tensors():
    evaluator = Engine(lambda _engine, seed: binary(seed))
    evaluator.add_metric(ROCCurve(), "roc")
    evaluator.add_metric(MetricsLambda(curve_table, ROCCurve()), "table")
    metrics = evaluator.run(range(3)).metrics
    assert list(metrics["table"]) == ["fpr", "tpr", "thresholds"]
    other = Engine(lambda _engine, _seed: None)
    other.load_state_dict(evaluator.state_dict())
    torch.testing.assert_close(other.state.metrics["roc"], metrics["roc"])
