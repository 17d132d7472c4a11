"""Means of what steps give."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Accuracy, Average, Loss, MetricSet, RunningAverage


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 30))
def test_average_of_numbers_is_their_mean_however_merged(numbers, cut):
    one, other = Average(), Average()
    for i, number in enumerate(numbers):
        (one if i < cut else other).update(number if i % 2 else torch.tensor(number, dtype=torch.float64))
    one.merge(other)
    assert one.compute() == pytest.approx(np.mean(numbers), abs=1e-6)


def test_average_of_rows_keeps_their_shape():
    rows = torch.rand(10, 3)
    metric = Average()
    metric.update(rows[:7])
    metric.update(rows[7:])
    torch.testing.assert_close(metric.compute(), rows.double().mean(0))


def test_average_takes_the_size_of_each_batch():
    metric = Average(output_transform=lambda output: (output["loss"], output["n"]))
    metric.update({"loss": 1.0, "n": 3})
    metric.update({"loss": 5.0, "n": 1})
    assert metric.compute() == 2.0


@pytest.mark.parametrize("weight", [3, 3.0, np.int64(3), torch.tensor(3), torch.tensor(3.0)])
def test_average_weighs_a_pair_of_value_and_weight(weight):
    metric = Average()
    metric.update((1.0, weight))
    metric.update((5.0, weight / 3))
    assert metric.compute() == 2.0


def test_average_weighs_rows_alike_or_each_by_its_own():
    rows, weights = torch.rand(6, 2), torch.tensor([1.0, 0.0, 2.0, 3.0, 1.0, 1.0])
    alike = Average()
    alike.update((rows[:4], 2))
    alike.update((rows[4:], torch.tensor(1)))
    own = Average(output_transform=lambda output: output)
    own.update((rows[:4], torch.tensor([2, 2, 2, 2])))
    own.update((rows[4:], torch.ones(2)))
    wanted = np.average(rows.double(), weights=[2, 2, 2, 2, 1, 1], axis=0)
    np.testing.assert_allclose(alike.compute(), wanted)
    np.testing.assert_allclose(own.compute(), wanted)
    flat = Average(output_transform=lambda output: output)
    flat.update((rows[:, 0], weights))
    assert flat.compute() == pytest.approx(np.average(rows[:, 0].double(), weights=weights))


weighted = st.tuples(st.floats(-1e6, 1e6), st.integers(1, 9))


@given(st.lists(weighted, min_size=1, max_size=20), st.integers(0, 20))
def test_weighted_numbers_have_one_mean_however_merged(pairs, cut):
    one, other = Average(), Average()
    for i, pair in enumerate(pairs):
        (one if i < cut else other).update(pair)
    one.merge(other)
    numbers, weights = zip(*pairs, strict=True)
    assert one.compute() == pytest.approx(np.average(numbers, weights=weights), abs=1e-6)


def test_a_pair_of_tensors_is_no_value_with_its_weight():
    with pytest.raises(MetricInputError) as error:
        Average().update((torch.rand(3), torch.rand(3)))
    assert str(error.value) == (
        "Average: got tuple of 2 (float32 tensor of shape (3,), float32 tensor of shape (3,)); expected a "
        "number or a tensor; output_transform= can take it from the output"
    )
    with pytest.raises(MetricInputError) as error:
        Average(output_transform=lambda output: output).update((torch.rand(3, 2), torch.rand(2)))
    assert str(error.value) == (
        "Average: got a weight float32 tensor of shape (2,); expected a number, or a tensor of shape () or "
        "(3,)"
    )


def test_values_of_another_shape_than_before_are_explained():
    metric = Average()
    metric.update(torch.rand(4, 1))
    with pytest.raises(MetricInputError) as error:
        metric.update(torch.rand(4, 3))
    message = "Average: got values of shape (3,); expected shape (1,), as in the batches before"
    assert str(error.value) == message


def test_a_running_average_leaves_out_a_batch_without_data():
    metric, of_a_metric = RunningAverage(alpha=0.5), RunningAverage(Accuracy(), alpha=0.5)
    for values in ([1.0], [], [3.0]):
        metric.update(torch.tensor(values))
        of_a_metric.update((torch.eye(2)[: len(values)], torch.arange(2)[: len(values)]))
    assert metric.compute() == 2.0
    assert of_a_metric.compute() == 1.0


def test_a_running_average_of_version_0_3_is_loaded():
    metric = RunningAverage(alpha=0.5)
    metric.load_state_dict({"weighted": torch.tensor(3.0, dtype=torch.float64), "weight": 1})
    metric.update(5.0)
    assert metric.compute() == 4.0


def test_average_says_what_it_wants():
    with pytest.raises(MetricInputError) as error:
        Average().update({"loss": 1.0})
    assert str(error.value) == (
        "Average: got dict {'loss': float}; expected a number or a tensor; output_transform= can take it "
        "from the output"
    )


def test_the_mean_of_a_million_half_precision_numbers_does_not_drift():
    metric = Average()
    for _ in range(100):
        metric.update(torch.full((10_000,), 0.1, dtype=torch.bfloat16))
    assert metric.compute() == pytest.approx(float(torch.tensor(0.1, dtype=torch.bfloat16)), abs=1e-12)


def test_running_average_is_exponential_from_the_first_number():
    metric = RunningAverage(alpha=0.9)
    expected = None
    for number in (4.0, 2.0, 7.0, 1.0):
        metric.update(torch.tensor(number))
        expected = number if expected is None else 0.9 * expected + 0.1 * number
    assert metric.compute() == pytest.approx(expected)


def test_running_average_of_a_metric_takes_each_batch_alone():
    metric = RunningAverage(Accuracy(), alpha=0.5)
    metric.update((torch.eye(2), torch.tensor([0, 1])))  # accuracy 1
    metric.update((torch.eye(2), torch.tensor([1, 1])))  # accuracy 1/2
    assert metric.compute() == pytest.approx(0.75)


def test_running_average_goes_on_from_saved_states():
    whole, half = RunningAverage(alpha=0.9), RunningAverage(alpha=0.9)
    for number in (1.0, 5.0, 2.0):
        whole.update(number)
        half.update(number)
    again = RunningAverage(alpha=0.9)
    again.load_state_dict(half.state_dict())
    for metric in (whole, again):
        metric.update(8.0)
    assert again.compute() == pytest.approx(whole.compute())


def test_a_set_gives_its_running_averages_without_computing():
    metrics = MetricSet()
    metrics.add("loss", RunningAverage(), lambda output: output["loss"])
    metrics.add("mean", Average(), lambda output: output["loss"])
    assert metrics.running() == {}
    metrics.update({"loss": torch.tensor(2.0)})
    assert {name: float(value) for name, value in metrics.running().items()} == {"loss": 2.0}


def test_alpha_outside_its_range_is_an_error():
    with pytest.raises(MetricInputError) as error:
        RunningAverage(alpha=1.0)
    assert str(error.value) == "RunningAverage: got alpha=1.0; expected a number above 0 and below 1"


@given(st.integers(0, 2**31), st.lists(st.integers(1, 39), max_size=3))
def test_loss_is_the_mean_over_samples_however_batched(seed, cuts):
    random = torch.Generator().manual_seed(seed)
    pred, target = torch.randn(40, 3, generator=random), torch.randint(0, 3, (40,), generator=random)
    metric = Loss(torch.nn.functional.cross_entropy)
    for part in torch.tensor_split(torch.arange(40), sorted(set(cuts))):
        metric.update((pred[part], target[part]))
    expected = torch.nn.functional.cross_entropy(pred.double(), target).item()
    assert metric.compute() == pytest.approx(expected, abs=1e-6)


def test_an_empty_batch_changes_no_loss():
    metric = Loss(torch.nn.functional.cross_entropy)
    pred, target = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    metric.update((pred, target))
    before = metric.compute()
    metric.update((pred[:0], target[:0]))
    assert metric.compute() == before


@pytest.mark.parametrize(
    "options", [{"ignore_index": -100}, {"batch_size": lambda pred, target: (target != -100).sum()}]
)
def test_loss_weighs_by_the_targets_that_count(options):
    pred, target = torch.randn(9, 3), torch.tensor([0, 1, 2, -100, 1, -100, -100, -100, -100])
    metric = Loss(torch.nn.functional.cross_entropy, **options)
    for rows in zip(pred.split(3), target.split(3), strict=True):  # nothing counts in the last
        metric.update(rows)
    wanted = torch.nn.functional.cross_entropy(pred.double(), target).item()
    assert metric.compute() == pytest.approx(wanted, abs=1e-6)


def test_loss_that_is_no_mean_is_explained():
    with pytest.raises(MetricInputError) as error:
        Loss(torch.nn.MSELoss(reduction="none")).update((torch.zeros(2), torch.zeros(2)))
    assert str(error.value) == (
        "Loss: got float32 tensor of shape (2,) from loss_fn; expected the mean over the batch: a tensor "
        "of shape ()"
    )


def test_loss_of_nothing_is_explained():
    with pytest.raises(MetricInputError) as error:
        Loss(torch.nn.functional.cross_entropy).update((None, torch.zeros(2).long()))
    assert str(error.value) == "Loss: got pred None; expected what loss_fn takes first"
    with pytest.raises(MetricInputError) as error:
        Loss(torch.nn.functional.cross_entropy, ignore_index=-1).update((torch.rand(2, 3), None))
    assert str(error.value) == "Loss: got target NoneType with ignore_index=-1; expected a tensor of targets"
    without_target = Loss(lambda pred, target: pred.mean())
    without_target.update((torch.ones(3), None))
    assert without_target.compute() == 1.0


def test_loss_keeps_no_graph():
    pred = torch.randn(4, 3, requires_grad=True)
    metric = Loss(torch.nn.functional.cross_entropy)
    metric.update((pred, torch.zeros(4).long()))
    assert not metric.total.requires_grad
