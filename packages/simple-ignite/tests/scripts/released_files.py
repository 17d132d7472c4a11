"""Write the files that later versions must be able to read: checkpoints in every format, and pickles.

`released_files.py FOLDER` with the released version installed writes `tests/assets/VERSION`;
`released_files.py FOLDER RANK save` is one of the two ranks that it starts, and `continue` in place of `save`
loads what they wrote and trains to the end. The tests build the same parts, load the files into them, and
compare with `expected.pt`.
"""

import operator
import pickle
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import Engine, EventFilter, Events, errors, metrics, supervised_trainer
from simple_ignite.handlers import (
    EMA,
    Checkpoint,
    EarlyStopping,
    GradientAccumulator,
    GradientClipper,
    LRFinder,
    LRScheduler,
    ModelSummary,
    OptimizerStep,
    ParamScheduler,
    StochasticWeightAveraging,
    TerminateOnNan,
    TimeLimit,
    Timer,
)
from simple_ignite.metrics import Accuracy, F1Score, Loss, RunningAverage

SAVED_AT, OTHER_SAVED_AT = 8, 5
EPOCHS = 3


class Counter:
    """A handler of one's own with a state."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1

    def state_dict(self):
        return {"calls": self.calls}

    def load_state_dict(self, state):
        self.calls = state["calls"]


class Remembering:
    """A loader that has a state of its own."""

    def __init__(self):
        self.position, self.loaded = 0, False

    def __len__(self):
        return 4

    def __iter__(self):
        self.position = self.position if self.loaded else 0
        self.loaded = False
        while self.position < len(self):
            self.position += 1
            yield torch.full((2, 3), float(self.position))

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position, self.loaded = state["position"], True


def loss_of(output):
    return output["loss"]


class Built:
    """Two trainers with all that has a state in them, and their data."""

    def __init__(self):
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))
        optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
        trainer = supervised_trainer(self.model, optimizer, cross_entropy, grad_accumulation=2, scaler=scaler)
        trainer.add_metrics({"accuracy": Accuracy(), "f1": F1Score(), "loss": Loss(cross_entropy)})
        trainer.add_metric(RunningAverage(), "running", loss_of)
        trainer.register_events("noted")
        trainer.on(Events.ITERATION_COMPLETED(every=2), lambda: trainer.fire_event("noted"))
        self.noted, self.counter, self.ema = [], Counter(), EMA(self.model)
        trainer.on(EventFilter("noted", every=2), lambda: self.noted.append(trainer.state.iteration))
        trainer.on(Events.ITERATION_COMPLETED, self.counter)
        trainer.on(Events.ITERATION_COMPLETED, self.ema)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        trainer.on(Events.ITERATION_COMPLETED(every=2), LRScheduler(scheduler))
        self.stopping = EarlyStopping(9, "accuracy", trainer)
        trainer.on(Events.EPOCH_COMPLETED, self.stopping)
        self.timer = Timer().attach(trainer, step=Events.ITERATION_COMPLETED)
        self.optimizer, self.trainer = optimizer, trainer
        x = torch.randn(20, 3, generator=torch.Generator().manual_seed(1))
        self.loader = DataLoader(
            TensorDataset(x, (x.sum(1) > 0).long()),
            batch_size=4,
            shuffle=True,
            generator=torch.Generator().manual_seed(3),
        )
        self.plain_model = nn.Linear(3, 1)
        plain_optimizer = torch.optim.SGD(self.plain_model.parameters(), lr=0.1)
        self.plain = Engine(lambda engine, batch: self.plain_model(batch).square().mean().backward())
        self.plain.on(Events.ITERATION_COMPLETED, GradientAccumulator(2, OptimizerStep(plain_optimizer)))
        self.stateful_loader = Remembering()

    def parts(self):
        """Return what is saved, by name."""
        return {
            "model": self.model,
            "optimizer": self.optimizer,
            "trainer": self.trainer,
            "plain_model": self.plain_model,
            "plain": self.plain,
        }

    def saving(self, folder, **options):
        """Return a handler that saves both."""
        return Checkpoint(self.parts(), folder, score_function=score, **options)

    def run(self):
        """Train both to the end, from where they are."""
        self.trainer.run(self.loader, max_epochs=EPOCHS)
        self.draws = draws()
        self.plain.run(self.stateful_loader, max_epochs=2)

    def result(self):
        """Return what must be the same at the end of an uninterrupted and of a resumed run."""
        return {
            "weights": weights(self.model),
            "averaged": weights(self.ema.model),
            "plain_weights": weights(self.plain_model),
            "metrics": {k: torch.as_tensor(v) for k, v in self.trainer.state.metrics.items()},
            "position": [self.trainer.state.epoch, self.trainer.state.iteration, self.counter.calls],
            "lr": self.optimizer.param_groups[0]["lr"],
            "scale": self.trainer.step.scaler.get_scale(),
            "stopping": [self.stopping.best, self.stopping.waited],
            "draws": self.draws,
        }


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def draws():
    """Return the next numbers of each global generator."""
    return [random.random(), random.gauss(0, 1), float(np.random.rand()), float(torch.rand(()))]


def seed(offset=0):
    random.seed(5 + offset)
    np.random.seed(5 + offset)
    torch.manual_seed(5 + offset)


def save(folder, offset=0, **options):
    """Train to the end, saving once in the middle; return the result."""
    built = Built()
    built.trainer.state.note = {"best": [0.25, True, None], "tensor": torch.arange(3)}
    built.plain.on(Events.ITERATION_COMPLETED(once=OTHER_SAVED_AT), Engine.interrupt)
    seed(offset)
    built.plain.run(built.stateful_loader, max_epochs=2)
    built.trainer.on(Events.ITERATION_COMPLETED(once=SAVED_AT), built.saving(folder, **options))
    built.run()
    return built.result()


def score(engine):
    return 0.5


def save_weights(folder):
    built = Built()
    Checkpoint({"model": built.model}, folder, safetensors=True)(built.trainer)
    return weights(built.model)


METRICS = {
    "accuracy": (lambda: Accuracy(), "classes"),
    "top_k": (lambda: metrics.TopK(2), "classes"),
    "precision": (lambda: metrics.Precision(average="none", ignore_index=0), "classes"),
    "recall": (lambda: metrics.Recall(task="multilabel"), "labels"),
    "f1": (lambda: F1Score(), "classes"),
    "fbeta": (lambda: metrics.FBeta(2.0), "classes"),
    "specificity": (lambda: metrics.Specificity(), "classes"),
    "hamming": (lambda: metrics.HammingDistance(task="multilabel"), "labels"),
    "confusion": (lambda: metrics.ConfusionMatrix(), "classes"),
    "kappa": (lambda: metrics.CohenKappa(), "classes"),
    "mcc": (lambda: metrics.MCC(), "classes"),
    "jaccard": (lambda: metrics.Jaccard(), "classes"),
    "iou": (lambda: metrics.IoU(average="none"), "classes"),
    "mean_iou": (lambda: metrics.MeanIoU(), "classes"),
    "dice": (lambda: metrics.Dice(), "classes"),
    "calibration": (lambda: metrics.CalibrationError(), "probabilities"),
    "roc_auc": (lambda: metrics.ROCAUC(), "binary"),
    "pr_auc": (lambda: metrics.PRAUC(), "classes"),
    "average_precision": (lambda: metrics.AveragePrecision(task="multilabel"), "labels"),
    "epoch_metric": (lambda: metrics.EpochMetric(mse_loss), "numbers"),
    "mse": (lambda: metrics.MSE(), "numbers"),
    "rmse": (lambda: metrics.RMSE(), "numbers"),
    "mae": (lambda: metrics.MAE(), "numbers"),
    "mape": (lambda: metrics.MAPE(), "numbers"),
    "median_ae": (lambda: metrics.MedianAE(), "numbers"),
    "max_error": (lambda: metrics.MaxError(), "numbers"),
    "huber": (lambda: metrics.Huber(), "numbers"),
    "r2": (lambda: metrics.R2Score(), "numbers"),
    "pearson": (lambda: metrics.Pearson(), "numbers"),
    "spearman": (lambda: metrics.Spearman(), "numbers"),
    "loss": (lambda: Loss(cross_entropy), "classes"),
    "average": (lambda: metrics.Average(), "one"),
    "running": (lambda: RunningAverage(), "one"),
    "running_of": (lambda: RunningAverage(Accuracy()), "classes"),
    "perplexity": (lambda: metrics.Perplexity(), "classes"),
    "psnr": (lambda: metrics.PSNR(), "images"),
    "ssim": (lambda: metrics.SSIM(), "images"),
    "bleu": (lambda: metrics.BLEU(2), "texts"),
    "rouge_l": (lambda: metrics.RougeL(), "texts"),
    "edit_distance": (lambda: metrics.EditDistance(), "texts"),
    "wer": (lambda: metrics.WER(), "texts"),
    "formula": (lambda: 2 * metrics.Precision() / (metrics.Precision() + metrics.Recall()), "classes"),
    "picked": (lambda: Accuracy(output_transform=metrics.pair), "classes"),
    "foreign": (lambda: metrics.DistributedMetric(metrics.Average(), "max"), "one"),
}


def batch(kind, seed):
    """Return a batch of one kind."""
    generator = torch.Generator().manual_seed(seed)
    if kind == "texts":
        return (["a cat sat", "a b"], ["the cat sat", "a c"]) if seed else (["x y"], ["x z"])
    if kind == "one":
        return torch.rand((), generator=generator)
    if kind == "images":
        return torch.rand(1, 1, 12, 12, generator=generator), torch.rand(1, 1, 12, 12, generator=generator)
    if kind == "numbers":
        return torch.randn(6, generator=generator), torch.randn(6, generator=generator)
    if kind == "binary":
        return torch.rand(6, generator=generator), torch.randint(0, 2, (6,), generator=generator)
    if kind == "labels":
        return torch.rand(6, 3, generator=generator), torch.randint(0, 2, (6, 3), generator=generator)
    scores = torch.randn(6, 3, generator=generator)
    target = torch.randint(0, 3, (6,), generator=generator)
    return (scores.softmax(1) if kind == "probabilities" else scores), target


def fed(name, *seeds):
    """Return a metric that has seen these batches."""
    make, kind = METRICS[name]
    metric = make()
    for each in seeds:
        metric.update(batch(kind, each))
    return metric


def metric_set(*seeds):
    made = metrics.MetricSet()
    for name in ("accuracy", "f1", "loss"):
        made.add(name, METRICS[name][0]())
    for each in seeds:
        made.update(batch("classes", each))
    return made


def pickled_metrics():
    return {**{name: fed(name, 0) for name in METRICS}, "set": metric_set(0), "fresh": Accuracy()}


def pickled_engines():
    """Return an engine that has not run, and one that has."""
    fresh, run = Engine(operator.is_), Engine(operator.is_)
    run.run([1, 2, 3], max_epochs=2)
    return {"fresh": fresh, "run": run}


def pickled_objects():
    """Return the other public objects that can be pickled."""
    engine = Engine(print)
    engine.state.note = "kept"
    engine.state.iteration, engine.state.epoch, engine.state.max_epochs = 7, 1, 3
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    ema, timer = EMA(model), Timer()
    ema()
    timer.step()
    return {
        "errors": [
            errors.IgniteError("text"),
            errors.BatchError("text"),
            errors.EventError("text", event=Events.STARTED),
            errors.HandlerError("text", handler="name"),
            errors.EngineBusyError("text"),
            errors.CheckpointError("text", path="a/b"),
            errors.CheckpointNotFoundError("text", path="a/b"),
            errors.DamagedCheckpointError("text", path="a/b"),
        ],
        "state": engine.state,
        "events": [
            Events.STARTED,
            Events.STARTED(every=2, after=3),
            Events.STARTED | Events.COMPLETED(once=4),
        ],
        "handlers": [
            ema,
            timer,
            LRScheduler(torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)),
            OptimizerStep(optimizer),
            GradientClipper(model, 1.0),
            StochasticWeightAveraging(model),
            TimeLimit(3.0),
            TerminateOnNan(),
            ModelSummary(model),
            LRFinder(model, optimizer),
            ParamScheduler(print, [(0, 1.0), (4, 3.0)]),
        ],
    }


FORMS_OF_RANKS = {"ranks": {}, "sharded_ranks": {"sharded": True}}


def continued(folder, **options):
    """Return the result of a run that is continued from the checkpoint in a folder."""
    built = Built()
    built.saving(folder, **options)
    seed(99)
    Checkpoint.load_latest(folder, built.parts())
    built.run()
    return built.result()


def as_rank(folder, rank, task):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    try:
        results = {}
        for form, options in FORMS_OF_RANKS.items():
            if task == "save":
                results[form] = save(folder / form, rank, **options)
            else:
                results[form] = continued(folder / form, **options)
            dist.barrier()
        torch.save(results, folder / f"rank{rank}.pt")
        dist.barrier()
    finally:
        dist.destroy_process_group()


def main(folder):
    folder.mkdir(parents=True)
    expected = {
        "file": save(folder / "file"),
        "sharded": save(folder / "sharded", sharded=True),
        "safetensors": save_weights(folder / "safetensors"),
    }
    ranks = [subprocess.Popen([sys.executable, __file__, str(folder), str(n), "save"]) for n in range(2)]
    assert [rank.wait(120) for rank in ranks] == [0, 0]
    (folder / "meet").unlink(missing_ok=True)
    each = [torch.load(folder / f"rank{n}.pt") for n in range(2)]
    for form in FORMS_OF_RANKS:
        expected[form] = [results[form] for results in each]
    for n in range(2):
        (folder / f"rank{n}.pt").unlink()
    torch.save(expected, folder / "expected.pt")
    (folder / "engines.pickle").write_bytes(pickle.dumps(pickled_engines(), 4))
    (folder / "metrics.pickle").write_bytes(pickle.dumps(pickled_metrics(), 4))
    (folder / "objects.pickle").write_bytes(pickle.dumps(pickled_objects(), 4))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 2:
        as_rank(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        main(Path(sys.argv[1]))
