"""How runs end: in child processes, while threads log, and beside children of git that go on."""

import contextlib
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from simple_track import RunClosedError, Track
from simple_track.recording.capturing import environment
from simple_track.recording.capturing.environment import GitProbe


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "finished"),
        (ValueError("bad batch"), "failed"),
        (SystemExit(0), "finished"),
        (SystemExit(3), "failed"),
    ],
)
def test_a_child_process_ends_the_run_that_it_forgot(root, method, error, state):
    code = f"""
        import multiprocessing, sys, warnings
        from simple_track import Track
        def forget():
            Track.run(project="child", system=False).log({{"a": 1}})
            {"raise " + repr(error) if error is not None else "pass"}
        if __name__ == "__main__":
            child = multiprocessing.get_context({method!r}).Process(target=forget)
            child.start()
            child.join()
    """
    script = root.parent / "script.py"
    script.write_text(textwrap.dedent(code))
    subprocess.run([sys.executable, script], capture_output=True, check=True, timeout=120)
    (view,) = Track.runs("child")
    assert view.state == state
    assert view.history()["a"].tolist() == [1]
    if isinstance(error, ValueError):
        assert view.error["message"] == "bad batch"
        assert "in forget" in view.error["traceback"]


def test_a_parent_does_not_end_by_its_childs_finalizers(root):
    with Track.run(project="p", system=False) as run:
        context = multiprocessing.get_context("fork")
        child = context.Process(target=run.log, args=({"b": 2},))
        child.start()
        child.join()
        run.log({"a": 1})
        assert run.state == "running"
    assert run.history().rows == 2


@pytest.mark.parametrize("value", [1, "text", 0.5])
def test_summary_and_log_agree_when_threads_log_while_the_run_ends(root, value):
    for _ in range(5):
        run, stop = Track.run(project="p", system=False), threading.Event()
        refused = []

        def spam(run=run, stop=stop, refused=refused):
            number = 0
            while not stop.is_set():
                try:
                    run.log({"n": number, "v": value})
                except RunClosedError:
                    refused.append(number)
                    return
                number += 1

        threads = [threading.Thread(target=spam) for _ in range(3)]
        [thread.start() for thread in threads]
        time.sleep(0.01)
        run.finish()
        stop.set()
        [thread.join() for thread in threads]
        view = Track.load(run.id)
        assert view.summary["n"] == view.history()["n"][-1]
        assert run.summary["n"] == view.summary["n"]
        assert run.step == view.history()["step"].max()


def test_no_run_ends_before_its_start(root, monkeypatch):
    run = Track.run(project="p", system=False)
    early = run._view.metadata.start_time - 3600
    monkeypatch.setattr("simple_track.recording.session.timestamp", lambda: early)
    run.finish()
    view = Track.load(run.id)
    assert view.end_time >= view.start_time
    assert view.duration >= 0


@pytest.fixture
def slow_git(tmp_path, monkeypatch):
    def make(script):
        path = tmp_path / "bin" / "git"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")

    return make


@pytest.mark.skipif(os.name == "nt", reason="the script is one of a Unix shell")
def test_git_is_stopped_with_its_children(slow_git, monkeypatch, tmp_path):
    slow_git(f"echo $$ >> {tmp_path}/pids; sleep 600 & echo $! >> {tmp_path}/pids; wait")
    monkeypatch.setattr(environment, "GIT_SECONDS", 0.5)
    probe = GitProbe(tmp_path)
    while not (tmp_path / "pids").exists() or len((tmp_path / "pids").read_text().split()) < 4:
        time.sleep(0.01)
    assert probe.result() == ({}, b"")
    pids = (tmp_path / "pids").read_text().split()
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):  # a process that nobody has waited for is a zombie
            while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.01)


@pytest.mark.skipif(os.name == "nt", reason="the script is one of a Unix shell")
def test_a_child_that_keeps_the_pipe_of_git_costs_nothing_of_what_git_said(slow_git, tmp_path):
    said = 'printf "c0ffee\\nmain\\n/root\\n.git\\n"'
    slow_git(f'sleep 600 & case "$*" in *rev-parse*) {said};; *) echo changed;; esac')
    facts, diff = GitProbe(tmp_path).result()
    assert facts == {"commit": "c0ffee", "branch": "main", "root": "/root", "dirty": True}
    assert diff == b"changed\n"


PRINTER = """
import os, sys
from simple_track import Track
with Track.run(project="c", system=False, console=True) as run:
    print("from Python")
    sys.stdout.flush()
    os.write(1, b"from C\\n")
    os.system("echo from a child; echo trouble >&2")
print("after")
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no tee")
def test_what_is_printed_below_python_is_shown_and_kept(root):
    done = subprocess.run([sys.executable, "-c", PRINTER], capture_output=True, text=True, check=True)
    assert done.stdout == "from Python\nfrom C\nfrom a child\nafter\n"
    assert done.stderr == "trouble\n"
    (view,) = Track.runs("c")
    kept = view.layout.console.read_text().splitlines()
    assert sorted(kept) == ["from C", "from Python", "from a child", "trouble"]
    assert [line for line in kept if line != "trouble"] == ["from Python", "from C", "from a child"]
