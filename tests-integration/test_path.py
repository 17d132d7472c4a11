"""Configuration, tracking and training together, in one process and through a kill."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from simple_conf import Conf, Secret, schema
from simple_ignite import Engine, Events, supervised_evaluator, supervised_trainer
from simple_ignite.handlers import TrackingHandler
from simple_ignite.metrics import Accuracy
from simple_track import Track

DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=[
            pytest.mark.gpu,
            pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
        ],
    ),
]


@schema
class TrainConfig:
    epochs: int
    lr: float


@schema
class Config:
    seed: int
    train: TrainConfig
    token: Secret[str]


@pytest.mark.parametrize("device", DEVICES)
def test_what_was_configured_is_what_was_tracked_and_trained(tmp_path, monkeypatch, device):
    (tmp_path / "base.sdn").write_text("seed: 1\ntrain:\n    epochs: 9\n    lr: 0.5\ntoken: none\n")
    (tmp_path / "train.sdn").write_text("extends: base.sdn\ntrain:\n    epochs: 4\ntoken: ${env:API_TOKEN}\n")
    monkeypatch.setenv("API_TOKEN", "very-hidden-indeed")
    tree = Conf.merge(Conf.load_sdn(tmp_path / "train.sdn"), Conf.parse_dotlist(["train.lr=0.05"]))
    cfg = Conf.validate(Config, tree)

    torch.manual_seed(cfg.seed)
    points = torch.randn(256, 2)
    data = DataLoader(TensorDataset(points, (points.sum(1) > 0).long()), batch_size=32, shuffle=True)
    model = nn.Linear(2, 2).to(device)
    trainer = supervised_trainer(
        model, torch.optim.Adam(model.parameters(), cfg.train.lr), nn.CrossEntropyLoss()
    )
    evaluator = supervised_evaluator(model, {"accuracy": Accuracy()})

    with Track.run(project="path", config=cfg, dir=tmp_path / "store", system=False) as run:
        trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(run, output_transform="loss", tag="train"))
        trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run(data))
        evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", global_step_transform=trainer, tag="val"))
        trainer.run(data, max_epochs=cfg.train.epochs)

    seen = Track.load(run.id, dir=tmp_path / "store")
    assert seen.state == "finished"
    assert seen.config["train"] == {"epochs": 4, "lr": 0.05}
    assert "very-hidden-indeed" not in "".join(
        file.read_text("utf-8") for file in Path(seen.dir).iterdir() if file.suffix in (".sdn", ".jsonl")
    )
    assert list(seen.history(keys=["train/loss"])["step"]) == list(range(1, 33))
    val = seen.history(keys=["val/accuracy"])
    assert list(val["step"]) == [8, 16, 24, 32]
    assert val["val/accuracy"][-1] == evaluator.state.metrics["accuracy"] > 0.9
    assert seen.summary["val/accuracy"] == val["val/accuracy"][-1]


def test_an_error_in_the_step_marks_the_run_failed_and_says_where(tmp_path):
    def step(engine: Engine, batch: int) -> None:
        if batch == 3:
            raise ZeroDivisionError("no such batch")

    with (
        pytest.raises(ZeroDivisionError) as caught,
        Track.run(project="path", dir=tmp_path, system=False) as run,
    ):
        Engine(step).run(range(5), max_epochs=1)
    assert any("epoch [1/1], iteration 4" in note for note in caught.value.__notes__)
    seen = Track.load(run.id, dir=tmp_path)
    assert seen.state == "failed"
    assert "no such batch" in seen.error["traceback"]


SCRIPT = textwrap.dedent(
    """
    import sys, time
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    from simple_conf import Conf
    from simple_ignite import Events, supervised_trainer
    from simple_ignite.handlers import Checkpoint, TrackingHandler
    from simple_track import Track

    cfg = Conf.merge(
        Conf.parse_sdn("seed: 3\\nepochs: 6\\npause: 0.0"), Conf.parse_dotlist(sys.argv[1:])
    )
    torch.manual_seed(cfg.seed)
    data = TensorDataset(torch.randn(64, 4), torch.randn(64, 1))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters())
    trainer = supervised_trainer(model, optimizer, torch.nn.functional.mse_loss)
    everything = {"model": model, "optimizer": optimizer, "trainer": trainer}

    with Track.run(project="killed", config=cfg, resume=True, system=False) as run:
        Checkpoint.load_latest("checkpoints", everything, required=False)
        log = TrackingHandler(run, output_transform="loss")
        trainer.on(Events.ITERATION_COMPLETED, log)
        trainer.on(Events.ITERATION_COMPLETED(every=5), Checkpoint(everything, "checkpoints"))
        trainer.on(Events.ITERATION_COMPLETED, lambda: time.sleep(cfg.pause))
        trainer.run(loader, max_epochs=cfg.epochs)
    torch.save(model.state_dict(), "final.pt")
    """
)


def train(folder: Path, *overrides: str) -> "subprocess.Popen[bytes]":
    folder.mkdir(exist_ok=True)
    (folder / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "script.py", *overrides]
    with (folder / "errors.txt").open("a") as errors:
        return subprocess.Popen(command, cwd=folder, env=environment, stderr=errors)


@pytest.mark.slow
def test_a_killed_training_goes_on_in_the_same_run_to_the_same_weights(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert train(whole).wait(120) == 0

    first = train(killed, "pause=0.05")
    deadline = time.monotonic() + 120
    while not list((killed / "checkpoints").glob("*_20.pt")):
        assert first.poll() is None, (killed / "errors.txt").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait(60)
    (run,) = Track.runs(project="killed", dir=killed / ".simple")
    assert run.state == "crashed"
    logged = list(run.history()["step"])
    assert logged == list(range(1, len(logged) + 1))
    assert len(logged) >= 20

    second = train(killed)
    assert second.wait(120) == 0, (killed / "errors.txt").read_text()
    (run,) = Track.runs(project="killed", dir=killed / ".simple")
    assert run.state == "finished"
    assert set(run.history()["step"]) == set(range(1, 49))
    expected = torch.load(whole / "final.pt", weights_only=True)
    found = torch.load(killed / "final.pt", weights_only=True)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
