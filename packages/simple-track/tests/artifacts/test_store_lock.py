import subprocess
import sys
import time

from simple_track.artifacts.store_lock import store_lock

HOLD = """
import sys, time
from pathlib import Path
from simple_track.artifacts.store_lock import store_lock
with store_lock(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def holder(path, mode, seconds):
    command = [sys.executable, "-c", HOLD, str(path), mode, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_one_waits_for_the_other(tmp_path):
    with holder(tmp_path / "lock", "alone", 0.5) as process, store_lock(tmp_path / "lock"):
        assert process.wait(timeout=5) == 0  # it has let go, so it is at its end


def test_those_who_share_do_not_wait(tmp_path):
    with holder(tmp_path / "lock", "shared", 30) as process:
        with store_lock(tmp_path / "lock", shared=True):
            assert process.poll() is None
        process.kill()


def test_a_killed_holder_lets_go(tmp_path):
    with holder(tmp_path / "lock", "alone", 60) as process:
        process.kill()
        start = time.monotonic()
        with store_lock(tmp_path / "lock"):
            assert time.monotonic() - start < 30
