"""Files of every released version and format are read for ever.

`scripts/released_files.py` wrote `assets/0.3.0` with that version installed.
"""

import os
import pickle
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from simple_ignite import EventFilter, Events, supervised_trainer
from simple_ignite.errors import IgniteError
from simple_ignite.handlers import EMA, Checkpoint, EarlyStopping, LRScheduler
from simple_ignite.metrics import Accuracy

ASSETS = Path(__file__).parent / "assets"
SCRIPT = Path(__file__).parent / "scripts" / "released_files.py"
VERSIONS = ["0.3.0"]
released = runpy.run_path(str(SCRIPT), run_name="released_files")


def agree(got, wanted):
    """Compare two results; later versions of torch may round differently."""
    assert set(got) == set(wanted)
    for name, value in wanted.items():
        if name == "metrics":
            agree(got[name], value)
        elif isinstance(value, torch.Tensor):
            explained = partial("{}: {}".format, name)
            torch.testing.assert_close(got[name], value, rtol=1e-5, atol=1e-7, msg=explained)
        else:
            assert got[name] == pytest.approx(value), name


@pytest.fixture(params=VERSIONS)
def files(request, tmp_path):
    """Return a copy of what a version wrote."""
    return shutil.copytree(ASSETS / request.param, tmp_path / request.param)


@pytest.mark.parametrize("form", ["file", "sharded", "ranks", "sharded_ranks"])
def test_a_run_is_continued_from_a_checkpoint_of_each_format(files, form):
    """One written by two ranks too, which one process continues as the first of them."""
    expected = torch.load(files / "expected.pt")[form]
    built = released["Built"]()
    handler = built.saving(files / form, sharded="sharded" in form)
    path = Checkpoint.load_latest(files / form, built.parts())
    assert path.name.startswith("checkpoint_8_score=0.5")
    assert (built.trainer.state.epoch, built.trainer.state.iteration) == (1, 8)
    assert (built.plain.state.epoch, built.plain.state.iteration) == (1, 5)
    assert built.trainer.step.accumulation.held == 1
    assert (built.counter.calls, built.ema.updates, handler.best) == (8, 8, path)
    assert built.trainer.state.note["best"] == [0.25, True, None]
    assert built.trainer.state.note["tensor"].tolist() == [0, 1, 2]
    if "ranks" not in form:  # metrics hold what both ranks saw
        built.run()
        agree(built.result(), expected)
        assert built.noted == [12], "the count of an event of one's own goes on"


@pytest.mark.slow
def test_two_ranks_continue_what_two_ranks_saved(files):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    ranks = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(files), str(rank), "continue"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    errors = [rank.communicate(timeout=120)[1] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], "\n".join(errors)
    expected = torch.load(files / "expected.pt")
    for rank in range(2):
        for form, result in torch.load(files / f"rank{rank}.pt").items():
            own = ("position", "lr", "scale", "draws")  # the rest is saved of the first rank, or of both
            agree({name: result[name] for name in own}, {name: expected[form][rank][name] for name in own})


def test_weights_are_read_from_safetensors(files):
    built = released["Built"]()
    torch.nn.init.zeros_(built.model[0].weight)
    Checkpoint.load_latest(files / "safetensors", {"model": built.model})
    assert torch.equal(released["weights"](built.model), torch.load(files / "expected.pt")["safetensors"])


def test_pickled_metrics_go_on(files):
    loaded = pickle.loads((files / "metrics.pickle").read_bytes())
    assert loaded.pop("fresh").empty()
    metrics = loaded.pop("set")
    metrics.update(released["batch"]("classes", 1))
    wanted = released["metric_set"](0, 1)
    assert metrics.compute() == wanted.compute()
    assert loaded.keys() == released["METRICS"].keys()
    for name, metric in loaded.items():
        both = released["fed"](name, 0, 1)
        assert type(metric) is type(both)
        metric.update(released["batch"](released["METRICS"][name][1], 1))
        torch.testing.assert_close(
            torch.as_tensor(metric.compute()), torch.as_tensor(both.compute()), msg=name, equal_nan=True
        )


def test_pickled_errors_states_events_and_handlers_are_what_they_were(files):
    loaded = pickle.loads((files / "objects.pickle").read_bytes())
    wanted = released["pickled_objects"]()
    for got, made in zip(loaded["errors"], wanted["errors"], strict=True):
        assert isinstance(got, IgniteError)
        assert (type(got), str(got), vars(got)) == (type(made), str(made), vars(made))
    assert repr(loaded["state"]) == repr(wanted["state"])
    assert (loaded["state"].note, loaded["state"].epoch_label) == ("kept", "[2/3]")
    assert loaded["events"][0] is Events.STARTED
    assert isinstance(loaded["events"][1], EventFilter)
    assert [repr(event) for event in loaded["events"]] == [repr(event) for event in wanted["events"]]
    assert [type(one) for one in loaded["handlers"]] == [type(one) for one in wanted["handlers"]]
    ema, timer, scheduler, *_, parameter = loaded["handlers"]
    assert torch.equal(ema.model.weight, wanted["handlers"][0].model.weight)
    ema()
    assert (ema.updates, timer.state_dict()["steps"], parameter.at(2)) == (2, 1, 2.0)
    assert scheduler.scheduler.gamma == 0.9
    assert scheduler.scheduler.optimizer.param_groups[0]["lr"] == 0.5


def test_a_checkpoint_of_format_1_is_read_and_continued(tmp_path):
    folder = tmp_path / "checkpoints"
    shutil.copytree(ASSETS / "checkpoint_v1", folder)
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    trainer = supervised_trainer(model, optimizer, torch.nn.functional.cross_entropy, grad_accumulation=2)
    trainer.add_metric(Accuracy(), "accuracy")
    stopping, ema = EarlyStopping(3, "accuracy", trainer), EMA(model)
    trainer.on(Events.EPOCH_COMPLETED, stopping)
    trainer.on(
        Events.ITERATION_COMPLETED, LRScheduler(torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9))
    )
    trainer.on(Events.ITERATION_COMPLETED, ema)
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    saving = Checkpoint(parts, folder, score_function=lambda engine: 0.25)
    trainer.on(Events.EPOCH_COMPLETED, saving)
    assert Checkpoint.load_latest(folder, parts).name == "checkpoint_7_score=0.5.pt"
    assert (trainer.state.epoch, trainer.state.iteration, trainer.state.seed) == (1, 7, 1)
    assert trainer.step.accumulation.held == 1
    assert stopping.best is not None
    assert ema.updates == 7
    data = [(torch.zeros(4, 2), torch.zeros(4, dtype=torch.long))] * 4
    assert trainer.run(data).iteration == 8
    assert saving.best.name == "checkpoint_7_score=0.5.pt", "its score is remembered"
