"""Metrics as an engine runs them."""

import pytest
import torch
import torchmetrics

from simple_ignite import Engine, Events
from simple_ignite.metrics import Accuracy, Average, F1Score, Loss, Precision, Recall, RunningAverage


def data(n=21):
    random = torch.Generator().manual_seed(4)
    return torch.randn(n, 3, generator=random), torch.randint(0, 3, (n,), generator=random)


def loader(size=8):
    pred, target = data()
    return list(zip(pred.split(size), target.split(size), strict=True))


def engine():
    return Engine(lambda engine, batch: {"pred": batch[0], "target": batch[1], "loss": batch[0].mean()})


def test_values_are_there_before_handlers_look_and_are_of_one_epoch():
    seen = []
    run = engine()
    run.on(Events.EPOCH_COMPLETED, lambda engine: seen.append(engine.state.metrics["accuracy"]))
    run.add_metric(Accuracy(), "accuracy")
    run.run(loader(), max_epochs=2)
    pred, target = data()
    assert seen == pytest.approx([(pred.argmax(1) == target).double().mean().item()] * 2)


def test_several_metrics_and_foreign_ones_at_once():
    run = engine()
    run.add_metrics({"p": Precision(), "r": Recall(), "f1": F1Score()})
    run.add_metric(torchmetrics.classification.MulticlassF1Score(3), "theirs")
    run.add_metric(2 * Precision(average="micro") - 1, "made")
    run.add_metric(Loss(torch.nn.functional.cross_entropy), "loss")
    values = run.run(loader(), max_epochs=1).metrics
    pred, target = data()
    assert values["f1"] == pytest.approx(values["theirs"])
    assert values["loss"] == pytest.approx(torch.nn.functional.cross_entropy(pred, target).item(), abs=1e-6)
    assert values["made"] == pytest.approx(2 * (pred.argmax(1) == target).double().mean().item() - 1)


def test_running_averages_are_there_at_each_iteration():
    seen = []
    run = engine()
    run.add_metric(RunningAverage(alpha=0.5), "loss", lambda output: output["loss"])
    run.on(Events.ITERATION_COMPLETED, lambda engine: seen.append(float(engine.state.metrics["loss"])))
    run.run(loader(), max_epochs=1)
    losses = [pred.mean().item() for pred, _ in loader()]
    second = (losses[0] + losses[1]) / 2
    assert seen == pytest.approx([losses[0], second, (second + losses[2]) / 2], abs=1e-6)


def test_a_run_resumed_within_an_epoch_computes_what_an_unbroken_one_does():
    def made():
        run = engine()
        run.add_metrics({"accuracy": Accuracy(), "f1": F1Score()})
        run.add_metric(Average(), "loss", lambda output: output["loss"])
        return run

    whole, first, second = made(), made(), made()
    wanted = whole.run(loader(), max_epochs=1).metrics
    saved = {}

    def stop(engine):
        saved.update(engine.state_dict())
        engine.terminate()

    first.on(Events.ITERATION_COMPLETED(once=2), stop)
    first.run(loader(), max_epochs=1)
    second.load_state_dict(saved)
    assert second.run(loader(), max_epochs=1).metrics == pytest.approx(wanted)
