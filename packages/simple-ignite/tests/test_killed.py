"""Runs that are killed: nothing is lost, and they go on bit-identically."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from simple_ignite import Engine
from simple_ignite.handlers import Checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SCRIPTS = Path(__file__).parent / "scripts"


def run(script, *args):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPTS / script), *map(str, args)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_training_killed_twenty_times_ends_with_the_weights_of_a_run_never_stopped(tmp_path):
    (tmp_path / "whole").mkdir()
    alive, same_weights, same_metric = run("killed_training.py", tmp_path, 20, 4)
    assert (same_weights, same_metric) == ("True", "True")
    assert int(alive) == 20, "each kill is to fall on a run that is not yet over"


CTRL_C = """
import sys, time, torch
from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint, ProgressBar
model = torch.nn.Linear(2, 2)
trainer = Engine(lambda engine, batch: time.sleep(0.01))
ProgressBar().attach(trainer)
saving = Checkpoint({"model": model, "trainer": trainer}, sys.argv[1], asynchronous=True)
trainer.on(Events.ITERATION_COMPLETED, saving)
trainer.on(Events.ITERATION_COMPLETED(once=4), lambda: print("go", flush=True))
trainer.on(Events.EXCEPTION_RAISED, lambda engine, error: print(type(error).__name__, flush=True))
try:
    trainer.run(range(10_000))
except KeyboardInterrupt:
    saving.wait()
    print("raised", saving.latest.exists(), flush=True)
"""


@pytest.mark.parametrize("pause", [0, 0.003, 0.01, 0.02])
def test_ctrl_c_is_raised_after_the_handlers_with_the_last_file_whole(tmp_path, pause):
    """Wherever it falls: within a step, or within a save, of which there is one an iteration."""
    process = subprocess.Popen(
        [sys.executable, "-c", CTRL_C, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "go\n"
    time.sleep(pause)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out.splitlines() == ["KeyboardInterrupt", "raised True"], err
    assert process.returncode == 0
    assert not list(tmp_path.glob(".*.tmp"))
    model = torch.nn.Linear(2, 2)
    assert Checkpoint.load_latest(tmp_path, {"model": model}) is not None


def test_ctrl_c_anywhere_in_handing_a_save_to_its_thread_leaves_nothing_waiting_or_missing(tmp_path):
    places, other, stuck, missing, finished = map(int, run("interrupted_saving.py", tmp_path))
    assert (other, stuck, missing) == (0, 0, 0)
    assert places > 200, "the places are to reach into the threads of the standard library"
    assert finished > places / 2


PREEMPTED = """
import os, sys, time, torch
from torch.utils.data import DataLoader, Dataset
from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint
class Slow(Dataset):
    def __len__(self):
        return 10_000
    def __getitem__(self, index):
        time.sleep(float(sys.argv[2]))
        return torch.ones(2)
os.setpgid(0, 0)
model = torch.nn.Linear(2, 2)
def step(engine, batch):
    time.sleep(float(sys.argv[3]))
    torch.nn.init.constant_(model.weight, engine.state.iteration)
trainer = Engine(step)
trainer.on(Events.ITERATION_COMPLETED(once=5), lambda: print("go", flush=True))
trainer.on(Events.TERMINATED | Events.COMPLETED, lambda engine: print(engine.state.iteration, flush=True))
saving = Checkpoint({"model": model, "trainer": trainer}, sys.argv[1])
trainer.run(DataLoader(Slow(), 1, num_workers=2), graceful="return")
print(saving.latest.name)
"""


@pytest.mark.parametrize(("data", "step"), [("0.05", "0"), ("0", "0.05")])
def test_a_signal_to_the_whole_group_with_workers_ends_in_order(tmp_path, data, step):
    """The workers let it pass, whether the loop waits for them or is within a step."""
    command = [sys.executable, "-c", PREEMPTED, tmp_path, data, step]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "go\n"
    os.killpg(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    iteration = int(out.splitlines()[0])
    assert out.splitlines() == [str(iteration)] * 2 + [f"checkpoint_{iteration}.pt"]
    model, trainer = torch.nn.Linear(2, 2), Engine(lambda engine, batch: None)
    Checkpoint.load_latest(tmp_path, {"model": model, "trainer": trainer})
    assert trainer.state.iteration == iteration == model.weight[0, 0].item()


def test_a_hundred_kills_in_the_middle_of_a_save_never_lose_the_last_good_checkpoint(tmp_path):
    within, lost, behind, last, files, temporary = map(int, run("killed_saving.py", tmp_path, 100, 5))
    assert (lost, behind) == (0, 0)
    assert within >= 30, "too few kills fell within a save to mean anything"
    assert last >= 3
    assert (files, temporary) == (1, 0)
