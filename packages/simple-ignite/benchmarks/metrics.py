"""How much metric updates cost beside hand-written torch, pytorch-ignite and torchmetrics, in one run.

Every round times each contender in turn on one thread; what is printed is the best round of each, in
microseconds an update, and our ratio to it. Usage: `python benchmarks/metrics.py [rounds]`.
"""

import sys
import time
import warnings

import torch

from simple_ignite import metrics as ours

warnings.filterwarnings("ignore")


def timed(function, batch, seconds=0.03):
    """Give microseconds a call, over about so many seconds."""
    function(batch)
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            function(batch)
        took = time.perf_counter() - start
        if took > seconds:
            return took / calls * 1e6
        calls = max(calls * 2, int(calls * seconds / max(took, 1e-9)))


def compare(title, batch, contenders, bars, rounds):
    """Time the contenders and print ratios.

    Args:
        title: What is measured.
        batch: The output of a step.
        contenders: Functions that take it, by name; the first is ours.
        bars: What our ratio to each of the others may be.
        rounds: How often each is timed.
    """
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, function in contenders.items():
            best[name] = min(best[name], timed(function, batch))
    mine = best["ours"]
    print(f"\n{title}")
    for name, took in best.items():
        ratio, bar = mine / took, bars.get(name)
        said = "" if name == "ours" else f"   ours is {ratio:6.3f} ×"
        said += "" if bar is None else f", bar {bar:4.2f}: {'kept' if ratio <= bar else 'MISSED'}"
        print(f"  {name:14s}{took:10.2f} µs{said}")


def hand_written():
    """Accuracy as one writes it in a loop."""
    held = {"correct": torch.zeros((), dtype=torch.int64), "total": 0}

    def update(batch):
        pred, target = batch
        held["correct"] += (pred.argmax(1) == target).sum()
        held["total"] += target.shape[0]

    return update


def ours_together(*metrics):
    """Our metrics as an engine feeds them."""
    metric_set = ours.MetricSet()
    for i, metric in enumerate(metrics):
        metric_set.add(str(i), metric)
    return metric_set.update


def each(*metrics, spread=False):
    """Metrics of a peer, fed one after the other."""

    def update(batch):
        for metric in metrics:
            metric.update(*batch) if spread else metric.update(batch)

    return update


def main():
    """Print every comparison."""
    import ignite.metrics as ignite
    import torchmetrics.classification as tm
    from torchmetrics import MetricCollection

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    torch.set_num_threads(1)
    small = torch.randn(256, 10), torch.randint(0, 10, (256,))
    wide = torch.randn(32, 1000), torch.randint(0, 1000, (32,))
    compare(
        "Accuracy (256 × 10)",
        small,
        {
            "ours": ours.Accuracy().update,
            "hand-written": hand_written(),
            "ignite": ignite.Accuracy().update,
            "torchmetrics": each(tm.MulticlassAccuracy(10, average="micro"), spread=True),
        },
        {"hand-written": 1.1},
        rounds,
    )
    compare(
        "ConfusionMatrix (32 × 1000)",
        wide,
        {
            "ours": ours.ConfusionMatrix(1000).update,
            "ignite": ignite.ConfusionMatrix(1000).update,
            "torchmetrics": each(tm.MulticlassConfusionMatrix(1000), spread=True),
        },
        {"ignite": 0.2, "torchmetrics": 0.2},
        rounds,
    )
    precision, recall = ignite.Precision(average=False), ignite.Recall(average=False)
    kinds = (tm.MulticlassAccuracy, tm.MulticlassPrecision, tm.MulticlassRecall, tm.MulticlassF1Score)
    four = [kind(10) for kind in kinds]
    collection = MetricCollection([metric.clone() for metric in four])
    compare(
        "Accuracy, Precision, Recall and F1 together (256 × 10)",
        small,
        {
            "ours": ours_together(ours.Accuracy(), ours.Precision(), ours.Recall(), ours.F1Score()),
            "ignite": each(ignite.Accuracy(), precision, recall),  # its F1 is made of the other two
            "torchmetrics": each(*four, spread=True),
            "  a collection": each(collection, spread=True),  # shares counts from its second update on
        },
        {"ignite": 0.4, "torchmetrics": 0.15},
        rounds,
    )


if __name__ == "__main__":
    main()
