"""Runs that are killed: nothing is lost, and they go on bit-identically."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SCRIPTS = Path(__file__).parent / "scripts"


def run(script, *args):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPTS / script), *map(str, args)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_training_killed_twenty_times_ends_with_the_weights_of_a_run_never_stopped(tmp_path):
    (tmp_path / "whole").mkdir()
    alive, same_weights, same_metric = run("killed_training.py", tmp_path, 20, 4)
    assert (same_weights, same_metric) == ("True", "True")
    assert int(alive) == 20, "each kill is to fall on a run that is not yet over"


def test_a_hundred_kills_in_the_middle_of_a_save_never_lose_the_last_good_checkpoint(tmp_path):
    within, lost, behind, last, files, temporary = map(int, run("killed_saving.py", tmp_path, 100, 5))
    assert (lost, behind) == (0, 0)
    assert within >= 30, "too few kills fell within a save to mean anything"
    assert last >= 10
    assert (files, temporary) == (1, 0)
