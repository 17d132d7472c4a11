"""A copy of what is printed."""

import sys
from pathlib import Path

import pytest

from simple_track import Track


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
