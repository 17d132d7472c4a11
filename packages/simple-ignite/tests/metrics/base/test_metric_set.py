"""The metrics of one engine."""

import pytest
import torch

from simple_ignite.errors import MetricInputError, MetricStateError, OutputError
from simple_ignite.metrics import Accuracy, Average, F1Score, Loss, MetricSet, Precision, Recall


def batch():
    return torch.eye(4), torch.tensor([0, 1, 2, 0])


def test_values_come_by_name_in_the_order_of_adding():
    metrics = MetricSet()
    metrics.add("b", Accuracy())
    metrics.add("a", Average(), lambda output: output[0].mean())
    metrics.update(batch())
    assert list(metrics.compute().items()) == [("b", 0.75), ("a", 0.25)]
    assert list(metrics) == ["b", "a"]
    assert len(metrics) == 2


def test_a_transform_given_to_two_is_called_once():
    calls = []

    def transform(output):
        calls.append(1)
        return output["p"], output["t"]

    metrics = MetricSet()
    metrics.add("precision", Precision(), transform)
    metrics.add("recall", Recall(output_transform=None), transform)
    metrics.add("f1", F1Score(), transform)
    pred, target = batch()
    metrics.update({"p": pred, "t": target})
    assert len(calls) == 1
    assert metrics["precision"].leaves() == metrics["f1"].leaves()


def test_the_same_metrics_of_different_outputs_count_apart():
    metrics = MetricSet()
    metrics.add("first", Recall(), lambda output: output[0])
    metrics.add("second", Recall(), lambda output: output[1])
    pred, target = batch()
    metrics.update(((pred, target), (pred, target.flip(0))))
    values = metrics.compute()
    assert values["first"] != values["second"]


def test_the_same_metrics_with_different_transforms_of_their_own_count_apart():
    metrics = MetricSet()
    metrics.add("first", Recall(output_transform=lambda output: output[0]))
    metrics.add("second", Recall(output_transform=lambda output: output[1]))
    assert metrics["first"].leaves() != metrics["second"].leaves()
    pred, target = batch()
    metrics.update(((pred, target), (pred, target.flip(0))))
    first, second = Recall(), Recall()
    first.update((pred, target))
    second.update((pred, target.flip(0)))
    assert metrics.compute() == {"first": first.compute(), "second": second.compute()}


def test_what_has_seen_data_shares_with_nobody_new():
    """A metric that was updated before it was added keeps what it has seen."""
    seen = Precision()
    seen.update(batch())
    before = seen.compute()
    metrics = MetricSet()
    metrics.add("new", Recall())
    metrics.add("seen", seen)
    assert metrics["seen"].compute() == before
    assert metrics["seen"].leaves() != metrics["new"].leaves()


def test_reset_forgets_and_state_goes_on():
    metrics, again = MetricSet(), MetricSet()
    for one in (metrics, again):
        one.add("accuracy", Accuracy())
        one.add("f1", F1Score())
        one.add("loss", Loss(torch.nn.functional.cross_entropy))
    metrics.update(batch())
    metrics.reset()
    metrics.update(batch())
    again.load_state_dict(metrics.state_dict())
    assert again.compute() == metrics.compute()


def test_states_saved_apart_load_into_shared_counts():
    alone = F1Score()
    alone.update(batch())
    accuracy = Accuracy(average="macro")
    accuracy.update(batch())
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy(average="macro"))
    metrics.add("f1", F1Score())
    metrics.load_state_dict({"accuracy": accuracy.state_dict(), "f1": alone.state_dict()})
    assert metrics.compute() == {"accuracy": accuracy.compute(), "f1": alone.compute()}


def test_states_of_other_metrics_are_refused():
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    with pytest.raises(MetricStateError) as error:
        metrics.load_state_dict({"loss": {}})
    assert str(error.value) == "MetricSet: cannot load the states of ['loss']; expected those of ['accuracy']"


def test_a_name_can_be_taken_once():
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    with pytest.raises(MetricInputError) as error:
        metrics.add("accuracy", Recall())
    assert str(error.value) == (
        "add: got a second metric of the name 'accuracy'; expected a different name for each metric"
    )


def test_what_is_no_metric_is_refused():
    with pytest.raises(MetricInputError) as error:
        MetricSet().add("accuracy", Accuracy)
    assert str(error.value) == (
        "add: got the class Accuracy; expected a Metric, or an object with reset, update and compute; did "
        "you mean Accuracy()?"
    )
    with pytest.raises(MetricInputError, match="add: got float; expected a Metric"):
        MetricSet().add("accuracy", 0.5)


def test_an_error_names_the_metrics_that_were_fed():
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    metrics.add("recall", Recall())
    metrics.add("mean", Average(), lambda output: 1.0)
    with pytest.raises(OutputError) as error:
        metrics.update({"loss": 1.0})
    assert error.value.__notes__ == ["while updating the metrics 'accuracy', 'recall'"]


def test_an_error_of_a_value_names_the_metric():
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    with pytest.raises(RuntimeError) as error:
        metrics.compute()
    assert error.value.__notes__ == ["while computing the metric 'accuracy'"]
