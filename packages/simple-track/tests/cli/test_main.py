import json
import os
import subprocess
import sys

import pytest

from simple_track.cli.main import COMMANDS, main


def test_without_a_command_it_helps(capsys):
    assert main([]) == 0
    assert "usage: simple-track" in capsys.readouterr().out


@pytest.mark.parametrize("module", ["simple_track", "simple_track.cli"])
def test_it_runs_as_a_module(module):
    command = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()[0]) == (0, "simple-track"), done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.NAME)
def test_every_command_helps_with_an_example(command, capsys):
    assert main([command.NAME, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--json" in text
    assert f"examples:\n  simple-track {command.NAME}" in text


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["ls", "--nonsense"],
        ["show"],
        ["ls", "-n", "-1"],
        ["show", "last", "x", "--height", "0"],
        ["tail", "last", "--poll", "nan"],
        ["gc", "--older-than", "-1"],
    ],
)
def test_a_wrong_command_line_is_exit_code_two(args, capsys):
    assert main(args) == 2
    assert "usage: simple-track" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.NAME)
def test_a_store_that_is_named_has_to_be_there(command, capsys, tmp_path):
    needs = {
        "show": ["x"],
        "diff": ["x", "y"],
        "tail": ["x"],
        "query": ["select 1"],
        "export": ["x"],
        "pack": ["x"],
        "rename": ["x", "y"],
        "plot": ["x", "y"],
        "note": ["x"],
        "artifact": ["ls"],
        "registry": ["ls"],
        "lineage": ["x"],
    }
    missing = str(tmp_path / "mistyped")
    assert main([command.NAME, *needs.get(command.NAME, []), "--dir", missing]) == 1
    assert capsys.readouterr().err == (
        f"simple-track {command.NAME}: {missing}: no such folder; name the store with --dir or SIMPLE_DIR\n"
    )


def test_json_and_dir_may_stand_before_the_command(store, capsys):
    assert main(["--json", "--dir", str(store.root), "ls"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_an_error_is_one_line_and_exit_code_one(store, call):
    result = call("show", "nobody")
    assert result.code == 1
    assert result.err.count("\n") == 1


def test_even_a_fault_of_ours_is_one_line(store, call, monkeypatch):
    monkeypatch.setattr("simple_track.cli.ls.select_runs", lambda *_: 1 / 0)
    result = call("ls")
    assert (result.code, result.err) == (
        1,
        "simple-track ls: ZeroDivisionError: division by zero; see where with SIMPLE_TRACK_TRACEBACK=1\n",
    )
    monkeypatch.setenv("SIMPLE_TRACK_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        call("ls")


def test_a_closed_pipe_is_no_error(store):
    command = f"{sys.executable} -m simple_track.cli ls --dir {store.root} | head -n 1"
    out = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert out.stderr == ""
    assert out.stdout.startswith("RUN")


def test_a_terminal_without_unicode_is_no_error(store):
    command = [sys.executable, "-m", "simple_track.cli", "show", "first", "--dir", str(store.root)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert (out.returncode, out.stderr) == (0, "")
    assert "train/loss" in out.stdout


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("simple-track 0.")


def test_a_closed_output_is_said(store):
    command = f'"{sys.executable}" -m simple_track.cli ls --dir "{store.root}" >&-'
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (
        1,
        "simple-track ls: there is no standard output to write to\n",
    )
