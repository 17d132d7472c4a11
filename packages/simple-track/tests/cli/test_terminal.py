import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from simple_track import Track
from simple_track.cli.terminal import Terminal, safe, show


def test_plain_tables_are_aligned():
    out = io.StringIO()
    Terminal(out).table(["NAME", "N"], [["ab", 1], ["größe", 20], ["日本", None]], right=[1])
    assert out.getvalue() == "NAME    N\nab      1\ngröße  20\n日本\n"


def test_values_are_short():
    assert [show(v) for v in (None, True, 0.1 + 0.2, 1e-9, ["a", "b"], {"a": [1]}, float("nan"))] == [
        "",
        "true",
        "0.3",
        "1e-09",
        "a, b",
        '{"a":[1]}',
        "nan",
    ]


def test_control_characters_are_shown_not_sent():
    assert safe("a\x1b[31mb\x07\u202e") == "a\\x1b[31mb\\x07\\u202e"
    assert safe("a\nb", one_line=True) == "a\\nb"
    assert safe("a\nb") == "a\nb"


def test_headers_and_titles_cannot_steer_a_terminal_either():
    out = io.StringIO()
    Terminal(out).table(["a\x1b", "b\nc"], [[1, 2]])
    Terminal(out).title("name\n\x1b[31m")
    assert out.getvalue() == "a\\x1b  b\\nc\n1      2\nname\\n\\x1b[31m\n"


def test_json_has_no_nan():
    out = io.StringIO()
    Terminal(out, json=True).document({"a": float("nan"), 1: float("inf")})
    assert json.loads(out.getvalue()) == {"a": None, "1": None}


def on_a_terminal(store, *args, columns=100, **env):
    """What a command prints when a person looks: run it with a pseudo-terminal for its output."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **env}
    environment.pop("NO_COLOR", None) if "NO_COLOR" not in env else None
    command = [sys.executable, "-m", "simple_track.cli", *args, "--dir", str(store.root)]
    process = subprocess.Popen(command, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    text = b""
    try:
        while chunk := os.read(leader, 65536):
            text += chunk
    except OSError:  # the other end is closed
        pass
    assert process.wait(timeout=60) == 0
    return text.decode().replace("\r\n", "\n")


def test_a_terminal_has_colours(store):
    pytest.importorskip("rich")
    text = on_a_terminal(store, "ls")
    assert "\x1b[32mfinished" in text
    assert "\x1b[31mfailed" in text


def test_no_color_is_heeded(store):
    pytest.importorskip("rich")
    assert not re.search(r"\x1b\[3\d", on_a_terminal(store, "ls", NO_COLOR="1"))


def test_a_narrow_terminal_does_without_some_columns(store):
    pytest.importorskip("rich")
    lines = on_a_terminal(store, "ls", columns=70).splitlines()
    assert len(lines) == 4
    assert store.third[-8:] in lines[1], "an id is shown by its last eight characters"


def test_a_long_name_does_not_break_the_lines(store, new_run):
    pytest.importorskip("rich")
    run_id = new_run(name="g" * 200)
    lines = on_a_terminal(store, "ls", columns=80, NO_COLOR="1").splitlines()
    assert len(lines) == 5
    row = re.sub(r"\x1b\[\d*m", "", lines[1])
    assert row.startswith("ggg")
    assert row.rstrip().endswith(run_id[-8:])
    assert "…" in row
    assert "finished" in row


def plain(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_a_narrow_terminal_breaks_names_not_sparklines(store, new_run):
    pytest.importorskip("rich")
    run_id = new_run(steps=200)
    with Track.run("digits", resume=run_id, dir=store.root, system=False) as run:
        run.log({"a/name/that/is/longer/than/a/narrow/terminal/has/place/for": 1})
    lines = plain(on_a_terminal(store, "show", run_id, columns=80)).splitlines()
    row = next(line for line in lines if line.startswith("train/loss"))
    assert row.rstrip().endswith("▁" * 4)
    assert sum("▁" in line for line in lines) == 3  # one line a metric


def test_chosen_columns_stay_on_a_narrow_terminal(store):
    pytest.importorskip("rich")
    text = on_a_terminal(store, "ls", "-c", "config.train.lr", "-c", "config.train.optimizer", columns=80)
    lines = plain(text).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert {"config.train.lr", "…train.optimizer"} <= set(lines[0].split())
    assert {"second", "0.2", "adam", store.second[-8:]} <= set(lines[2].split())


def test_without_rich_it_is_plain(store):
    code = "import sys; sys.modules['rich'] = None; from simple_track.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "ls", "--dir", str(store.root)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "\x1b" not in out.stdout
    assert store.first in out.stdout


def test_long_work_shows_a_bar_on_a_terminal_only(store):
    pytest.importorskip("rich")
    assert "packing" in on_a_terminal(store, "pack", "--all")
    out = io.StringIO()
    assert list(Terminal(out).progress([1, 2], "working")) == [1, 2]
    assert out.getvalue() == ""
