"""Counting right predictions: batches of one shape are added up element by element; nothing is lost by it."""

import copy

import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Accuracy, RunningAverage, TopK
from simple_ignite.metrics.classification.hits import SMALL

TYPES = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16]


def batch(seed, n=16, classes=5):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(n, classes, generator=random), torch.randint(0, classes, (n,), generator=random)


@settings(max_examples=30)
@given(
    sizes=st.lists(st.sampled_from([1, 4, 4, 4, SMALL + 1]), min_size=1, max_size=12),
    dtype=st.sampled_from(TYPES),
    read=st.lists(st.integers(0, 12), max_size=4),
)
def test_batches_of_equal_and_changing_sizes_with_values_read_between(sizes, dtype, read):
    metric, rows = Accuracy(), []
    for i, size in enumerate(sizes):
        pred, target = batch(i, size)
        metric.update((pred, target.to(dtype)))
        rows.append((pred.argmax(1), target))
        guess, true = (torch.cat(part) for part in zip(*rows, strict=True))
        if i in read:
            assert metric.compute() == pytest.approx(sk.accuracy_score(true, guess), abs=1e-12)
            metric = copy.deepcopy(metric)
    assert metric.compute() == pytest.approx(sk.accuracy_score(true, guess), abs=1e-12)


def test_states_are_whole_in_the_middle_of_batches_of_one_shape():
    whole, half, other = Accuracy(), Accuracy(), Accuracy()
    for seed in range(6):
        whole.update(batch(seed))
        (half if seed < 4 else other).update(batch(seed))
    again = Accuracy()
    again.load_state_dict(half.state_dict())
    half.merge(other)
    for seed in (4, 5):
        again.update(batch(seed))
    assert half.compute() == again.compute() == whole.compute()
    half.update(batch(6))
    whole.update(batch(6))
    assert half.compute() == whole.compute()


@pytest.mark.parametrize("n", [16, SMALL + 1])
@pytest.mark.parametrize("wrong", [-1, 5, 100])
@pytest.mark.parametrize("when", [0, 1, 2, 5])
def test_a_label_out_of_range_is_reported_whenever_it_comes(n, wrong, when):
    metric = Accuracy()
    for i in range(6):
        pred, target = batch(i, n)
        if i == when:
            target[3] = wrong
        metric.update((pred, target))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "Accuracy: got at least 1 labels outside 0…4; expected labels of 5 classes, or an ignore_index"
    )
    metric.reset()
    for i in range(3):
        metric.update(batch(i, n))
    assert 0 <= metric.compute() <= 1


def test_a_label_out_of_range_survives_saving_merging_and_another_shape():
    bad = Accuracy()
    for i in range(3):
        pred, target = batch(i)
        target[0] = 9
        bad.update((pred, target))
    loaded, merged = Accuracy(), Accuracy()
    loaded.load_state_dict(bad.state_dict())
    merged.merge(bad)
    for metric in (loaded, merged, bad):
        metric.update(batch(1, 3))
        with pytest.raises(MetricInputError, match="labels o"):
            metric.compute()


def test_a_running_average_reports_labels_of_batches_before_the_last():
    metric = RunningAverage(Accuracy())
    pred, target = batch(0)
    metric.update((pred, torch.where(torch.arange(16) == 2, -100, target)))
    metric.update((pred, target))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "RunningAverage: got 1 labels out of range; expected labels from 0 to below the number of classes, "
        "or an ignore_index"
    )


def test_labels_alone_must_not_be_negative_and_those_guessed_must_exist():
    metric = Accuracy()
    metric.update((torch.tensor([1, 2, 0]), torch.tensor([1, -100, 0])))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "Accuracy: got at least 1 labels out of range; expected labels from 0 to below the number of classes"
    )
    for options, wrong in (({"num_classes": 3, "task": "multiclass"}, 3), ({"task": "binary"}, 2)):
        guessed = Accuracy(**options)
        guessed.update((torch.tensor([0, wrong]), torch.tensor([0, 1])))
        with pytest.raises(MetricInputError, match="at least 1 labels outside"):
            guessed.compute()
        ignoring = Accuracy(**options, ignore_index=-1)
        ignoring.update((torch.tensor([0, wrong]), torch.tensor([0, -1])))
        assert ignoring.compute() == 1.0


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (batch(0, classes=3), "got multiclass data with 3 classes; expected multiclass data with 5 classes"),
        ((torch.rand(4), torch.ones(4).long()), "got binary data with 2 classes; expected multiclass data"),
    ],
)
def test_another_kind_of_data_than_before_is_explained(second, message):
    metric = Accuracy()
    metric.update(batch(0))
    with pytest.raises(MetricInputError, match=message):
        metric.update(second)
    metric.reset()
    metric.update(second)


def test_the_classes_may_be_in_any_dimension():
    random = torch.Generator().manual_seed(0)
    pred, target = torch.randn(4, 7, 5, generator=random), torch.randint(0, 5, (4, 7), generator=random)
    for make in (Accuracy, lambda **o: TopK(2, **o), lambda **o: Accuracy(ignore_index=1, **o)):
        last, second, first = make(dim=-1), make(), make(dim=0)
        for _ in range(3):
            last.update((pred, target))
            second.update((pred.movedim(-1, 1), target))
            first.update((pred.movedim(-1, 0), target))
        assert last.compute() == second.compute() == first.compute()
    labels = torch.rand(4, 7, 5, generator=random)
    truth = torch.randint(0, 2, (4, 7, 5), generator=random)
    last, second = (Accuracy(task="multilabel", ignore_index=-1, dim=dim) for dim in (-1, 1))
    last.update((labels, truth))
    second.update((labels.movedim(-1, 1), truth.movedim(-1, 1)))
    assert last.compute() == second.compute()
