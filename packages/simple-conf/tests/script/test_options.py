"""Words with dashes on a script's command line: options, and what others were meant to be."""

from __future__ import annotations

import textwrap
from typing import Literal

import pytest

from simple_conf import Conf, OverrideError, schema
from simple_conf.script.options import first_option


@schema
class Train:
    lr: float
    batch_size: int = 32
    amp: bool = False


@schema
class Sgd:
    type: Literal["sgd"]
    lr: float = 0.1
    momentum: float = 0.0


@schema
class Adam:
    type: Literal["adam"]
    eps: float = 1e-8


@schema
class App:
    train: Train
    optim: Sgd | Adam
    seed: int = 0


def refusal(*words):
    """What a command line with a wrong option is told."""
    with pytest.raises(OverrideError) as caught:
        first_option(words, App)
    return str(caught.value)


def test_the_first_option_is_found_among_the_words():
    assert first_option(["a.sdn", "train.lr=-3", "--show", "--check"], App) == "--show"
    assert first_option(["-h"], App) == "-h"
    assert first_option(["--completion=zsh"], App) == "--completion=zsh"
    assert first_option(["-", "~train.lr", "+seed=1"], App) is None


def test_an_override_written_as_an_option_says_how_to_write_it():
    assert refusal("a=1", "--seed", "3") == textwrap.dedent("""\
        command line: there is no option --seed; an override is written key=value, without dashes
          --seed 3
          ^
          hint: did you mean seed=3?""")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--train.lr=0.3"], "did you mean train.lr=0.3?"),
        (["--lr", "0.3"], "did you mean train.lr=0.3 or optim.lr=0.3?"),
        (["--lr", "-3"], "did you mean train.lr=-3 or optim.lr=-3?"),
        (["--batch-size=8"], "did you mean train.batch_size=8?"),
        (["--momentun", "0.9"], "did you mean optim.momentum=0.9?"),
        (["--amp"], "did you mean train.amp=true?"),
        (["--no-amp"], "did you mean train.amp=false?"),
        (["--seed"], "did you mean seed=…?"),
        (["--seed", "a=1"], "did you mean seed=…?"),
        (["--config", "a.yaml"], "name the config file first, without an option: a.yaml"),
        (["--gpus", "2"], "options: --help, --show, --check, --completion; --help lists the keys"),
        (["--hlep"], "did you mean --help?"),
        (["--shw", "seed=1"], "did you mean --show?"),
        (["--show", "-x"], "options: --help, --show, --check, --completion; --help lists the keys"),
    ],
)
def test_the_hint_names_what_was_meant(words, hint):
    assert refusal(*words).split("hint: ")[1] == hint


def test_a_schema_without_keys_gets_a_hint_all_the_same():
    with pytest.raises(OverrideError, match="options: --help"):
        first_option(["--lr", "3"], dict)


def test_cli_prints_what_an_option_asks_for_and_exits(capsys):
    with pytest.raises(SystemExit) as caught:
        Conf.cli(App, ["--show", "seed=3"])
    assert caught.value.code == 0
    assert "seed: 3  # command line: seed=3" in capsys.readouterr().out
    with pytest.raises(OverrideError, match="did you mean seed=3"):
        Conf.cli(App, ["--seed", "3"])
