"""Shell completion: the printed script, run by the shell it is for."""

from __future__ import annotations

import enum
import shutil
import subprocess
from typing import Literal

import pytest

from simple_conf import ConfError, schema
from simple_conf.completion import script, words


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


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("./train.py tr", ["train=", "train.lr=", "train.amp=true", "train.amp=false"]),
        ("python train.py kind=", ["resnet", "it's"]),
        ("python jobs/train.py --s", ["--show"]),
        ("python other.py tr", []),
        ("./train.py zzz", []),
    ],
)
def test_bash_completes(tmp_path, line, expected):
    (tmp_path / "c.bash").write_text(script("bash", "train.py", App))
    program, *rest = line.split(" ")
    go = f"""
    set -f
    source {tmp_path}/c.bash
    compopt() {{ :; }}
    COMP_LINE='{line}' COMP_POINT={len(line)} COMP_WORDS=({line}) COMP_CWORD={len(rest)}
    _train_py '{program}'
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", go], capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    assert done.stdout.split() == expected


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


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
def test_fish_completes(tmp_path):
    (tmp_path / "c.fish").write_text(script("fish", "train.py", App))
    for line, expected in [
        ("./train.py train.a", ["train.amp=false", "train.amp=true"]),
        ("python other.py train.a", []),
    ]:
        done = subprocess.run(
            ["fish", "-c", f"source {tmp_path}/c.fish; complete -C '{line}'"],
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert sorted(word for word in done.stdout.split() if word.startswith("train.a")) == expected
