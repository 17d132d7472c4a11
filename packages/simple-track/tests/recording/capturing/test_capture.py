"""What a run runs on is gathered while training goes on, and a killed run still tells what was known."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.recording.capturing.capture import Capture
from simple_track.storage.layout import Layout


def test_what_is_begun_is_gathered_or_let_go(root):
    place = Layout(root).run("demo", "one")
    place.files.mkdir(parents=True)
    capture = Capture(place)
    assert capture.describe()["pid"] == os.getpid()
    assert capture.gather().keys() <= {"git", "gpus"}
    assert "attrs==" in place.requirements.read_text()
    Capture(place).abandon()  # a process that is left behind would be a ResourceWarning, an error here


def test_the_checkout_is_noted_while_the_run_goes_on(root, tmp_path):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-b", "trunk"], ["commit", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)
    with Track.run("demo", system=False) as run:
        end = time.monotonic() + 30
        while "git" not in Track.load(run.id).environment and time.monotonic() < end:
            time.sleep(0.01)
        assert Track.load(run.id).environment["git"]["branch"] == "trunk"
        assert Track.load(run.id).state == "running"


@pytest.mark.parametrize("wait", [0, 1.0], ids=["at once", "later"])
def test_a_run_that_is_killed_tells_what_was_known(root, wait):
    code = f"""
        import os, signal, time
        from simple_track import Track
        run = Track.run("demo", config={{"lr": 0.1}}, system=False)
        time.sleep({wait})
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    (seen,) = Track.runs("demo")
    assert (seen.state, seen.config) == ("crashed", {"lr": 0.1})
    assert seen.environment["argv"] == ["-c"]
    assert seen.environment["cpu_count"] == os.cpu_count()
    assert Path(seen.dir, "files", "requirements.txt").exists()


def test_a_git_that_does_not_answer_holds_up_neither_start_nor_end_for_long(root, tmp_path, monkeypatch):
    monkeypatch.setattr("simple_track.recording.capturing.environment.GIT_SECONDS", 0.5)
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    before = time.monotonic()
    with Track.run("demo", system=False) as run:
        started = time.monotonic() - before
    assert started < 0.5
    assert time.monotonic() - before < 10
    assert "git" not in Track.load(run.id).environment


def test_the_files_of_a_capture_are_on_disk_when_it_has_gathered(root, tmp_path, disk):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    (tmp_path / "a.txt").write_text("old\n")
    for arguments in (["init", "-b", "trunk"], ["add", "a.txt"], ["commit", "-m", "first"]):
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "a.txt").write_text("new\n")
    run_layout = Layout(root).run("demo", "one")
    run_layout.files.mkdir(parents=True)
    capture = Capture(run_layout)
    capture.describe()
    assert disk.calls == [("name", str(run_layout.requirements))]  # the start does not wait for the disk
    facts = capture.gather()
    assert facts["git"]["dirty"]
    assert disk.is_synced(run_layout.requirements)
    assert disk.survives_power_loss(run_layout.diff)
    assert b"+new" in run_layout.diff.read_bytes()
    assert run_layout.requirements.read_text().endswith("\n")
