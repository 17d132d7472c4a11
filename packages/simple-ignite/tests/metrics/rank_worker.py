"""Run as one rank of several: does every scenario. Arguments: rank, world size, folder."""

import importlib.util
import json
import sys
import warnings
from pathlib import Path

import torch
import torch.distributed as dist
import torchmetrics

from simple_ignite.distributed import gather
from simple_ignite.metrics import (
    Accuracy,
    Average,
    Cat,
    ConfusionMatrix,
    DistributedMetric,
    F1Score,
    Loss,
    Max,
    Metric,
    MetricSet,
    Precision,
    RunningAverage,
    Sum,
)

RANK, WORLD, FOLDER = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
SCENARIOS = {}


def scenario(function):
    """Add a function to those that are run."""
    SCENARIOS[function.__name__] = function
    return function


def data(n=50):
    """The data of all ranks together."""
    random = torch.Generator().manual_seed(7)
    return torch.randn(n, 5, generator=random), torch.randint(0, 5, (n,), generator=random)


def mine(rows, starved=False):
    """This rank's batches: uneven shares, and a last batch of another size; none for rank 1 if starved."""
    share = [37, 13] if not starved else [50, 0]
    low = sum(share[:RANK])
    return zip(*(row[low : low + share[RANK]].split(8) for row in rows), strict=True) if share[RANK] else ()


class Everything(Metric):
    """Keeps all targets, and the largest score."""

    targets = Cat()
    highest = Max()

    def accumulate(self, pred, target):
        self.targets.append(target)
        self.highest = torch.maximum(torch.as_tensor(self.highest), pred.max())

    def result(self):
        return {"targets": self.targets.joined(), "highest": self.highest}


class Fails(Metric):
    """A metric that rank 1 cannot compute."""

    seen = Sum()

    def update(self, output):
        self.seen += 1

    def compute(self):
        if RANK == 1:
            raise ValueError("no luck")
        return 1.0


class Share:
    """A foreign metric that knows nothing of ranks."""

    def reset(self):
        self.value = 0.0

    def update(self, output):
        self.value += len(output[1])

    def compute(self):
        return self.value


def many():
    """A set of metrics of every kind of state."""
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    metrics.add("precision", Precision())
    metrics.add("f1", F1Score())
    metrics.add("matrix", ConfusionMatrix())
    metrics.add("top", Accuracy(top_k=2))
    metrics.add("loss", Loss(torch.nn.functional.cross_entropy))
    metrics.add("mean", Average(), lambda output: output[0])
    metrics.add("all", Everything())
    pair = [torchmetrics.classification.MulticlassF1Score(5), torchmetrics.classification.MulticlassRecall(5)]
    metrics.add("foreign_collection", torchmetrics.MetricCollection(pair))
    metrics.add("foreign", torchmetrics.classification.MulticlassF1Score(5))
    metrics.add(
        "foreign_list", torchmetrics.SpearmanCorrCoef(), lambda output: (output[0][:, 0], output[0][:, 1])
    )
    return metrics


