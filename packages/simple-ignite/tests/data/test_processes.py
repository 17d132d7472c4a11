"""One file in several processes: in memory once, and what happens when it is cut off."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
MIB = 1 << 20

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs the /proc of Linux")


def run(name, *arguments, check=True):
    command = [sys.executable, SCRIPTS / name, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=check)


@pytest.mark.parametrize(
    ("method", "mode"),
    [
        ("fork", "mmap"),
        ("fork", "normal"),
        pytest.param("spawn", "mmap", marks=pytest.mark.slow),
        pytest.param("forkserver", "mmap", marks=pytest.mark.slow),
    ],
)
def test_the_pages_of_a_file_are_in_memory_once(tmp_path, method, mode):
    """Private memory does not grow, and each process has its share of one copy, not a copy."""
    content = np.random.default_rng(0).integers(0, 256, 120 * MIB, np.uint8)
    content.tofile(tmp_path / "a.bin")
    answers = json.loads(run("shared_mapping.py", method, tmp_path / "a.bin", mode).stdout)
    assert [each["total"] for each in answers] == [int(content[::4096].sum())] * 3
    for answer in answers:  # in KiB
        assert answer["anonymous"] < 8 * 1024
        if mode == "mmap":
            assert answer["file"] >= 120 * 1024
    libraries = 120 * 1024
    assert sum(each["share"] for each in answers) < 120 * 1024 + libraries


def test_a_worker_that_read_on_after_the_cut_is_explained(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 4096)
    done = run("cut_off.py", tmp_path / "a.bin", "cut", check=False)
    assert "is killed by signal: Bus error" in done.stderr
    assert (
        f"simple_ignite.data: {tmp_path / 'a.bin'} was cut off after it was mapped, which is a bus error for whoever "
        "reads on. Shared memory need not be the cause. Do not shorten a file in use: write a new one and rename it, "
        "or use CacheMode.NORMAL."
    ) in done.stderr


def test_a_worker_that_wrote_to_a_file_is_explained(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 4096)
    done = run("cut_off.py", tmp_path / "a.bin", "write", check=False)
    assert "is killed by signal: Segmentation fault" in done.stderr
    assert (
        "simple_ignite.data: a write in place to a tensor of CachedData.tensor() is a segmentation fault, since its "
        "memory is read-only; if there is one, change a clone() instead."
    ) in done.stderr
    assert (tmp_path / "a.bin").read_bytes() == bytes(range(256)) * 4096
