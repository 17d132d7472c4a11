"""Whatever is damaged in a store, only errors of the package come, and what is undamaged reads as before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("number", [8, pytest.param(120, marks=pytest.mark.slow)])
def test_damaged_stores_are_read_without_surprises(tmp_path, number):
    script = Path(__file__).with_name("damage.py")
    seed = os.environ.get("DAMAGE_SEED", "5")
    words = [sys.executable, script, tmp_path / "stores", seed, str(number)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"{number} stores; escaped: nothing", done.stdout
