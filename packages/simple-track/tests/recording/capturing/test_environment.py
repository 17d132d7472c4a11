"""What is noted about command, code and machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.recording.capturing.environment import GitProbe, describe, packages
from simple_track.storage.secrets import mask_arguments


def test_secrets_on_the_command_line_are_masked():
    argv = [
        "train.py",
        "--api-key=abc",
        "--password",
        "hunter2",
        "--lr",
        "0.1",
        "token=xyz",
        "--use-token",
        "--epochs",
        "3",
    ]
    assert mask_arguments(argv) == [
        "train.py",
        "--api-key=••••",
        "--password",
        "••••",
        "--lr",
        "0.1",
        "token=••••",
        "--use-token",
        "--epochs",
        "3",
    ]


def test_passwords_in_addresses_are_masked():
    assert mask_arguments(["--db", "https://user:hunter2@host/x", "--auth", "abc"]) == [
        "--db",
        "https://••••@host/x",
        "--auth",
        "••••",
    ]


def test_the_machine_is_described():
    facts = describe()
    assert facts["pid"] == os.getpid()
    assert facts["python"].count(".") == 2
    assert facts["memory_bytes"] > 2**27
    assert facts["cpu_count"] >= 1
    assert facts["cpu"]


def test_packages_are_listed_with_their_versions():
    listed = packages()
    assert any(line.startswith("numpy==") for line in listed)
    assert listed == sorted(listed, key=str.lower) or len(listed) > 10


@pytest.fixture
def checkout(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "trunk")
    (tmp_path / "code.py").write_text("print(1)\n")
    git("add", ".")
    git("commit", "-m", "first")
    git("remote", "add", "origin", "https://user:secret@example.com/repo.git")
    return tmp_path


def test_git_tells_commit_branch_remote_and_diff(checkout):
    facts, diff = GitProbe(checkout).result()
    assert (facts["branch"], facts["dirty"], diff) == ("trunk", False, b"")
    assert len(facts["commit"]) == 40
    assert facts["remote"] == "https://example.com/repo.git"
    (checkout / "code.py").write_text("print(2)\n")
    facts, diff = GitProbe(checkout).result()
    assert facts["dirty"]
    assert b"+print(2)" in diff


def test_outside_of_a_checkout_or_without_git_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert GitProbe(tmp_path).result() == ({}, b"")
    monkeypatch.setenv("PATH", "")
    assert GitProbe(tmp_path).result() == ({}, b"")


def test_a_run_keeps_all_of_it(root, checkout, monkeypatch):
    (checkout / "code.py").write_text("print(3)\n")
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(sys, "argv", ["train.py", "--token=abc"])
    with Track.run(project="demo", system=False) as run:
        pass
    seen = Track.load(run.id)
    assert seen.environment["argv"] == ["train.py", "--token=••••"]
    assert seen.environment["git"]["branch"] == "trunk"
    assert "+print(3)" in Path(seen.dir, "files", "diff.patch").read_text()
    assert "numpy==" in Path(seen.dir, "files", "requirements.txt").read_text()
