"""Accuracy of every kind of classification, and what it says of data it cannot take."""

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError, NoDataError, OutputError
from simple_ignite.metrics import ROCAUC, Accuracy, CalibrationError, F1Score, TopK

seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 50), max_size=4),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


def data(seed, *shape, high=5):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=random), torch.randint(
        0, high, shape[:1] + shape[2:], generator=random
    )


@settings(max_examples=25)
@given(seed=seeds, way=ways)
def test_multiclass(seed, way, any_way):
    pred, target = data(seed, 50, 5)
    assert any_way(Accuracy, (pred, target), **way) == pytest.approx(
        sk.accuracy_score(target, pred.argmax(1))
    )


@settings(max_examples=25)
@given(seed=seeds, way=ways, k=st.integers(2, 5))
def test_top_k(seed, way, k, any_way):
    pred, target = data(seed, 50, 6, high=6)
    theirs = sk.top_k_accuracy_score(target, pred, k=k, labels=range(6))
    assert any_way(lambda: Accuracy(top_k=k), (pred, target), **way) == pytest.approx(theirs)
    assert any_way(lambda: TopK(k), (pred, target), **way) == pytest.approx(theirs)


def test_more_places_than_classes_are_explained():
    with pytest.raises(MetricInputError) as error:
        TopK(5).update((torch.eye(3), torch.arange(3)))
    assert str(error.value) == (
        "TopK: got top_k=5 for pred of shape (3, 3); expected scores (n, classes, *) of at least 5 classes"
    )


@settings(max_examples=25)
@given(seed=seeds, way=ways, threshold=st.floats(-1, 1))
def test_binary_scores_and_logits(seed, way, threshold, any_way):
    pred, target = data(seed, 50, high=2)
    theirs = sk.accuracy_score(target, pred > threshold)
    assert any_way(lambda: Accuracy(threshold=threshold), (pred, target), **way) == pytest.approx(theirs)


def test_one_column_of_scores_is_binary():
    pred, target = data(1, 50, high=2)
    metric = Accuracy(threshold=0.0)
    metric.update((pred.reshape(50, 1), target))
    assert metric.compute() == pytest.approx(sk.accuracy_score(target, pred > 0))


@settings(max_examples=25)
@given(seed=seeds, way=ways)
def test_multilabel_is_right_when_all_labels_are(seed, way, any_way):
    random = torch.Generator().manual_seed(seed)
    pred, target = torch.rand(50, 3, generator=random), torch.randint(0, 2, (50, 3), generator=random)
    ours = any_way(lambda: Accuracy(task="multilabel"), (pred, target), **way)
    assert ours == pytest.approx(sk.accuracy_score(target, pred > 0.5))
    each = any_way(lambda: Accuracy(task="multilabel", subset=False), (pred, target), **way)
    assert each == pytest.approx(((pred > 0.5) == target).double().mean().item())


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@settings(max_examples=25)
@given(seed=seeds, way=ways)
def test_macro_is_balanced_accuracy(seed, way, any_way):
    pred, target = data(seed, 50, 5, high=4)  # class 4 is predicted, but never a target
    ours = any_way(lambda: Accuracy(average="macro"), (pred, target), **way)
    assert ours == pytest.approx(sk.balanced_accuracy_score(target, pred.argmax(1)))


def test_float_targets_of_zeros_and_ones_are_taken_where_they_are_usual():
    pred, target = data(2, 50, high=2)
    for average, reference in (("micro", sk.accuracy_score), ("macro", sk.balanced_accuracy_score)):
        metric = Accuracy(threshold=0.0, average=average)
        metric.update((pred, target.float()))
        assert metric.compute() == pytest.approx(reference(target, pred > 0))
    labels = Accuracy(task="multilabel", subset=False)
    labels.update((torch.eye(3), torch.eye(3)))
    assert labels.compute() == 1.0


@pytest.mark.parametrize("make", [Accuracy, lambda: Accuracy(average="macro")])
def test_soft_targets_are_told_when_the_value_is_computed(make):
    metric = make()
    metric.update((torch.tensor([0.2, 0.9]), torch.tensor([0.0, 0.7])))
    with pytest.raises(MetricInputError, match="1 labels outside 0…1"):
        metric.compute()


