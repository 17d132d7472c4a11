"""Averages: what each means, which fit, and what stands for 0/0."""

import math

import pytest
import torch

from simple_ignite.errors import MetricInputError, MetricStateError
from simple_ignite.metrics import (
    ROCAUC,
    Accuracy,
    F1Score,
    FBeta,
    HammingDistance,
    Jaccard,
    MeanIoU,
    MetricSet,
    Precision,
    Recall,
    ROCCurve,
)

BINARY = torch.tensor([0.9, 0.8, 0.2, 0.7]), torch.tensor([1, 0, 0, 1])


def test_binary_data_have_the_value_of_class_1_unless_an_average_is_asked_for():
    values = {}
    for average in ("auto", "binary", "macro", "micro", "weighted", "none"):
        metric = Precision(average=average)
        metric.update(BINARY)
        values[average] = metric.compute()
    assert values["auto"] == values["binary"] == pytest.approx(2 / 3)
    assert values["none"].tolist() == pytest.approx([1.0, 2 / 3])
    assert values["macro"] == pytest.approx(5 / 6)
    assert values["micro"] == pytest.approx(3 / 4)


def test_data_of_several_classes_have_no_positive_class():
    metric = Recall(average="binary")
    metric.update((torch.eye(3), torch.arange(3)))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        'Recall: got average="binary" for data of several classes or labels; expected "macro", "micro", '
        '"weighted" or "none"'
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Precision(average="mean"),
            'Precision: got average=\'mean\'; expected one of "auto", "binary", "micro", "macro", '
            '"weighted", "samples", "none"',
        ),
        (
            lambda: Accuracy(average="binary"),
            'Accuracy: got average=\'binary\'; expected one of "micro", "macro", "weighted", '
            '"samples", "none"',
        ),
        (
            lambda: HammingDistance(average="auto"),
            'HammingDistance: got average=\'auto\'; expected one of "micro", "macro", "weighted", '
            '"samples", "none"',
        ),
        (
            lambda: F1Score(average="samples"),
            'F1Score: got average="samples" with task=None; expected task="multilabel"',
        ),
        (
            lambda: ROCAUC(average="samples", task="binary"),
            'ROCAUC: got average="samples" with task=\'binary\'; expected task="multilabel"',
        ),
        (
            lambda: Jaccard(average="binary", task="multiclass"),
            'Jaccard: got average="binary" with task=\'multiclass\'; expected task="binary"',
        ),
        (
            lambda: Recall(zero_division=0.5),
            "Recall: got zero_division=0.5; expected 0, 1 or math.nan",
        ),
        (lambda: Accuracy(top_k=0), "Accuracy: got top_k=0; expected one or more"),
        (
            lambda: ROCCurve(average="weighted"),
            'ROCCurve: got average=\'weighted\'; expected "none" or "micro"',
        ),
    ],
)
def test_options_that_make_no_sense_are_explained(make, message):
    with pytest.raises(MetricInputError) as error:
        make()
    assert str(error.value) == message


def test_following_the_hint_about_samples_works():
    metric = F1Score(average="samples", task="multilabel")
    metric.update((torch.tensor([[0.9, 0.9], [0.9, 0.1]]), torch.tensor([[1, 1], [0, 1]])))
    assert metric.compute() == 0.5


@pytest.mark.parametrize("zero", [0, 1, math.nan])
def test_labels_without_positives_have_the_value_that_was_chosen(zero):
    metric = Recall(task="multilabel", average="none", zero_division=zero)
    metric.update((torch.tensor([[0.9, 0.1]]), torch.tensor([[1, 0]])))
    assert metric.compute().tolist() == pytest.approx([1.0, zero], nan_ok=True)
    mean = Recall(task="multilabel", average="macro", zero_division=zero)
    mean.update((torch.tensor([[0.9, 0.1]]), torch.tensor([[1, 0]])))
    assert mean.compute() == (1.0 if zero != 0 else 0.5)


def test_metrics_merge_only_if_what_stands_for_0_over_0_is_the_same():
    first, second, other = Recall(zero_division=math.nan), Recall(zero_division=float("nan")), Recall()
    for metric in (first, second, other):
        metric.update(BINARY)
    first.merge(second)
    with pytest.raises(MetricStateError):
        first.merge(other)


def test_metrics_of_any_average_share_counts_but_those_over_samples_do_not():
    metrics = MetricSet()
    for average in ("auto", "macro", "none", "samples"):
        metrics.add(average, Recall(task="multilabel", average=average))
    metrics.add("precision over samples", Precision(task="multilabel", average="samples"))
    metrics.add("recall over samples", Recall(task="multilabel", average="samples"))
    metrics.add("f2", FBeta(2.0, task="multilabel", average="samples"))
    metrics.add("f3", FBeta(3.0, task="multilabel", average="samples"))
    counts = {name: metrics[name].counts for name in metrics}
    assert counts["auto"] is counts["macro"] is counts["none"]
    assert counts["samples"] is counts["recall over samples"]
    assert len({id(one) for one in counts.values()}) == 5


def test_the_mean_iou_of_a_mask_counts_the_background():
    metric = MeanIoU()
    metric.update((torch.tensor([0.1, 0.2, 0.9, 0.9]), torch.tensor([0, 0, 0, 1])))
    assert metric.compute() == pytest.approx((2 / 3 + 1 / 2) / 2)
