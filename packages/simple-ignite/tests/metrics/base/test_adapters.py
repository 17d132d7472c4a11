"""Metrics of other makers, as they are."""

import pytest
import torch
import torchmetrics
import torchmetrics.classification as tm

from simple_ignite.errors import IgniteWarning, MetricInputError
from simple_ignite.metrics import DistributedMetric, MetricSet

pytestmark = pytest.mark.filterwarnings("ignore:Metric `SpearmanCorrcoef` will save all:UserWarning")


class Counter:
    """A metric that knows nothing of us."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.n = 0

    def update(self, output):
        self.n += len(output[0])

    def compute(self):
        return self.n


class Remembering(Counter):
    """One that can be saved."""

    def state_dict(self):
        return {"n": self.n}

    def load_state_dict(self, state):
        self.n = state["n"]


def batches(n=3):
    random = torch.Generator().manual_seed(0)
    for size in (8, 8, 5)[:n]:
        yield (
            torch.randn(size, 4, generator=random).softmax(1),
            torch.randint(0, 4, (size,), generator=random),
        )


def made():
    """Metrics of torchmetrics of every kind of state."""
    return {
        "f1": tm.MulticlassF1Score(4),
        "auroc": tm.MulticlassAUROC(4),
        "mean": torchmetrics.MeanMetric(),
        "spearman": torchmetrics.SpearmanCorrCoef(),
        "pearson": torchmetrics.PearsonCorrCoef(),
    }


TRANSFORMS = {
    "mean": lambda output: output[0].mean(),
    "spearman": lambda output: (output[0][:, 0], output[0][:, 1]),
    "pearson": lambda output: (output[0][:, 0], output[0][:, 1]),
}


def filled():
    """A set of them that has seen the batches."""
    metrics = MetricSet()
    for name, metric in made().items():
        metrics.add(name, metric, TRANSFORMS.get(name))
    metrics.reset()
    return metrics


def test_torchmetrics_objects_are_accepted_as_they_are():
    metrics, theirs = filled(), made()
    for batch in batches():
        metrics.update(batch)
        for name, metric in theirs.items():
            parts = TRANSFORMS.get(name, lambda output: output)(batch)
            metric.update(*parts) if isinstance(parts, tuple) else metric.update(parts)
    for name, value in metrics.compute().items():
        assert value == pytest.approx(theirs[name].compute().item())


def test_what_they_have_seen_is_kept():
    theirs = tm.MulticlassF1Score(4)
    theirs.update(*next(batches()))
    before = theirs.compute().item()
    metrics = MetricSet()
    metrics.add("f1", theirs)
    assert metrics.compute() == {"f1": before}


def test_their_states_are_saved_and_go_on():
    whole, half, again = filled(), filled(), filled()
    first, *rest = batches()
    whole.update(first)
    half.update(first)
    again.load_state_dict(half.state_dict())
    for batch in rest:
        whole.update(batch)
        again.update(batch)
    assert again.compute() == pytest.approx(whole.compute())


def test_their_states_merge_as_they_declare():
    """As over ranks: the states of several, one of which saw nothing."""
    whole, parts = filled(), [filled() for _ in range(4)]
    for batch, part in zip(batches(), parts, strict=False):
        whole.update(batch)
        part.update(batch)
    for name in ("f1", "auroc", "spearman", "pearson"):
        metric = parts[3][name]
        held = metric.hold(metric.merged([part[name].local() for part in parts]))
        assert metric.value() == pytest.approx(whole[name].compute())
        metric.release(held)
        assert metric.base._to_sync


def test_a_collection_is_accepted_and_gives_a_dictionary():
    metrics = MetricSet()
    metrics.add("all", torchmetrics.MetricCollection([tm.MulticlassF1Score(4), tm.MulticlassRecall(4)]))
    for batch in batches():
        metrics.update(batch)
    value = metrics.compute()["all"]
    assert set(value) == {"MulticlassF1Score", "MulticlassRecall"}
    assert all(isinstance(item, float) for item in value.values())
    again = MetricSet()
    again.add("all", torchmetrics.MetricCollection([tm.MulticlassF1Score(4), tm.MulticlassRecall(4)]))
    again.load_state_dict(metrics.state_dict())
    assert again.compute()["all"] == value
    for one in (metrics, again):
        one.update(next(batches()))
    assert again.compute() == metrics.compute()
    again.reset()
    again.update(next(batches()))
    assert again.compute() != metrics.compute()


def test_a_wrapper_of_torchmetrics_is_accepted_and_goes_on():
    def made_set():
        metrics = MetricSet()
        metrics.add("recall", torchmetrics.ClasswiseWrapper(tm.MulticlassRecall(4, average=None)))
        return metrics

    metrics, again = made_set(), made_set()
    first, second, _ = batches()
    metrics.update(first)
    again.load_state_dict(metrics.state_dict())
    for one in (metrics, again):
        one.update(second)
    value = metrics.compute()["recall"]
    assert len(value) == 4
    assert again.compute()["recall"] == value


def test_any_object_with_the_three_methods_will_do():
    metrics = MetricSet()
    metrics.add("n", Counter())
    metrics.update((torch.zeros(3), torch.zeros(3)))
    assert metrics.compute() == {"n": 3}


def test_one_that_cannot_be_saved_is_warned_of():
    metrics = MetricSet()
    metrics.add("n", Counter())
    metrics.update((torch.zeros(3), None))
    with pytest.warns(IgniteWarning, match="Counter has no state_dict: after resuming within an epoch"):
        saved = metrics.state_dict()
    metrics.load_state_dict(saved)
    assert metrics.compute() == {"n": 0}


def test_one_that_can_be_saved_goes_on():
    metrics, again = MetricSet(), MetricSet()
    metrics.add("n", Remembering())
    again.add("n", Remembering())
    metrics.update((torch.zeros(3), None))
    again.load_state_dict(metrics.state_dict())
    assert again.compute() == {"n": 3}


def test_a_wrapped_one_gives_its_value_alone():
    metric = DistributedMetric(Counter(), reduce_op="mean", device="cpu")
    metric.update((torch.zeros(3), None))
    assert metric.compute() == 3.0


@pytest.mark.parametrize(("operation", "wanted"), [("sum", 9.0), ("mean", 4.5), ("max", 6.0), ("min", 3.0)])
def test_values_are_reduced_by_the_operation(operation, wanted):
    metric = DistributedMetric(Counter(), reduce_op=operation)
    metric.update((torch.zeros(3), None))
    merged = metric.merged([metric.local(), {"value": torch.tensor(6)}])
    assert float(merged["value"]) == wanted


def test_an_unknown_operation_is_explained():
    with pytest.raises(MetricInputError) as error:
        DistributedMetric(Counter(), reduce_op="median")
    assert str(error.value) == (
        "DistributedMetric: got reduce_op='median'; expected one of sum, mean, max, min"
    )
