"""A tracked training that is killed ten times ends as one that never was: one run, one curve, its weights."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest
import torch

from simple_track import Track

SCRIPT = Path(__file__).parent / "killed_job.py"
ITERATIONS, EPOCHS = 144, 12
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)
CODES = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGUSR1: 138, signal.SIGINT: -2}

pytestmark = pytest.mark.slow


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "SIMPLE_DIR": str(folder / ".simple")}
    with (folder / "errors.txt").open("ab") as errors:
        command = [sys.executable, "-X", "faulthandler", str(SCRIPT), *arguments]
        return subprocess.Popen(command, cwd=folder, env=environment, stderr=errors, preexec_fn=catch_ctrl_c)


def catch_ctrl_c() -> None:
    """Undo that a shell makes what it starts in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def end(folder: Path, job: "subprocess.Popen[bytes]", way: signal.Signals) -> int:
    """Send a signal and return the exit status; a Ctrl-C is sent again, as a person would.

    Python loses one that falls in a callback of a fork or of the garbage collector.
    """
    job.send_signal(way)
    for _ in range(60):
        try:
            return job.wait(2)
        except subprocess.TimeoutExpired:
            if way == signal.SIGINT:
                job.send_signal(way)
    return fail(folder, job, f"it did not end after {way.name}")


def fail(folder: Path, job: "subprocess.Popen[bytes]", why: str) -> NoReturn:
    """Fail with the stack of the job."""
    job.send_signal(signal.SIGABRT)
    job.wait(60)
    pytest.fail(f"{why}:\n{(folder / 'errors.txt').read_text()}")


def only_run(folder: Path):
    (run,) = Track.runs(project="killed", dir=folder / ".simple")
    return run


def logged(folder: Path) -> int:
    """The number of lines of numbers that the job has logged so far."""
    return sum(file.read_bytes().count(b"\n") for file in folder.glob(".simple/runs/killed/*/metrics.jsonl"))


def curve(run, key: str) -> list[tuple[int, float]]:
    history = run.history([key])
    return list(zip(history["step"].tolist(), history[key].tolist(), strict=True))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert start(folder).wait(300) == 0, (folder / "errors.txt").read_text()
    return folder


def test_ten_kills_leave_one_run_one_curve_and_the_same_weights(tmp_path, whole):
    folder, chance = tmp_path / "killed", random.Random(os.urandom(4))
    ways = [*SIGNALS * 2, *chance.sample(SIGNALS, 2)]
    chance.shuffle(ways)
    for number, way in enumerate([signal.SIGKILL, *ways[1:]]):
        job, before = start(folder, "0.03"), logged(folder)
        # the first one comes before the first checkpoint
        aim, deadline = before + (chance.randint(1, 8) if number else 2), time.monotonic() + 120
        while logged(folder) < aim:
            assert job.poll() is None, (way, (folder / "errors.txt").read_text())
            if time.monotonic() > deadline:
                fail(folder, job, f"logged {logged(folder)} of {aim} lines")
            time.sleep(0.005)
        time.sleep(chance.random() * 0.05)
        code = end(folder, job, way)
        assert code in (CODES[way], 130), (way, (folder / "errors.txt").read_text())
        assert only_run(folder).state == ("crashed" if way == signal.SIGKILL else "interrupted")
    assert start(folder).wait(300) == 0, (folder / "errors.txt").read_text()

    run, expected = only_run(folder), only_run(whole)
    assert run.state == "finished"
    assert curve(run, "train/loss") == curve(expected, "train/loss")
    assert [step for step, _ in curve(run, "train/loss")] == list(range(1, ITERATIONS + 1))
    assert curve(run, "val/loss") == curve(expected, "val/loss")
    assert len(curve(run, "val/loss")) == EPOCHS
    assert dict(run.summary) == dict(expected.summary)
    weights, same = (torch.load(f / "final.pt", weights_only=True) for f in (folder, whole))
    assert all(torch.equal(weights[name], same[name]) for name in same)
    assert len(run.events("rewind")) <= len(ways) + 1
