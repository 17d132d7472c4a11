"""Writing a metric, reducing it, calculating with metrics."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from simple_ignite.errors import MetricStateError, NoDataError
from simple_ignite.metrics import (
    Accuracy,
    Average,
    ConfusionMatrix,
    F1Score,
    Loss,
    Metric,
    MetricSet,
    MetricsLambda,
    Precision,
    Recall,
    Sum,
)


class Perplexity(Metric):
    """The one of eight lines."""

    nll = Sum()
    tokens = Sum()

    def accumulate(self, logits, target):
        self.nll += cross_entropy(logits, target, reduction="sum")
        self.tokens += target.numel()

    def result(self):
        return (self.nll / self.tokens).exp()


class Ignites(Metric):
    """One written as for Ignite."""

    def reset(self):
        self.total = 0.0
        self.count = 0

    def update(self, output):
        self.total += output["loss"]
        self.count += 1

    def compute(self):
        return self.total / self.count


class IgnitesWithStates(Metric):
    """One written as for Ignite, with its states declared."""

    total = Sum()
    count = Sum()

    def update(self, output):
        pred, target = output
        self.total += (pred - target).sum()
        self.count += len(pred)

    def compute(self):
        return self.total / self.count


class Doubled(Accuracy):
    """One that does more around an update."""

    calls = 0

    def update(self, output):
        self.calls += 1
        super().update(output)


def classes(seed=0):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(20, 4, generator=random), torch.randint(0, 4, (20,), generator=random)


def test_eight_lines_make_a_metric_that_merges_and_saves():
    one, other, again = Perplexity(), Perplexity(), Perplexity()
    pred, target = classes()
    one.update((pred[:7], target[:7]))
    other.update({"pred": pred[7:], "y": target[7:]})
    one.merge(other)
    again.load_state_dict(one.state_dict())
    wanted = math.exp(cross_entropy(pred.double(), target).item())
    assert one.compute() == pytest.approx(wanted, rel=1e-6)
    assert again.compute() == one.compute()
    one.reset()
    with pytest.raises(NoDataError) as error:
        one.compute()
    assert str(error.value) == "Perplexity() has seen no data since its last reset: call update(output) first"


def test_a_plain_sum_keeps_no_graph_and_no_half_precision():
    metric = Perplexity()
    for _ in range(3):
        pred, target = classes()
        metric.update((pred.bfloat16().requires_grad_(), target))
    assert metric.nll.dtype == torch.float64
    assert not metric.nll.requires_grad
    assert metric.tokens == 60


def test_one_written_as_for_ignite_works_alone_and_in_a_set():
    alone, metrics = Ignites(), MetricSet()
    metrics.add("loss", Ignites())
    for loss in (1.0, 3.0):
        alone.update({"loss": loss})
        metrics.update({"loss": loss})
    assert alone.compute() == 2.0
    assert metrics.compute() == {"loss": 2.0}


def test_one_written_as_for_ignite_cannot_be_saved_without_states():
    with pytest.raises(MetricStateError) as error:
        Ignites().state_dict()
    assert str(error.value) == (
        "Ignites(total=0.0, count=0): has nothing that could be merged or saved; expected states declared "
        "in the class body, such as `total = Sum()`, and not plain attributes"
    )


def test_with_states_it_merges_and_takes_an_output_transform():
    one = IgnitesWithStates(output_transform=lambda output: (output["a"], output["b"]))
    other = IgnitesWithStates()
    one.update({"a": torch.tensor([3.0]), "b": torch.tensor([1.0])})
    other.update((torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0])))
    one.merge(other)
    assert one.compute() == pytest.approx(4 / 3)


def test_an_update_that_calls_its_base_is_used_in_a_set_too():
    metrics = MetricSet()
    metric = metrics.add("accuracy", Doubled())
    metrics.update(classes())
    assert metric.calls == 1
    assert metrics.compute()["accuracy"] == pytest.approx(
        (classes()[0].argmax(1) == classes()[1]).double().mean().item()
    )


def test_calculating_with_metrics_feeds_each_once():
    precision, recall = Precision(), Recall()
    f1 = 2 * precision * recall / (precision + recall)
    reference = F1Score(average="micro")
    micro = Precision(average="micro")
    f1.update(classes())
    for metric in (reference, micro):
        metric.update(classes())
    assert f1.leaves() == precision.leaves() == recall.leaves()
    assert len(f1.feeds()) == 1
    p, r = precision.compute(), recall.compute()
    assert f1.compute() == pytest.approx(2 * p * r / (p + r))
    assert reference.compute() == pytest.approx(micro.compute())


def test_every_operation():
    batch = classes()
    for make, wanted in {
        "add": (lambda a: a + 1, lambda x: x + 1),
        "radd": (lambda a: 1 + a, lambda x: 1 + x),
        "sub": (lambda a: a - 1, lambda x: x - 1),
        "rsub": (lambda a: 1 - a, lambda x: 1 - x),
        "mul": (lambda a: a * 3, lambda x: x * 3),
        "truediv": (lambda a: a / 4, lambda x: x / 4),
        "rtruediv": (lambda a: 4 / a, lambda x: 4 / x),
        "pow": (lambda a: a**2, lambda x: x**2),
        "neg": (lambda a: -a, lambda x: -x),
        "abs": (lambda a: abs(-a), lambda x: x),
    }.values():
        plain, made = Accuracy(), make(Accuracy())
        plain.update(batch)
        made.update(batch)
        assert made.compute() == pytest.approx(wanted(plain.compute()))


def test_a_part_of_a_value_is_a_metric():
    first_row = ConfusionMatrix()[0]
    first_row.update(classes())
    whole = ConfusionMatrix()
    whole.update(classes())
    assert torch.equal(first_row.compute(), whole.compute()[0])


def test_a_metric_cannot_be_gone_through():
    with pytest.raises(TypeError):
        list(Accuracy())
    with pytest.raises(TypeError):
        1 in Accuracy()  # noqa: B015


def test_any_function_of_metrics_by_position_and_name():
    metric = MetricsLambda(lambda a, scale, b: a * scale + b, Accuracy(), 10, b=Loss(cross_entropy))
    metric.update(classes())
    accuracy, loss = Accuracy(), Loss(cross_entropy)
    for part in (accuracy, loss):
        part.update(classes())
    assert metric.compute() == pytest.approx(accuracy.compute() * 10 + loss.compute())
    again = MetricsLambda(metric.function, Accuracy(), 10, b=Loss(cross_entropy))
    again.load_state_dict(metric.state_dict())
    assert again.compute() == metric.compute()


def test_calculations_of_the_same_code_merge():
    def made(power):
        functions = {2: lambda x: x**2, 3: lambda x: x**3}
        return MetricsLambda(functions[power], Average())

    one, other = made(2), made(2)
    one.update(1.0)
    other.update(3.0)
    one.merge(other)
    assert one.compute() == 4.0
    with pytest.raises(MetricStateError):
        one.merge(made(3))


def test_metrics_of_different_transforms_in_one_calculation():
    ratio = Average(output_transform=lambda o: o["a"]) / Average(output_transform=lambda o: o["b"])
    ratio.update({"a": 6.0, "b": 3.0})
    assert ratio.compute() == 2.0


def test_results_of_one_number_are_floats():
    metric = Accuracy()
    metric.update(classes())
    assert type(metric.compute()) is float


def test_a_state_says_what_it_takes():
    metric = Perplexity()
    with pytest.raises(TypeError) as error:
        metric.nll = "much"
    assert str(error.value) == "the state 'nll' takes a tensor or a number, not str"


def test_a_metric_shows_its_settings():
    assert repr(Precision(average="micro", ignore_index=0)) == (
        "Precision(average='micro', zero_division=0.0, threshold=0.5, ignore_index=0, dim=1)"
    )
