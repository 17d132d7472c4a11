"""Which rank this process is, and how the ranks of a job agree on a run."""

import sys
import threading
import time
from types import SimpleNamespace

import pytest

from simple_track.errors import RunNotFoundError
from simple_track.recording.ranks import JOB_VARIABLES, RANK_VARIABLES, announce, await_run, job_key, rank
from simple_track.storage.layout import Layout
from simple_track.storage.lock import FileLock


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    for name in (*RANK_VARIABLES, *JOB_VARIABLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path)


def start(layout, run_id="one"):
    run_layout = layout.run("demo", run_id)
    run_layout.dir.mkdir(parents=True)
    lock = FileLock(run_layout.lock)
    assert lock.acquire()
    return lock


def distributed(available=True, initialized=True, number=3):
    calls = {
        "is_available": lambda: available,
        "is_initialized": lambda: initialized,
        "get_rank": lambda: number,
    }
    return SimpleNamespace(distributed=SimpleNamespace(**calls))


def test_a_single_process_is_rank_0():
    assert rank() == 0


@pytest.mark.parametrize("name", RANK_VARIABLES)
def test_a_launcher_names_the_rank(monkeypatch, name):
    monkeypatch.setenv(name, "5")
    assert rank() == 5


@pytest.mark.parametrize("text", ["", "-1", "x", "1.5"])
def test_what_is_no_rank_is_passed_over(monkeypatch, text):
    monkeypatch.setenv("RANK", text)
    monkeypatch.setenv("SLURM_PROCID", "4")
    assert rank() == 4


def test_the_first_variable_counts(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("SLURM_PROCID", "4")
    assert rank() == 1


def test_torch_outweighs_the_launcher(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setitem(sys.modules, "torch", distributed())
    assert rank() == 3


@pytest.mark.parametrize(("available", "initialized"), [(False, True), (True, False)])
def test_torch_that_is_not_set_up_does_not_count(monkeypatch, available, initialized):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setitem(sys.modules, "torch", distributed(available, initialized))
    assert rank() == 1


def test_a_job_has_one_key_and_every_other_job_another(monkeypatch):
    keys = {job_key("demo"), job_key("other")}
    for name in JOB_VARIABLES:
        monkeypatch.setenv(name, "7")
        keys.add(job_key("demo"))
        assert job_key("demo") == job_key("demo")
    assert len(keys) == 2 + len(JOB_VARIABLES)
    monkeypatch.setenv("RANK", "1")
    assert job_key("demo") in keys


def test_a_run_that_was_announced_is_found_as_long_as_it_lives(layout):
    lock = start(layout)
    announce(layout, "demo", "one")
    assert await_run(layout, "demo", patience=0) == "one"
    lock.release()
    with pytest.raises(RunNotFoundError) as caught:
        await_run(layout, "demo", patience=0)
    assert str(caught.value) == (
        f"no run of this job in {layout.runs}; "
        "rank 0 did not start one within 0 s; call Track.run(shared=True) there too"
    )


def test_the_announcement_of_another_job_is_not_seen(layout, monkeypatch):
    start(layout)
    announce(layout, "demo", "one")
    monkeypatch.setenv("MASTER_PORT", "29500")
    with pytest.raises(RunNotFoundError):
        await_run(layout, "demo", patience=0)


def test_a_later_announcement_replaces_an_earlier_one_without_waiting_for_the_disk(layout, disk):
    start(layout, "two")
    announce(layout, "demo", "one")
    announce(layout, "demo", "two")
    assert await_run(layout, "demo", patience=0) == "two"
    assert not [call for call in disk.calls if call[0] == "sync"]


def test_a_rank_waits_for_rank_0(layout):
    found = []
    waiting = threading.Thread(target=lambda: found.append(await_run(layout, "demo", patience=30)))
    waiting.start()
    time.sleep(0.2)
    assert not found
    lock = start(layout)
    announce(layout, "demo", "one")
    waiting.join(30)
    assert found == ["one"]
    lock.release()


def test_what_is_no_announcement_is_passed_over(layout):
    path = layout.rendezvous("demo", job_key("demo"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff")
    with pytest.raises(RunNotFoundError):
        await_run(layout, "demo", patience=0)
