"""Metrics made of counts agree with scikit-learn however the data are split."""

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import (
    MCC,
    Accuracy,
    CohenKappa,
    ConfusionMatrix,
    Dice,
    F1Score,
    FBeta,
    HammingDistance,
    Jaccard,
    MeanIoU,
    MetricSet,
    Precision,
    Recall,
    Specificity,
)

AVERAGES = ["micro", "macro", "weighted", "none"]
seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 60), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def multiclass(seed, n=60, classes=5):
    random = torch.Generator().manual_seed(seed)
    target = torch.randint(0, classes, (n,), generator=random)
    pred = torch.randn(n, classes, generator=random) + torch.nn.functional.one_hot(target, classes)
    return pred, target


def binary(seed, n=60):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(n, generator=random), torch.randint(0, 2, (n,), generator=random)


def multilabel(seed, n=60, labels=4):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(n, labels, generator=random), torch.randint(0, 2, (n, labels), generator=random)


PAIRS = {
    "precision": (Precision, sk.precision_score),
    "recall": (Recall, sk.recall_score),
    "f1": (F1Score, sk.f1_score),
    "f2": (lambda **o: FBeta(2.0, **o), lambda *a, **o: sk.fbeta_score(*a, beta=2.0, **o)),
    "jaccard": (Jaccard, sk.jaccard_score),
    "dice": (Dice, sk.f1_score),
}


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=12)
@given(seed=seeds, way=ways)
def test_multiclass_scores_agree_with_sklearn(name, average, seed, way, any_way):
    make, reference = PAIRS[name]
    pred, target = multiclass(seed)
    ours = any_way(lambda: make(average=average), (pred, target), **way)
    labels = range(5) if average == "none" else None
    theirs = reference(
        target, pred.argmax(1), average=None if average == "none" else average, zero_division=0, labels=labels
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=12)
@given(seed=seeds, way=ways)
def test_binary_scores_are_those_of_the_positive_class(name, seed, way, any_way):
    make, reference = PAIRS[name]
    pred, target = binary(seed)
    ours = any_way(lambda: make(), (pred, target), **way)
    assert ours == pytest.approx(reference(target, pred > 0.5, zero_division=0), abs=1e-9)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=8)
@given(seed=seeds, way=ways)
def test_multilabel_scores_agree_with_sklearn(name, average, seed, way, any_way):
    make, reference = PAIRS[name]
    pred, target = multilabel(seed)
    ours = any_way(lambda: make(average=average, task="multilabel"), (pred, target), **way)
    theirs = reference(target, pred > 0.5, average=None if average == "none" else average, zero_division=0)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_specificity_is_the_recall_of_the_rest(seed, way, any_way):
    pred, target = binary(seed)
    ours = any_way(Specificity, (pred, target), **way)
    assert ours == pytest.approx(sk.recall_score(1 - target, pred <= 0.5, zero_division=0), abs=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_hamming_distance_agrees_with_sklearn(seed, way, any_way):
    pred, target = multiclass(seed)
    theirs = sk.hamming_loss(target, pred.argmax(1))
    assert any_way(HammingDistance, (pred, target), **way) == pytest.approx(theirs, abs=1e-9)
    pred, target = multilabel(seed)
    theirs = sk.hamming_loss(target, pred > 0.5)
    ours = any_way(lambda: HammingDistance(task="multilabel"), (pred, target), **way)
    assert ours == pytest.approx(theirs, abs=1e-9)
    each = any_way(lambda: HammingDistance(task="multilabel", average="none"), (pred, target), **way)
    np.testing.assert_allclose(each, ((pred > 0.5) != target).double().mean(0), atol=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways, normalize=st.sampled_from([None, "true", "pred", "all"]))
def test_confusion_matrix_agrees_with_sklearn(seed, way, normalize, any_way):
    pred, target = multiclass(seed)
    ours = any_way(lambda: ConfusionMatrix(5, normalize=normalize), (pred, target), **way)
    theirs = sk.confusion_matrix(target, pred.argmax(1), labels=range(5), normalize=normalize)
    np.testing.assert_allclose(ours, np.nan_to_num(theirs), atol=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_multilabel_confusion_matrix_agrees_with_sklearn(seed, way, any_way):
    pred, target = multilabel(seed)
    ours = any_way(lambda: ConfusionMatrix(task="multilabel"), (pred, target), **way)
    np.testing.assert_array_equal(ours, sk.multilabel_confusion_matrix(target, pred > 0.5))


@settings(max_examples=20)
@given(seed=seeds, way=ways, weights=st.sampled_from([None, "linear", "quadratic"]))
def test_cohen_kappa_agrees_with_sklearn(seed, way, weights, any_way):
    pred, target = multiclass(seed)
    ours = any_way(lambda: CohenKappa(weights=weights), (pred, target), **way)
    theirs = sk.cohen_kappa_score(target, pred.argmax(1), weights=weights, labels=range(5))
    assert ours == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways)
def test_mcc_agrees_with_sklearn(seed, way, any_way):
    pred, target = multiclass(seed)
    theirs = sk.matthews_corrcoef(target, pred.argmax(1))
    assert any_way(MCC, (pred, target), **way) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=20)
