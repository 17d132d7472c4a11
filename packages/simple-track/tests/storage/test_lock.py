"""The lock says who writes a run, and whether the writer lives."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simple_track import RunBusyError, Track
from simple_track.storage.lock import (
    STALE_SECONDS,
    FileLock,
    Holder,
    holder_of,
    is_alive,
    last_heartbeat,
    this_process,
)


def foreign(path, **changes):
    """A lock file that a process of another machine wrote."""
    facts = {"pid": 4711, "host": "node3", "boot": "another boot"} | changes
    path.write_text(json.dumps(facts) + "\n")
    return path


def test_only_one_holds_it(tmp_path):
    one, other = FileLock(tmp_path / "run.lock"), FileLock(tmp_path / "run.lock")
    assert one.acquire()
    assert not other.acquire(patience=0.05)
    assert is_alive(tmp_path / "run.lock")
    one.release()
    assert not is_alive(tmp_path / "run.lock")
    assert other.acquire()
    other.release()


def test_a_reader_that_looks_does_not_keep_a_writer_out(tmp_path):
    path = tmp_path / "run.lock"
    FileLock(path).acquire()
    looker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from simple_track.storage.lock import is_alive\n"
            "print('x', flush=True)\nwhile True: is_alive(Path(sys.argv[1]))",
            str(tmp_path / "other.lock"),
        ],
        stdout=subprocess.PIPE,
    )
    looker.stdout.read(1)
    try:
        for _ in range(200):
            lock = FileLock(tmp_path / "other.lock")
            assert lock.acquire()
            lock.release()
    finally:
        looker.kill()
        looker.communicate()


def test_the_holder_is_named(tmp_path):
    path = tmp_path / "run.lock"
    assert holder_of(path) is None
    lock = FileLock(path)
    lock.acquire()
    assert holder_of(path) == this_process()
    assert str(holder_of(path)) == f"process {os.getpid()} on {this_process().host}"
    lock.release()


def test_a_killed_writer_is_seen_at_once(tmp_path):
    path = tmp_path / "run.lock"
    code = (
        "import sys, time; from pathlib import Path; from simple_track.storage.lock import FileLock\n"
        "FileLock(Path(sys.argv[1])).acquire()\nlock = FileLock(Path(sys.argv[2])); lock.acquire()\n"
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
    assert last_heartbeat(path) == pytest.approx(now, abs=1e-3)


def test_a_writer_of_this_boot_needs_no_heartbeat(tmp_path):
    path = foreign(tmp_path / "run.lock", boot=this_process().boot)
    assert not is_alive(path)


def test_beating_moves_the_time_of_change(tmp_path):
    path = tmp_path / "run.lock"
    lock = FileLock(path)
    lock.acquire()
    os.utime(path, (1000, 1000))
    lock.heartbeat()
    assert last_heartbeat(path) > 1000
    lock.release()
    os.utime(path, (1000, 1000))
    lock.heartbeat()
    assert last_heartbeat(path) == 1000


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '{"pid": "x", "host": 1, "boot": 2}'])
def test_a_lock_file_that_says_nothing_is_a_dead_one(tmp_path, text):
    path = tmp_path / "run.lock"
    path.write_text(text)
    assert holder_of(path) in (None, Holder(1, "1", "2"))
    assert not is_alive(path)
    assert not is_alive(tmp_path / "absent")
    assert last_heartbeat(tmp_path / "absent") is None


class Elsewhere:
    """Runs processes as on another host: another name, another kernel's mark, and a view of a folder in which
    the locks of this host are not to be seen, as on many network file systems.

    Args:
        tmp_path: For the files of this.
        folder: What both hosts see; there it is at `view`.
    """

    def __init__(self, tmp_path, folder):
        self.view = tmp_path / "view"
        empty, boot = tmp_path / "empty", tmp_path / "boot"
        for path in (self.view, empty, folder):
            path.mkdir(exist_ok=True)
        boot.write_text("11111111-2222-3333-4444-555555555555\n")
        self._setup = f"""
            set -e
            hostname elsewhere
            mount --bind {boot} /proc/sys/kernel/random/boot_id
            mount -t overlay overlay -o lowerdir={folder}:{empty} {self.view}
            exec "$@"
        """

    def start(self, *command):
        namespaces = ["unshare", "--uts", "--mount", "--propagation", "private"]
        whole = [*namespaces, "sh", "-c", textwrap.dedent(self._setup), "sh", *command]
        return subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def state(self, run_id):
        code = "import sys; from simple_track import Track as T; print(T.load(*sys.argv[1:]).state)"
        out, err = self.start(sys.executable, "-c", code, run_id, str(self.view)).communicate(timeout=60)
        return out.strip() or err


@pytest.fixture
def elsewhere(tmp_path, root):
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare")
    host = Elsewhere(tmp_path, root)
    out, err = host.start("uname", "-n").communicate(timeout=60)
    if out != "elsewhere\n":
        pytest.skip(f"no namespaces or no overlays here: {err}")
    return host


WRITER = """
import sys, time
from simple_track import Track
run = Track.run("demo", dir=sys.argv[1], system=False)
print(run.id, flush=True)
while True:
    run.log({"x": 1})
    time.sleep(0.1)
"""


def silent_for(seconds, run_id):
    """Make the lock file look as if the writer had not shown itself for so long."""
    then = time.time() - seconds
    os.utime(Path(Track.load(run_id).dir, "run.lock"), (then, then))


@pytest.mark.slow
def test_from_another_host_the_heartbeat_tells(elsewhere, root):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True)
    try:
        run_id = writer.stdout.readline().strip()
        assert elsewhere.state(run_id) == Track.load(run_id).state == "running"
        writer.send_signal(signal.SIGSTOP)
        silent_for(STALE_SECONDS + 5, run_id)
        assert elsewhere.state(run_id) == "crashed"
        assert Track.load(run_id).state == "running"  # its lock is held, and to be seen here
        writer.send_signal(signal.SIGCONT)
        end = time.monotonic() + 30
        while elsewhere.state(run_id) != "running" and time.monotonic() < end:
            time.sleep(0.5)
        assert elsewhere.state(run_id) == "running"
        writer.kill()
        writer.wait()
        assert Track.load(run_id).state == "crashed"  # at once
        assert elsewhere.state(run_id) == "running"  # which may be, as far as can be told there
        silent_for(STALE_SECONDS + 5, run_id)
        assert elsewhere.state(run_id) == "crashed"
    finally:
        writer.kill()
        writer.communicate()


@pytest.mark.slow
def test_a_run_of_another_host_is_continued_only_when_its_heart_has_stopped(elsewhere, root):
    writer = elsewhere.start(sys.executable, "-c", WRITER, str(root))
    run_id = writer.stdout.readline().strip()
    assert Track.load(run_id).state == "running"
    writer.kill()
    writer.communicate()
    assert holder_of(Path(Track.load(run_id).dir, "run.lock")).host == "elsewhere"
    assert Track.load(run_id).state == "running"
    with pytest.raises(RunBusyError, match=r"process \d+ on elsewhere"):
        Track.run("demo", resume=run_id, system=False)
    silent_for(STALE_SECONDS + 5, run_id)
    assert Track.load(run_id).state == "crashed"
    with Track.run("demo", resume=run_id, system=False) as run:
        run.log({"x": 2})
    assert Track.load(run_id).state == "finished"
    assert Track.load(run_id).history()["x"][-1] == 2
