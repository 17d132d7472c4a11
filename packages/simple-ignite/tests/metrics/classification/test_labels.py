"""What holds of every metric that takes labels: those out of range, ignored ones, and changes of shape."""

import math

import pytest
import torch

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import (
    MCC,
    MRR,
    PRAUC,
    ROCAUC,
    Accuracy,
    AveragePrecision,
    CalibrationError,
    ClassificationReport,
    CohenKappa,
    ConfusionMatrix,
    Dice,
    F1Score,
    FBeta,
    HammingDistance,
    Jaccard,
    MeanIoU,
    Perplexity,
    PRCurve,
    Precision,
    Recall,
    ROCCurve,
    Specificity,
    TopK,
)

METRICS = {
    **{make.__name__: make for make in (Accuracy, Precision, Recall, F1Score, FBeta, Specificity, Jaccard)},
    **{make.__name__: make for make in (MeanIoU, Dice, HammingDistance, MCC, CohenKappa, ConfusionMatrix)},
    **{make.__name__: make for make in (ROCAUC, PRAUC, AveragePrecision, ROCCurve, PRCurve, Perplexity)},
    **{make.__name__: make for make in (CalibrationError, ClassificationReport, MRR)},
    "TopK": lambda **options: TopK(2, **options),
    "Accuracy, macro": lambda **options: Accuracy(average="macro", **options),
    "F1Score, micro": lambda **options: F1Score(average="micro", **options),
}
ON_LABELS = [
    name
    for name in METRICS
    if name not in ("TopK", "MCC", "CohenKappa", "CalibrationError", "Perplexity", "MRR", "MeanIoU")
]
SAMPLES = {
    *("Accuracy", "Precision", "Recall", "F1Score", "FBeta", "Jaccard", "HammingDistance"),
    *("ROCAUC", "PRAUC", "AveragePrecision"),
}