@given(seed=seeds, way=ways, ignored=st.sampled_from([0, 3, -100, 255]))
def test_ignored_targets_count_for_nothing(seed, way, ignored, any_way):
    pred, target = multiclass(seed)
    target = torch.where(torch.arange(60) % 3 == 0, ignored, target)
    kept = target != ignored
    for make in (
        lambda: Accuracy(ignore_index=ignored),
        lambda: Accuracy(ignore_index=ignored, average="weighted"),
    ):
        theirs = sk.accuracy_score(target[kept], pred.argmax(1)[kept])
        assert any_way(make, (pred, target), **way) == pytest.approx(theirs, abs=1e-9)
    ours = any_way(lambda: ConfusionMatrix(ignore_index=ignored), (pred, target), **way)
    theirs = sk.confusion_matrix(target[kept], pred.argmax(1)[kept], labels=range(5))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32])
def test_targets_of_any_integer_type(dtype):
    pred, target = multiclass(3)
    wanted = {"void": 255 if dtype == torch.uint8 else 100, "minus": 200 if dtype == torch.uint8 else -100}
    for void in wanted.values():
        kept = target.clone()
        kept[::3] = void
        theirs = sk.accuracy_score(kept[kept != void], pred.argmax(1)[kept != void])
        for metric in (Accuracy(ignore_index=void), Accuracy(ignore_index=void, average="weighted")):
            metric.update((pred, kept.to(dtype)))
            assert metric.compute() == pytest.approx(theirs)
    unused = Accuracy(ignore_index=-100)  # 156 in uint8
    unused.update((pred, target.to(dtype)))
    assert unused.compute() == pytest.approx(sk.accuracy_score(target, pred.argmax(1)))
    guessed = ConfusionMatrix(5)
    guessed.update((pred.argmax(1).to(dtype), target.to(dtype)))
    assert int(guessed.compute().sum()) == 60


@pytest.mark.parametrize("name", PAIRS)
def test_macro_is_over_the_classes_that_occur_in_target_or_prediction(name):
    make, reference = PAIRS[name]
    pred, target = (
        torch.eye(5)[[0, 0, 1, 3, 3]],
        torch.tensor([0, 0, 1, 1, 2]),
    )  # 4 is in neither, 2 and 3 in one
    metric = make()
    metric.update((pred, target))
    theirs = reference(target, pred.argmax(1), average="macro", zero_division=0)
    assert metric.compute() == pytest.approx(theirs, abs=1e-9)


def test_mean_iou_of_a_segmentation_is_the_jaccard_of_its_pixels():
    pred, target = torch.randn(4, 3, 8, 8), torch.randint(0, 3, (4, 8, 8))
    metric = MeanIoU()
    metric.update((pred, target))
    theirs = sk.jaccard_score(target.flatten(), pred.argmax(1).flatten(), average="macro")
    assert metric.compute() == pytest.approx(theirs, abs=1e-9)


def test_labels_out_of_range_are_told_when_the_value_is_computed():
    metric = ConfusionMatrix(3)
    metric.update((torch.randn(4, 3), torch.tensor([0, 3, -1, 2])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert (
        str(error.value)
        == "ConfusionMatrix: got 2 labels outside 0…2; expected labels of 3 classes, or an ignore_index"
    )


def test_predicted_labels_out_of_range_are_told_too():
    metric = Recall(num_classes=3)
    metric.update((torch.tensor([0, 7, 1]), torch.tensor([0, 1, 2])))
    with pytest.raises(MetricInputError, match="1 labels outside 0…2"):
        metric.compute()


def test_predicted_labels_alone_do_not_tell_the_number_of_classes():
    with pytest.raises(MetricInputError) as error:
        Recall().update((torch.tensor([0, 1]), torch.tensor([0, 1])))
    assert str(error.value) == (
        "Recall: got integer labels as pred; expected num_classes=, since labels alone do not tell how many "
        "classes there are"
    )


def test_another_number_of_classes_than_before_is_an_error():
    metric = Recall()
    metric.update((torch.randn(4, 3), torch.tensor([0, 1, 2, 0])))
    with pytest.raises(MetricInputError) as error:
        metric.update((torch.randn(4, 5), torch.tensor([0, 1, 2, 0])))
    assert str(error.value) == (
        "Recall: got multiclass data with 5 classes; expected multiclass data with 3 "
        "classes, as in the batches before"
    )


def test_four_metrics_in_one_set_count_once():
    metrics = MetricSet()
    for name, metric in {
        "a": Accuracy(),
        "p": Precision(),
        "r": Recall(),
        "f": F1Score(),
        "c": ConfusionMatrix(),
    }.items():
        metrics.add(name, metric)
    leaves = {id(leaf) for name in metrics for leaf in metrics[name].leaves()}
    assert len(leaves) == 1
    pred, target = multiclass(0)
    metrics.update((pred, target))
    values = metrics.compute()
    assert values["a"] == pytest.approx(sk.accuracy_score(target, pred.argmax(1)))
    assert values["f"] == pytest.approx(sk.f1_score(target, pred.argmax(1), average="macro"))
    assert int(values["c"].sum()) == 60


def test_metrics_of_other_settings_count_apart():
    metrics = MetricSet()
    metrics.add("half", Precision(threshold=0.5))
    metrics.add("high", Precision(threshold=0.9))
    pred, target = binary(0)
    metrics.update((pred, target))
    values = metrics.compute()
    assert values["half"] == pytest.approx(sk.precision_score(target, pred > 0.5))
    assert values["high"] == pytest.approx(sk.precision_score(target, pred > 0.9))
