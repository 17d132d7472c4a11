"""One file in several processes: in memory once, and what happens when it is cut off."""

import faulthandler
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from simple_ignite.data import CachedData

SCRIPT = Path(__file__).parents[1] / "scripts/shared_mapping.py"
MIB = 1 << 20

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="needs the /proc of Linux"
)


@pytest.fixture
def path(tmp_path):
    content = np.random.default_rng(0).integers(0, 256, 120 * MIB, np.uint8)
    content.tofile(tmp_path / "a.bin")
    return tmp_path / "a.bin"


def check(answers, path, mode):
    """Private memory does not grow, and each process has its share of one copy, not a copy."""
    total = int(np.fromfile(path, np.uint8)[::4096].sum())
    assert [each["total"] for each in answers] == [total] * 3
    for answer in answers:  # in KiB
        assert answer["anonymous"] < 8 * 1024
        if mode == "mmap":
            assert answer["file"] >= 120 * 1024
    libraries = 120 * 1024
    assert sum(each["share"] for each in answers) < 120 * 1024 + libraries


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("mode", ["mmap", "normal"])
def test_the_pages_of_a_file_are_in_memory_once_after_a_fork(path, mode):
    specification = importlib.util.spec_from_file_location("shared_mapping", SCRIPT)
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    check(script.measure("fork", path, mode), path, mode)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_the_pages_of_a_file_are_in_memory_once_in_processes_of_their_own(path, method):
    command = [sys.executable, SCRIPT, method, path, "mmap"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    check(json.loads(done.stdout), path, "mmap")


# Workers that die.


class Held(Dataset):
    """Reads on from a view that was taken before the file was cut off, which nothing can notice in time."""

    def __init__(self, path):
        self.path = path
        self.view = CachedData(path).tensor("uint8", (4, -1))

    def __len__(self):
        return 4

    def __getitem__(self, index):
        faulthandler.disable()
        os.truncate(self.path, 4096)
        return self.view[index].clone()


class Written(Held):
    """Writes to what is read-only."""

    def __getitem__(self, index):
        faulthandler.disable()
        return self.view[index].add_(1)


def death(dataset):
    """Return the error that says how the worker of a DataLoader died; torch raises another from it."""
    with pytest.raises(RuntimeError) as caught:
        list(DataLoader(dataset, 1, num_workers=1))
    return caught.value if "killed by signal" in str(caught.value) else caught.value.__cause__


@pytest.fixture
def small(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 4096)
    return tmp_path / "a.bin"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_worker_that_read_on_after_the_cut_is_explained(small):
    error = death(Held(small))
    assert "is killed by signal: Bus error" in str(error)
    assert error.__notes__ == [
        f"simple_ignite.data: {small} was cut off after it was mapped, which is a bus error for whoever "
        "reads on. Shared memory need not be the cause. Do not shorten a file in use: "
        "write a new one and rename it, or use CacheMode.NORMAL."
    ]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_worker_that_wrote_to_a_file_is_explained(small):
    error = death(Written(small))
    assert "is killed by signal: Segmentation fault" in str(error)
    assert error.__notes__ == [
        "simple_ignite.data: a write in place to a tensor of CachedData.tensor() is a segmentation fault, "
        "since its memory is read-only; if there is one, change a clone() instead."
    ]
    assert small.read_bytes() == bytes(range(256)) * 4096
