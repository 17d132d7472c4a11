"""Sharded checkpoints, and checkpoints of several ranks."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.errors import (
    CheckpointError,
    DamagedCheckpointError,
    DamagedCheckpointWarning,
    IgniteWarning,
)
from simple_ignite.handlers import Checkpoint

SCRIPT = Path(__file__).parents[2] / "scripts" / "ranks.py"


def made(seed=0):
    torch.manual_seed(seed)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1 + seed)

    def step(engine, batch):
        optimizer.zero_grad()
        model(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()

    trainer = Engine(step)
    return trainer, {"model": model, "optimizer": optimizer, "trainer": trainer}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_folder_is_written_and_loads_into_another_process_alone(tmp_path, asynchronous):
    trainer, parts = made()
    saving = Checkpoint(parts, tmp_path, n_saved=2, sharded=True, asynchronous=asynchronous)
    trainer.on(Events.ITERATION_COMPLETED, saving)
    trainer.run(range(4))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint_3", "checkpoint_4", "checkpoints.json"]
    fresh, loaded = made(5)
    fresh.on(Events.COMPLETED, Checkpoint(loaded, tmp_path / "again"))
    assert Checkpoint.load_latest(tmp_path, loaded).name == "checkpoint_4"
    assert fresh.state.iteration == 4
    assert torch.equal(loaded["model"].weight, parts["model"].weight)
    assert loaded["optimizer"].param_groups[0]["lr"] == 0.1
    trainer.run(range(4), max_epochs=2)
    fresh.run(range(4), max_epochs=2)
    assert torch.equal(loaded["model"].weight, parts["model"].weight)


def test_a_name_that_is_taken_is_not_written_over(tmp_path):
    trainer, parts = made()
    trainer.on(Events.ITERATION_COMPLETED(once=2), Checkpoint(parts, tmp_path, n_saved=3, sharded=True))
    trainer.run(range(2))
    trainer.run(range(2), restart=True)
    assert sorted(p.name for p in tmp_path.glob("checkpoint_*")) == ["checkpoint_2", "checkpoint_2_2"]


def test_a_damaged_folder_is_passed_over(tmp_path):
    trainer, parts = made()
    trainer.on(Events.ITERATION_COMPLETED, Checkpoint(parts, tmp_path, n_saved=2, sharded=True))
    trainer.run(range(2))
    shard = next((tmp_path / "checkpoint_2").glob("*.distcp"))
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.warns(DamagedCheckpointWarning, match="checkpoint_2: damaged: the checksum of"):
        assert Checkpoint.load_latest(tmp_path, parts).name == "checkpoint_1"


def test_a_description_that_runs_code_is_refused(tmp_path):
    from simple_ignite.handlers.checkpointing.shard_reader import PlainReader

    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "owned"),))

    (tmp_path / ".metadata").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(DamagedCheckpointError, match=r"posix.mkdir is not a class of the checkpoint format"):
        PlainReader(tmp_path).read_metadata()
    assert not (tmp_path / "owned").exists()


def test_an_optimiser_needs_its_model(tmp_path):
    _, parts = made()
    handler = Checkpoint({"optimizer": parts["optimizer"]}, tmp_path, sharded=True)
    with pytest.raises(CheckpointError, match="save and load both together"):
        handler(parts["trainer"])


def test_a_name_that_is_missing(tmp_path):
    trainer, parts = made()
    trainer.on(
        Events.ITERATION_COMPLETED,
        Checkpoint({"model": parts["model"], "trainer": trainer}, tmp_path, sharded=True),
    )
    trainer.run(range(1))
    with pytest.raises(CheckpointError, match=r"has no 'optimizer'; it has 'model', 'trainer'"):
        Checkpoint.load_latest(tmp_path, parts)


def sharded(folder, count=2):
    trainer, parts = made()
    trainer.on(Events.COMPLETED, Checkpoint({**parts, "config": {"lr": 0.1}}, folder, sharded=True))
    trainer.run(range(count))
    return parts


class Wider(nn.Linear):
    """The saved model with a bias of another size and a part of its own."""

    def __init__(self):
        super().__init__(3, 2)
        self.bias = nn.Parameter(torch.full((5,), 9.0))
        self.head = nn.Linear(1, 1)

    def forward(self, x):
        return nn.functional.linear(x, self.weight)


def test_what_fits_of_a_folder_is_loaded_if_asked_and_the_rest_reported(tmp_path):
    parts = sharded(tmp_path)
    torch.manual_seed(9)
    model, other = Wider(), nn.Linear(3, 2, bias=False)
    optimizer, trainer = torch.optim.Adam(model.parameters(), lr=0.5), Engine(lambda engine, batch: None)
    head = model.head.weight.detach().clone()
    wanted = {"model": model, "optimizer": optimizer, "trainer": trainer, "ema": other}
    with pytest.warns(IgniteWarning, match="'model': not in the checkpoint: head.weight, head.bias"):
        report = Checkpoint.load_latest(tmp_path, wanted, strict=False)
    assert report.path == tmp_path / "checkpoint_2"
    assert sorted(report.loaded) == ["model", "trainer"]
    assert report.absent == ["ema"]
    assert report.missing == {"model": ["head.weight", "head.bias"]}
    assert report.mismatched == {"model": ["bias"]}
    assert report.refused == {"optimizer": "optimizer.state.bias.exp_avg differs"}
    assert torch.equal(model.weight, parts["model"].weight)
    assert torch.equal(model.bias, torch.full((5,), 9.0))
    assert torch.equal(model.head.weight, head)
    assert (dict(optimizer.state), optimizer.param_groups[0]["lr"]) == ({}, 0.5)
    assert trainer.state.iteration == 2


def test_a_folder_that_fits_is_loaded_whole_without_a_warning(tmp_path, recwarn):
    parts = sharded(tmp_path)
    _, loaded = made(5)
    report = Checkpoint.load(tmp_path / "checkpoint_2", loaded, strict=False)
    assert (report.complete, sorted(report.loaded)) == (True, ["model", "optimizer", "trainer"])
    assert [str(one.message) for one in recwarn] == []
    for one, other in zip(parts["model"].parameters(), loaded["model"].parameters(), strict=True):
        assert torch.equal(one, other)
        moments = [parts["optimizer"].state[one], loaded["optimizer"].state[other]]
        assert torch.equal(moments[0]["exp_avg"], moments[1]["exp_avg"])


def test_keys_of_a_folder_that_the_model_lacks_are_reported(tmp_path):
    sharded(tmp_path)
    model = nn.Linear(3, 2, bias=False)
    with pytest.warns(IgniteWarning, match="'model': not in the model: bias"):
        report = Checkpoint.load(tmp_path / "checkpoint_2", {"model": model}, strict=False)
    assert (report.loaded, report.unexpected) == (["model"], {"model": ["bias"]})


def test_a_folder_of_which_nothing_fits_is_an_error_and_changes_nothing(tmp_path):
    sharded(tmp_path)
    model = nn.Linear(7, 7)
    optimizer = torch.optim.Adam(model.parameters())
    before = model.weight.detach().clone()
    with pytest.raises(CheckpointError, match="nothing fits") as caught:
        Checkpoint.load(tmp_path / "checkpoint_2", {"model": model, "optimizer": optimizer}, strict=False)
    assert "no key and shape of the model is in it" in str(caught.value)
    assert torch.equal(model.weight, before)
    assert not optimizer.state


def test_an_optimizer_without_its_model_is_reported(tmp_path):
    sharded(tmp_path)
    optimizer = torch.optim.Adam([nn.Parameter(torch.zeros(2))])
    trainer = Engine(lambda engine, batch: None)
    wanted = {"optimizer": optimizer, "trainer": trainer}
    with pytest.warns(IgniteWarning, match="'optimizer' does not fit: a sharded checkpoint names the states"):
        report = Checkpoint.load(tmp_path / "checkpoint_2", wanted, strict=False)
    assert report.loaded == ["trainer"]


def test_an_optimizer_is_left_without_a_state_when_a_folder_does_not_fit(tmp_path):
    sharded(tmp_path)
    model = nn.Linear(4, 4)
    optimizer = torch.optim.Adam(model.parameters())
    with pytest.raises(CheckpointError, match="does not fit"):
        Checkpoint.load(tmp_path / "checkpoint_2", {"model": model, "optimizer": optimizer})
    assert not optimizer.state


@pytest.mark.slow
def test_two_ranks_save_and_load_in_every_form(tmp_path):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(tmp_path), str(rank), "2"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    answers = [process.communicate(timeout=200) for process in processes]
    forms = [
        "plain",
        "plain asynchronous",
        "plain sharded",
        "fsdp sharded",
        "fsdp sharded asynchronous",
        "failure",
        "no data",
    ]
    assert [out.splitlines() for out, _ in answers] == [forms] * 2, "\n".join(err for _, err in answers)