def plain(value):
    """What JSON can hold."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value.tolist() if isinstance(value, torch.Tensor) else value


@scenario
def uneven():
    metrics = many()
    for batch in mine(data()):
        metrics.update(batch)
    return metrics.compute()


@scenario
def starved():
    metrics = many()
    for batch in mine(data(), starved=True):
        metrics.update(batch)
    return metrics.compute()


@scenario
def wrappers():
    metrics = MetricSet()
    recall = torchmetrics.classification.MulticlassRecall(5, average="micro")
    metrics.add("recall", torchmetrics.MinMaxMetric(recall))
    for batch in mine(data()):
        metrics.update(batch)
    return metrics.compute()["recall"]


@scenario
def nobody_saw_data():
    metrics = MetricSet()
    metrics.add("accuracy", Accuracy())
    return metrics.compute()


@scenario
def computed_twice_and_updated_between():
    metrics = many()
    batches = list(mine(data()))
    values = []
    for batch in batches[:1]:
        metrics.update(batch)
    metrics.compute()
    for batch in batches[1:]:
        metrics.update(batch)
    values.append(metrics.compute())
    return values[0]


@scenario
def alone():
    metric = Accuracy()
    for batch in mine(data()):
        metric.update(batch)
    return {"accuracy": metric.compute()}


@scenario
def one_rank_fails():
    metrics = MetricSet()
    metrics.add("fine", Accuracy())
    metrics.add("bad", Fails())
    for batch in mine(data()):
        metrics.update(batch)
    return metrics.compute()


@scenario
def foreign_without_reduction():
    metrics = MetricSet()
    metrics.add("share", Share())
    metrics.reset()
    return metrics.compute()


@scenario
def wrapped_foreign():
    values = {}
    for operation in ("sum", "mean", "max", "min"):
        metric = DistributedMetric(Share(), reduce_op=operation)
        metric.reset()
        for batch in mine(data()):
            metric.update(batch)
        values[operation] = metric.compute()
    return values


@scenario
def running_average():
    metric = RunningAverage(alpha=0.5)
    for number in ((1.0, 2.0, 3.0), (5.0, 6.0, 7.0))[RANK]:
        metric.update(number)
    saved = metric.state_dict()
    again = RunningAverage(alpha=0.5)
    again.load_state_dict(saved)
    again.update((4.0, 8.0)[RANK])
    metric.update((4.0, 8.0)[RANK])
    return {"value": metric.compute(), "again": again.compute()}


@scenario
def save_for_one():
    metrics = many()
    for batch in mine(data()):
        metrics.update(batch)
    states = metrics.state_dict()
    if RANK == 0:
        torch.save(states, FOLDER / "two.pt")
    return metrics.compute()


@scenario
def load_from_one():
    metrics = many()
    for batch in mine(data()):  # what was seen before is forgotten
        metrics.update(batch)
    metrics.load_state_dict(torch.load(FOLDER / "one.pt", weights_only=True))
    pred, target = data(70)
    for batch in mine((pred[20:], target[20:])):
        metrics.update(batch)
    return metrics.compute()


def laws():
    """The table of every metric."""
    spec = importlib.util.spec_from_file_location("laws", Path(__file__).with_name("test_laws.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shares():
    """Which batches each rank sees of every metric: uneven shares, and none at all."""
    return {"uneven": [[0, 1, 2, 3, 4], [5, 6]], "starved": [[0, 1, 2, 3, 4, 5, 6], []]}


def fed(table, seeds):
    """A set of all metrics of each kind of data, which have seen some batches."""
    sets = {}
    for name in table.EXACT:
        make, kind = table.CASES[name]
        sets.setdefault(kind, MetricSet()).add(name, make())
    for kind, metrics in sets.items():
        for seed in seeds:
            metrics.update(table.data(kind, seed=seed))
    return sets


def valued(table, sets):
    """The values of all metrics, as flat lists."""
    values = {name: value for metrics in sets.values() for name, value in metrics.compute().items()}
    return {name: table.flat(value).tolist() for name, value in values.items()}


@scenario
def every_metric():
    """The value of every metric, and of one that goes on from the states of one process."""
    table, values = laws(), {}
    for share, seeds in shares().items():
        sets = fed(table, seeds[RANK])
        values[share] = valued(table, sets)
    saved = {kind: metrics.state_dict() for kind, metrics in sets.items()}
    if RANK == 0:
        torch.save(saved, FOLDER / "every_two.pt")
    again = fed(table, [9])  # what was seen before is forgotten
    states = torch.load(FOLDER / "every_one.pt", weights_only=True)
    for kind, metrics in again.items():
        metrics.load_state_dict(states[kind])
        for seed in shares()["uneven"][RANK]:
            metrics.update(table.data(kind, seed=seed))
    values["from one"] = valued(table, again)
    return values


@scenario
def long_messages():
    parts = gather(torch.arange(9000 * RANK + 3))
    return {"sums": [int(part.sum()) for part in parts], "sizes": [len(part) for part in parts]}


def main():
    """Run every scenario as one rank."""
    warnings.simplefilter("ignore")
    dist.init_process_group("gloo", init_method=f"file://{FOLDER}/store", rank=RANK, world_size=WORLD)
    results = {}
    for name, function in SCENARIOS.items():
        try:
            results[name] = plain(function())
        except Exception as error:
            results[name] = {"error": type(error).__name__, "text": str(error)}
    (FOLDER / f"rank{RANK}.json").write_text(json.dumps(results))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
