"""The promise, by doing: processes are killed at random moments, and nothing they logged may be missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from simple_track import Track

KILLER = Path(__file__).with_name("killer.py")


def kill(what, folder, kills, pad=2000, seed=1):
    """Run the killer; its checks fail the test. Returns how many records were logged."""
    command = [sys.executable, str(KILLER), what, str(folder), str(kills), str(pad), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_nothing_is_lost_by_300_kills(tmp_path):
    assert kill("writers", tmp_path, 300) > 300


def test_runs_that_are_killed_are_crashed_and_complete(tmp_path):
    assert kill("runs", tmp_path, 8) > 8


@pytest.mark.slow
def test_nothing_is_lost_by_4000_kills(tmp_path):
    assert kill("writers", tmp_path, 4000, seed=2) > 4000


@pytest.mark.slow
def test_nothing_is_lost_by_300_kills_with_long_lines(tmp_path):
    assert kill("writers", tmp_path, 300, pad=200_000, seed=3) > 300


@pytest.mark.slow
def test_150_runs_that_are_killed_are_crashed_and_complete(tmp_path):
    assert kill("runs", tmp_path, 150, seed=4) > 150


def test_a_clock_that_goes_back_loses_and_reorders_nothing(root, monkeypatch):
    ticks = iter([5_000, 4_000, 4_500, 1_000, 9_000])
    with Track.run(project="demo", system=False) as run:
        monkeypatch.setattr("simple_track.recording.writer.time_ns", lambda: next(ticks) * 1_000_000_000)
        for i in range(5):
            run.log({"i": i})
        monkeypatch.undo()
        monkeypatch.setenv("SIMPLE_DIR", str(root))
    assert run.history()["i"].tolist() == [0, 1, 2, 3, 4]
    assert run.history()["timestamp"].tolist() == [5000, 4000, 4500, 1000, 9000]