def numbers(value):
    """All numbers of a value."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if name not in ("support", "thresholds")]
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return torch.as_tensor(value).flatten().tolist()


def scores(n=8):
    return torch.rand(n, 4, generator=torch.Generator().manual_seed(0)).softmax(1)


@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize("wrong", [-1, -99, 4, 1000])
@pytest.mark.parametrize("name", METRICS)
def test_a_label_out_of_range_is_reported(name, wrong, batches):
    metric = METRICS[name]()
    for i in range(batches):
        target = torch.arange(8) % 4
        target[5] = wrong if i == batches - 1 else 0
        metric.update((scores(), target))
    with pytest.raises(MetricInputError):
        metric.compute()


@pytest.mark.parametrize("name", METRICS)
def test_one_that_is_ignored_is_not(name):
    metric = METRICS[name](ignore_index=-100)
    metric.update((scores(), torch.tensor([0, 1, 2, 3, 0, -100, 2, 3])))
    assert not any(math.isnan(number) for number in numbers(metric.compute()))


@pytest.mark.parametrize("wrong", [-1, 2, 255])
@pytest.mark.parametrize("name", ON_LABELS)
def test_a_label_other_than_0_and_1_is_reported(name, wrong):
    random = torch.Generator().manual_seed(0)
    target = torch.randint(0, 2, (8, 3), generator=random)
    target[2, 1] = wrong
    every = ["none"] if name.startswith(("ROC", "PRC")) and name != "ROCAUC" else [None, "samples"]
    for average in every if name in SAMPLES else [None]:
        options = {"average": average} if average else {}
        metric = METRICS[name](task="multilabel", **options)
        metric.update((torch.rand(8, 3, generator=random), target))
        with pytest.raises(MetricInputError):
            metric.compute()


@pytest.mark.parametrize("soft", [0.7, math.nan, math.inf])
@pytest.mark.parametrize("ignored", [None, -1])
def test_a_soft_target_is_out_of_range_whatever_is_ignored(soft, ignored):
    for name in ("Accuracy", "Accuracy, macro", "ROCAUC", "CalibrationError"):
        metric = METRICS[name](ignore_index=ignored)
        metric.update((torch.tensor([0.2, 0.9]), torch.tensor([0.0, soft])))
        with pytest.raises(MetricInputError, match="1 labels outside"):
            metric.compute()


@pytest.mark.parametrize("ignored", [-100, 2])
@pytest.mark.parametrize("name", METRICS)
def test_nothing_but_ignored_targets_gives_nan(name, ignored):
    metric = METRICS[name](ignore_index=ignored)
    for _ in range(3):
        metric.update((scores(), torch.full((8,), ignored)))
    value = metric.compute()
    if name == "ConfusionMatrix":
        assert not value.any()
    elif name == "ClassificationReport":
        assert {value[line]["f1-score"] for line in value if line != "accuracy"} != {0.0}
        assert math.isnan(value["accuracy"])
    elif name == "PRCurve":
        assert all(one["recall"].isnan().all() for one in value)
    else:
        assert all(math.isnan(number) for number in numbers(value))


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "samples", "none"])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_nothing_but_ignored_labels_gives_nan_for_every_average(name, average):
    metric = METRICS[name](ignore_index=-1, task="multilabel", average=average)
    metric.update((torch.rand(4, 3), torch.full((4, 3), -1)))
    assert all(math.isnan(number) for number in numbers(metric.compute()))


@pytest.mark.parametrize("average", ["macro", "weighted", "none", "micro"])
def test_nothing_but_ignored_binary_targets_gives_nan_for_every_average(average):
    for name in ("Accuracy", "Precision", "Specificity", "Jaccard", "HammingDistance", "ROCAUC"):
        metric = METRICS[name](ignore_index=-1, average=average)
        metric.update((torch.rand(4), torch.full((4,), -1)))
        assert all(math.isnan(number) for number in numbers(metric.compute()))


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_label_that_is_ignored_throughout_is_left_out_of_averages(name, average):
    random = torch.Generator().manual_seed(0)
    pred, target = torch.rand(9, 3, generator=random), torch.randint(0, 2, (9, 3), generator=random)
    target[:, 1] = -1
    whole, two = (METRICS[name](ignore_index=-1, task="multilabel", average=average) for _ in range(2))
    whole.update((pred, target))
    two.update((pred[:, [0, 2]], target[:, [0, 2]]))
    assert whole.compute() == pytest.approx(two.compute())


SECOND = {
    "other classes": (torch.rand(8, 6).softmax(1), torch.zeros(8).long()),
    "binary": (torch.rand(8), torch.zeros(8).long()),
}


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("name", [name for name in METRICS if name not in ("Perplexity", "MRR")])
def test_a_change_of_shape_is_reported(name, second):
    metric = METRICS[name]()
    metric.update((scores(), torch.arange(8) % 4))
    with pytest.raises(MetricInputError):
        metric.update(SECOND[second])


DIMENSIONS = {
    "last": (
        (torch.rand(2, 5, 3), torch.zeros(2, 5).long()),
        "if dimension -1 holds the classes, give the metric dim=-1",
    ),
    "none": (
        (torch.rand(2, 5, 3), torch.zeros(2, 4).long()),
        r"expected a target of shape \(2, 3\) for 5 classes in dimension 1$",
    ),
}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_classes_in_another_dimension_are_pointed_out(name):
    output, message = DIMENSIONS[name]
    for make in (Accuracy, Precision, ROCAUC, CalibrationError):
        with pytest.raises(MetricInputError, match=message):
            make().update(output)


def test_following_the_hint_works_and_perplexity_takes_the_same_option():
    output, _ = DIMENSIONS["last"]
    for make in (Accuracy, Precision, ROCAUC, CalibrationError, Perplexity):
        metric = make(dim=-1)
        metric.update((output[0].softmax(-1), output[1]))
        metric.compute()
    last, second = Perplexity(), Perplexity(dim=1)
    last.update(output)
    second.update((output[0].movedim(-1, 1), output[1]))
    assert last.compute() == second.compute()


def test_a_dimension_that_is_not_there_is_explained():
    for make in (Accuracy, F1Score, ROCAUC, Perplexity):
        with pytest.raises(MetricInputError) as error:
            make(dim=3).update((torch.rand(4, 3), torch.zeros(4).long()))
        assert str(error.value) == (
            f"{make.__name__}: got pred float32 tensor of shape (4, 3), target int64 tensor of shape (4,); "
            "expected a pred with a dimension 3, since dim=3"
        )


@pytest.mark.parametrize("make", [Precision, Recall, F1Score, Specificity, Jaccard])
def test_every_classes_first_dimension_gives_the_same(make):
    random = torch.Generator().manual_seed(0)
    pred, target = torch.rand(4, 7, 5, generator=random), torch.randint(0, 5, (4, 7), generator=random)
    last, second = make(dim=-1), make()
    last.update((pred, target))
    second.update((pred.movedim(-1, 1), target))
    assert last.compute() == second.compute()
    truth = torch.randint(0, 2, (4, 7, 5), generator=random)
    for average in ("macro", "samples"):
        last, second = (make(dim=dim, task="multilabel", average=average) for dim in (-1, 1))
        last.update((pred, truth))
        second.update((pred.movedim(-1, 1), truth.movedim(-1, 1)))
        assert last.compute() == pytest.approx(second.compute(), abs=1e-12)


def test_scores_of_one_kind_stay_of_one_kind():
    metric = ROCAUC()
    metric.update((torch.tensor([1, 2, 3]), torch.tensor([0, 0, 1])))
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.tensor([0.1, 0.2]), torch.tensor([0, 1])))
    assert str(error.value) == (
        "ROCAUC: got a float32 tensor of shape (n,) on cpu; expected a int64 tensor of shape (n,) on cpu, as "
        "in the batches before"
    )


def test_complex_predictions_are_explained():
    for make in (Accuracy, F1Score, ROCAUC):
        with pytest.raises(MetricInputError, match="a pred of real numbers"):
            make().update((torch.ones(3, 2, dtype=torch.complex64), torch.zeros(3).long()))
