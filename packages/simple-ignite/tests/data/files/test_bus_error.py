"""Notes for workers that died of an access to a mapped file."""

import gc
import os

import pytest
import torch.utils.data._utils.signal_handling as torch_signals

from simple_ignite.data import CachedData
from simple_ignite.data.files.bus_error import WorkerCheck

BUS = "DataLoader worker (pid 5) is killed by signal: Bus error. It is possible that dataloader's workers are"


def dying(message):
    def check():
        raise RuntimeError(message)

    return WorkerCheck(check)


def notes(message):
    with pytest.raises(RuntimeError, match=r"^DataLoader worker") as caught:
        dying(message)()
    return getattr(caught.value, "__notes__", [])


@pytest.fixture
def mapped(tmp_path):
    """Four mapped files a, b, c, d."""
    gc.collect()
    for name in "abcd":
        (tmp_path / name).write_bytes(bytes(8192))
    return [CachedData(tmp_path / name) for name in "abcd"]


def test_torchs_check_is_wrapped_once(mapped):
    check = torch_signals._error_if_any_worker_fails
    assert isinstance(check, WorkerCheck)
    assert not isinstance(check.check, WorkerCheck)
    check()


def test_files_that_were_cut_off_are_named(mapped):
    os.truncate(mapped[1].path, 5)
    (note,) = notes(BUS)
    assert note.startswith(f"simple_ignite.data: {mapped[1].path} was cut off after it was mapped")
    for data in mapped:
        os.truncate(data.path, 5)
    (note,) = notes(BUS)
    assert f"{mapped[2].path} and 1 more was cut off" in note


def test_files_that_are_whole_by_now_are_named_as_a_possibility(mapped):
    (note,) = notes(BUS)
    assert "the workers also read mapped files (" in note
    assert "if one of them was cut off, reading on is a bus error" in note


@pytest.mark.parametrize(
    "message", ["DataLoader worker (pid 5) is killed by signal: Killed.", "DataLoader worker 5 exited"]
)
def test_other_deaths_have_no_note(mapped, message):
    assert notes(message) == []


def test_without_mapped_files_there_is_no_note(mapped):
    mapped.clear()
    gc.collect()
    assert notes(BUS) == []
    assert notes("DataLoader worker (pid 5) is killed by signal: Segmentation fault.") == []