def test_labels_out_of_range_are_reported():
    metric = Accuracy()
    metric.update((torch.eye(3), torch.tensor([0, -100, 3])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value) == (
        "Accuracy: got at least 2 labels outside 0…2; expected labels of 3 classes, or an ignore_index"
    )
    fine = Accuracy(ignore_index=-100)
    fine.update((torch.eye(3), torch.tensor([0, -100, 2])))
    assert fine.compute() == 1.0


def test_arrays_are_no_tensors():
    with pytest.raises(MetricInputError) as error:
        Accuracy().update((np.eye(3), np.arange(3)))
    assert str(error.value) == "Accuracy: got pred ndarray, target ndarray; expected two tensors"


def test_an_unknown_task_is_explained():
    for make in (Accuracy, F1Score, ROCAUC, CalibrationError):
        with pytest.raises(MetricInputError) as error:
            make(task="multi")
        assert str(error.value) == (
            f"{make.__name__}: got task='multi'; expected one of binary, multiclass, multilabel, or None"
        )


def test_labels_are_compared_as_they_are():
    metric = Accuracy()
    metric.update((torch.tensor([1, 2, 3, 3]), torch.tensor([1, 2, 3, 0])))
    assert metric.compute() == 0.75


def test_a_dictionary_with_one_of_the_known_keys_is_understood():
    for key in ("label", "labels", "target", "y"):
        metric = Accuracy()
        metric.update({"pred": torch.eye(3), key: torch.arange(3), "loss": 0.3})
        assert metric.compute() == 1.0


MISTAKES = {
    "target of floats": (
        (torch.randn(4, 3), torch.rand(4)),
        "Accuracy: got pred float32 tensor of shape (4, 3), target float32 tensor of shape (4,); "
        "expected a target of integer labels; is it target.long() that is meant?",
    ),
    "other batch size": (
        (torch.randn(4, 3), torch.zeros(5).long()),
        "Accuracy: got pred float32 tensor of shape (4, 3), target int64 tensor of shape (5,); "
        "expected a target of shape (4,) for 3 classes in dimension 1",
    ),
    "dimensions": (
        (torch.randn(4, 3, 2, 2), torch.zeros(4).long()),
        "Accuracy: got pred float32 tensor of shape (4, 3, 2, 2), target int64 tensor of shape (4,); "
        "expected pred (n, classes, *) with target (n, *), or both of the same shape (n, *)",
    ),
    "integer scores": (
        (torch.zeros(4, 3).long(), torch.zeros(4).long()),
        "Accuracy: got pred int64 tensor of shape (4, 3), target int64 tensor of shape (4,); "
        "expected floating scores (n, classes, *), or integer labels (n, *)",
    ),
    "no tensor": (
        ([1, 2], torch.zeros(2).long()),
        "Accuracy: got pred list of 2 (int, int), target int64 tensor of shape (2,); expected two tensors",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_data_that_do_not_fit_are_explained(name):
    output, message = MISTAKES[name]
    with pytest.raises(MetricInputError) as error:
        Accuracy().update(output)
    assert str(error.value) == message


def test_another_number_of_classes_than_promised_is_explained():
    with pytest.raises(MetricInputError) as error:
        Accuracy(num_classes=10).update((torch.randn(4, 3), torch.zeros(4).long()))
    assert str(error.value).endswith("expected 10 classes in dimension 1 of pred, as num_classes says")


def test_an_output_of_another_shape_is_shown():
    with pytest.raises(OutputError) as error:
        Accuracy().update({"loss": 0.1, "logits": torch.zeros(2, 3)})
    assert str(error.value) == (
        "the step's output is dict {'loss': float, 'logits': float32 tensor of shape (2, 3)}; expected "
        '(pred, target), or a mapping with "pred" and one of "label", "labels", "target", "y". Give the '
        "metric an output_transform that makes it so: "
        "output_transform=lambda output: (output[...], output[...])"
    )
    assert isinstance(error.value, TypeError)


def test_a_value_of_nothing_is_an_error():
    with pytest.raises(NoDataError) as error:
        Accuracy().compute()
    message = str(error.value)
    assert message.endswith("has seen no data since its last reset: call update(output) first")
