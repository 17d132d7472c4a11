import subprocess
import sys
from pathlib import Path

import pytest

KILL = str(Path(__file__).with_name("kill_writers.py"))


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_writers_leave_whole_versions(tmp_path, kills):
    done = subprocess.run(
        [sys.executable, KILL, str(tmp_path / "store"), str(kills), "7"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= kills
