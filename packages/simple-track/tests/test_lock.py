"""The lock says who writes a run, and whether the writer lives."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from simple_track.lock import STALE_SECONDS, Holder, RunLock, holder_of, is_alive, last_beat, this_process


def foreign(path, **changes):
    """A lock file that a process of another machine wrote."""
    facts = {"pid": 4711, "host": "node3", "boot": "another boot"} | changes
    path.write_text(json.dumps(facts) + "\n")
    return path


def test_only_one_holds_it(tmp_path):
    one, other = RunLock(tmp_path / "run.lock"), RunLock(tmp_path / "run.lock")
    assert one.acquire()
    assert not other.acquire(patience=0.05)
    assert is_alive(tmp_path / "run.lock")
    one.release()
    assert not is_alive(tmp_path / "run.lock")
    assert other.acquire()
    other.release()


def test_a_reader_that_looks_does_not_keep_a_writer_out(tmp_path):
    path = tmp_path / "run.lock"
    RunLock(path).acquire()
    looker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from simple_track.lock import is_alive\n"
            "print('x', flush=True)\nwhile True: is_alive(Path(sys.argv[1]))",
            str(tmp_path / "other.lock"),
        ],
        stdout=subprocess.PIPE,
    )
    looker.stdout.read(1)
    try:
        for _ in range(200):
            lock = RunLock(tmp_path / "other.lock")
            assert lock.acquire()
            lock.release()
    finally:
        looker.kill()
        looker.communicate()


def test_the_holder_is_named(tmp_path):
    path = tmp_path / "run.lock"
    assert holder_of(path) is None
    lock = RunLock(path)
    lock.acquire()
    assert holder_of(path) == this_process()
    assert str(holder_of(path)) == f"process {os.getpid()} on {this_process().host}"
    lock.release()


def test_a_killed_writer_is_seen_at_once(tmp_path):
    path = tmp_path / "run.lock"
    code = (
        "import sys, time; from pathlib import Path; from simple_track.lock import RunLock\n"
        "RunLock(Path(sys.argv[1])).acquire()\nlock = RunLock(Path(sys.argv[2])); lock.acquire()\n"
        "print('x', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "unused"), str(path)], stdout=subprocess.PIPE
    )
    process.stdout.read(1)
    assert is_alive(path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not is_alive(path)


def test_a_writer_on_another_host_lives_as_long_as_its_heart_beats(tmp_path):
    path = foreign(tmp_path / "run.lock")
    now = time.time()
    os.utime(path, (now, now))
    assert is_alive(path, now + STALE_SECONDS - 5)
    assert not is_alive(path, now + STALE_SECONDS + 5)
    assert last_beat(path) == pytest.approx(now, abs=1e-3)


def test_a_writer_of_this_boot_needs_no_heartbeat(tmp_path):
    path = foreign(tmp_path / "run.lock", boot=this_process().boot)
    assert not is_alive(path)


def test_beating_moves_the_time_of_change(tmp_path):
    path = tmp_path / "run.lock"
    lock = RunLock(path)
    lock.acquire()
    os.utime(path, (1000, 1000))
    lock.beat()
    assert last_beat(path) > 1000
    lock.release()
    os.utime(path, (1000, 1000))
    lock.beat()
    assert last_beat(path) == 1000


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '{"pid": "x", "host": 1, "boot": 2}'])
def test_a_lock_file_that_says_nothing_is_a_dead_one(tmp_path, text):
    path = tmp_path / "run.lock"
    path.write_text(text)
    assert holder_of(path) in (None, Holder(1, "1", "2"))
    assert not is_alive(path)
    assert not is_alive(tmp_path / "absent")
    assert last_beat(tmp_path / "absent") is None
