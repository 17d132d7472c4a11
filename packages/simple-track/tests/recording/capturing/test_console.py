"""A copy of what is printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.storage.secrets import MASK


def test_what_is_printed_is_shown_and_kept(root, capsys):
    before = sys.stdout
    with Track.run(project="demo", console=True, system=False) as run:
        print("ünï", 3)
        print("trouble", file=sys.stderr)
        sys.stdout.writelines(["a\n", "b\n"])
        assert sys.stdout.encoding == before.encoding
    print("after")
    assert sys.stdout is before
    assert Path(run.dir, "files", "console.log").read_text() == "ünï 3\ntrouble\na\nb\n"
    assert capsys.readouterr().out == "ünï 3\na\nb\nafter\n"


def test_streams_that_somebody_replaced_meanwhile_are_left_alone(root, monkeypatch):
    import io

    mine = io.StringIO()
    run = Track.run(project="demo", console=True, system=False)
    kept = sys.stdout
    monkeypatch.setattr(sys, "stdout", mine)
    run.finish()
    assert sys.stdout is mine
    kept.write("late, to the copy that is closed\n")
    assert Path(run.dir, "files", "console.log").read_text() == ""


def test_without_console_nothing_is_kept(root):
    with Track.run(project="demo", system=False) as run:
        print("x")
    assert not Path(run.dir, "files", "console.log").exists()


@pytest.mark.parametrize("text", ["\udc80", "x" * 100_000])
def test_odd_and_long_texts_are_kept(root, text, monkeypatch):
    import io

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8", errors="replace"))
    with Track.run(project="demo", console=True, system=False) as run:
        sys.stdout.write(text)
    assert len(Path(run.dir, "files", "console.log").read_text()) >= len(text)


SECRETS = """
import os, sys
from simple_track import Track
with Track.run(project="c", system=False, console=True) as run:
    print("url", "https://me:hunter2@host/x")
    sys.stdout.flush()
    os.write(2, b"api_key=hunter2\\n")
    os.system("echo $DB_PASSWORD")
"""


@pytest.mark.skipif(os.name == "nt", reason="descriptors are not copied")
def test_secrets_are_shown_but_not_kept(root, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "hunter2-of-env")
    done = subprocess.run([sys.executable, "-c", SECRETS], capture_output=True, text=True, check=True)
    assert done.stdout == "url https://me:hunter2@host/x\nhunter2-of-env\n"
    assert done.stderr == "api_key=hunter2\n"
    (view,) = Track.runs("c")
    kept = Path(view.dir, "files", "console.log").read_text()
    assert sorted(kept.splitlines()) == sorted([f"url https://{MASK}@host/x", f"api_key={MASK}", MASK])


def test_secrets_in_streams_of_python_are_not_kept(root, capsys, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "hunter2-of-env")
    with Track.run(project="demo", console=True, system=False) as run:
        print("hunter2-of-", end="")
        print("env and more")
    assert capsys.readouterr().out == "hunter2-of-env and more\n"
    assert Path(run.dir, "files", "console.log").read_text() == f"{MASK} and more\n"


@pytest.mark.skipif(os.name == "nt", reason="descriptors are not copied")
@pytest.mark.parametrize(
    "broken", ["sys.executable = '/bin/false'", "sys.executable = ''", "sys.frozen = True"]
)
def test_where_no_python_can_be_started_what_python_prints_is_kept(root, broken):
    code = SECRETS.replace("with", f"{broken}\nwith", 1)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("url https://me:hunter2@host/x\n")
    (view,) = Track.runs("c")
    assert Path(view.dir, "files", "console.log").read_text() == f"url https://{MASK}@host/x\n"
