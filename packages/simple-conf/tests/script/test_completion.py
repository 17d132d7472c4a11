"""Shell completion: the printed script, run by the shell it is for."""

from __future__ import annotations

import enum
import shutil
import subprocess
from typing import Literal

import pytest

from simple_conf import ConfError, schema
from simple_conf.script.completion import script, words
from simple_conf.sources.compose import Group


class Color(enum.Enum):
    RED = "red"


@schema
class Train:
    lr: float
    amp: bool = False


@schema
class App:
    train: Train
    kind: Literal["resnet", "it's"] = "resnet"
    color: Color = Color.RED


def test_the_words_are_keys_choices_and_options():
    assert words(App) == [
        "train=",
        "train.lr=",
        "train.amp=true",
        "train.amp=false",
        "kind=resnet",
        "kind=it's",
        "color=red",
        "--help",
        "--show",
        "--check",
        "--completion",
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_good_syntax(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    path = tmp_path / "script"
    path.write_text(script(shell, "train.py", App))
    done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


def test_zsh_and_fish_scripts_hold_every_word():
    for word in ("train.lr=", "'kind=it'\\''s'", "--show"):
        assert word in script("zsh", "train.py", App)
        assert word in script("fish", "train.py", App)


def test_other_shells_are_refused():
    with pytest.raises(ConfError, match="choose one of bash, zsh, fish"):
        script("tcsh", "train.py", App)


def test_groups_complete_their_choices_in_the_place_of_the_key():
    group = Group(("train",), ["fast", "slow"], None, None)
    assert words(App, [group])[:3] == ["train=fast", "train=slow", "train.lr="]


def test_a_script_of_any_name_is_good_syntax(tmp_path):
    for shell in filter(shutil.which, SHELLS):
        path = tmp_path / "script"
        path.write_text(script(shell, "it's my-é.py", App))
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (0, "")


SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i", "-C", "function fish_prompt; echo 'READY> '; end"],
}
PROGRAM = "#!/bin/sh\nprintf '\\nran:'\nprintf '<%s>' \"$@\"\necho\n"


@schema
class Other:
    seed: int = 0


@pytest.fixture(params=SHELLS)
def terminal(request, tmp_path):
    """A shell that one types into, with the completions of two scripts; programs print their words."""
    pexpect = pytest.importorskip("pexpect")
    if shutil.which(request.param) is None or not hasattr(pexpect, "spawn"):
        pytest.skip(f"no {request.param} here")
    (tmp_path / "bin").mkdir()
    for name in ("bin/python", "train.py", "eval.py", "other.py"):
        (tmp_path / name).write_text(PROGRAM)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "big.sdn").write_text("")
    for name, cls in (("train.py", App), ("eval.py", Other)):
        (tmp_path / f"{name}.completion").write_text(script(request.param, name, cls))
    env = {
        "PATH": f"{tmp_path / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "PS1": "READY> ",
    }
    program = shutil.which(request.param)
    size = {"dimensions": (40, 200), "encoding": "utf-8", "timeout": 20}
    shell = pexpect.spawn(program, SHELLS[request.param], env=env, cwd=str(tmp_path), **size)
    shell.expect_exact("READY> ")
    start = "autoload -Uz compinit; compinit -D -u; " if request.param == "zsh" else ""
    shell.send(f"{start}source train.py.completion; source eval.py.completion; echo so''urced\r")
    shell.expect_exact("sourced\r\n")
    shell.expect_exact("READY> ")
    yield shell
    shell.close(force=True)


def typed(shell, keys):
    """The words that a program got when a line was typed, TAB and all."""
    shell.send(f"{keys}\r")
    shell.expect(r"ran:([^\r\n]*)\r")
    words = shell.match[1]
    shell.expect_exact("READY> ")
    return words


def shown(shell, keys, *words):
    """Those of the words that stand on the screen, one after the other, when something was typed."""
    shell.send(keys)
    return [shell.after for word in words if shell.expect_exact(word) == 0]


@pytest.mark.slow
def test_a_shell_completes_what_is_typed(terminal):
    assert typed(terminal, "python train.py train.l\t3") == "<train.py><train.lr=3>"
    assert typed(terminal, "python train.py train.amp=t\tx") == "<train.py><train.amp=true><x>"
    assert typed(terminal, "python ./train.py train.lr=1 kind=r\tx") == (
        "<./train.py><train.lr=1><kind=resnet><x>"
    )
    assert typed(terminal, "./train.py kind=i\tx") == "<kind=it's><x>"
    assert typed(terminal, "python -u train.py --s\tx") == "<-u><train.py><--show><x>"
    assert typed(terminal, "python eval.py se\t1") == "<eval.py><seed=1>"
    assert typed(terminal, "python train.py conf/b\tx") == "<train.py><conf/big.sdn><x>"
    assert typed(terminal, "python train.py train.lr=conf/b\tx") == "<train.py><train.lr=conf/big.sdn><x>"
    assert typed(terminal, "python other.py oth\tx") == "<other.py><other.py><x>"
    assert typed(terminal, "python othe\tx") == "<other.py><x>"


@pytest.mark.slow
def test_a_shell_lists_what_there_is(terminal):
    assert shown(terminal, "python train.py kind=\t\t\t", "resnet") == ["resnet"]
    terminal.send("\x03")
    terminal.expect_exact("READY> ")
    words = ["train.amp=false", "train.amp=true", "train.lr="]
    assert shown(terminal, "python train.py train.\t\t", *words) == words
