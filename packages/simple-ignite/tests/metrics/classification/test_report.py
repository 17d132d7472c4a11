"""Reports, as values and as texts."""

import json
import math

import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import ClassificationReport, MetricSet, Precision, report_text

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 60), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def multiclass(seed, n=60):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 4, (n,), generator=random)
    return torch.randn(n, 4, generator=random) + torch.nn.functional.one_hot(target, 4), target


def multilabel(seed, n=60):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(n, 3, generator=random), torch.randint(0, 2, (n, 3), generator=random)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=6)
@given(seed=st.integers(0, 2**31), way=ways, digits=st.integers(0, 4))
def test_agrees_with_sklearn_to_the_letter(seed, way, digits, any_way):
    names = ["cat", "dog", "a very long name of a class", "cow"]
    pred, target = multiclass(seed)
    report = any_way(lambda: ClassificationReport(names), (pred, target), **way)
    options = {"target_names": names, "zero_division": 0}
    theirs = sk.classification_report(target, pred.argmax(1), output_dict=True, **options)
    assert list(report) == list(theirs)
    assert all(report[name] == pytest.approx(theirs[name], abs=1e-12) for name in theirs)
    text = sk.classification_report(target, pred.argmax(1), digits=digits, **options)
    assert report_text(report, digits) == text
    pred, target = multilabel(seed)
    report = any_way(lambda: ClassificationReport(task="multilabel"), (pred, target), **way)
    theirs = sk.classification_report(target, pred > 0.5, output_dict=True, zero_division=0)
    assert all(report[name] == pytest.approx(theirs[name], abs=1e-12) for name in theirs)
    text = sk.classification_report(target, pred > 0.5, digits=digits, zero_division=0)
    assert report_text(report, digits) == text


def test_every_class_has_a_row_also_one_that_does_not_occur():
    metric = ClassificationReport()
    metric.update((torch.eye(4)[[0, 1]], torch.tensor([0, 1])))
    report = metric.compute()
    assert report["3"] == {"precision": 0.0, "recall": 0.0, "f1-score": 0.0, "support": 0.0}
    assert report["macro avg"]["recall"] == 1.0  # over the classes that occur
    assert json.loads(json.dumps(report)) == report


def test_it_shares_the_counts_of_others():
    for task in ("multiclass", "multilabel"):
        metrics = MetricSet()
        metrics.add("precision", Precision(task=task))
        metrics.add("report", ClassificationReport(task=task))
        assert metrics["report"].counts is metrics["precision"].counts
        metrics.update(multiclass(0) if task == "multiclass" else multilabel(0))
        values = metrics.compute()
        assert values["report"]["macro avg"]["precision"] == pytest.approx(values["precision"])
        if task == "multilabel":
            assert values["report"]["samples avg"]["support"] == values["report"]["macro avg"]["support"]


def test_a_reset_report_forgets_the_samples_too():
    used, new = ClassificationReport(task="multilabel"), ClassificationReport(task="multilabel")
    used.update(multilabel(0))
    used.reset()
    for metric in (used, new):
        metric.update(multilabel(1))
    assert used.compute() == new.compute()


@pytest.mark.parametrize("zero", [0, 1, math.nan])
def test_what_stands_for_0_over_0(zero):
    metric = ClassificationReport(zero_division=zero)
    metric.update((torch.eye(3)[[0, 1]], torch.tensor([0, 2])))
    assert metric.compute()["2"]["precision"] == pytest.approx(zero, nan_ok=True)


def test_names_that_do_not_fit_are_explained():
    metric = ClassificationReport(["cat", "dog"])
    metric.update(multiclass(0))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "ClassificationReport: got 2 names; expected one for each of 4 classes or labels"
    )
    for names in (["cat", "cat"], ["cat", "accuracy"]):
        with pytest.raises(MetricInputError) as error:
            ClassificationReport(names)
        assert str(error.value) == (
            f"ClassificationReport: got names={names!r}; expected names that differ, and differ from "
            "'accuracy', 'micro avg', 'macro avg', 'weighted avg', 'samples avg'"
        )
