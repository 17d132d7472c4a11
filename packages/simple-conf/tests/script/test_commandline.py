"""A script's command line, run as a user runs it: in a process of its own."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import textwrap
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, ConfError, Secret, schema

SCRIPT = '''
from __future__ import annotations

from typing import Literal

from simple_conf import Conf, schema, validate


@schema
class Train:
    epochs: int
    """How often to go through the data."""
    lr: float = 0.1
    out: str = "runs"


@schema
class Model:
    type: Literal["resnet", "vgg"]
    layers: list[int] = []
    dropout: float = 0.1
    """Drop probability."""

    @validate
    def check_dropout(self):
        assert 0 <= self.dropout <= 1, "dropout must be in [0, 1]"


@schema
class AppCfg:
    train: Train
    model: Model


@Conf.main(AppCfg, config="config.sdn")
def main(cfg: AppCfg) -> None:
    print(cfg.train.epochs, cfg.train.lr, cfg.train.out, cfg.model)
    if cfg.train.epochs == 99:
        raise KeyboardInterrupt
    if cfg.train.epochs == 98:
        raise RuntimeError("broken")


if __name__ == "__main__":
    main()
'''

CONFIG = """\
train:
    epochs: 10
    lr = 1e-3
    out: runs/${model.type}-${train.epochs}
model:
    type: resnet
    layers: [1, 2]
"""


@pytest.fixture
def run(tmp_path):
    """Runs the script with some words and returns its exit status, standard output and standard error."""
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "train.py").write_text(SCRIPT)
    (tmp_path / "job" / "config.sdn").write_text(CONFIG)

    def go(*words, cwd="job"):
        script = "train.py" if cwd == "job" else "job/train.py"
        done = subprocess.run(
            [sys.executable, script, *words], capture_output=True, text=True, cwd=tmp_path / cwd, timeout=60
        )
        return done.returncode, done.stdout, done.stderr

    return go


def test_the_file_beside_the_script_is_found_from_anywhere(run):
    expected = (0, "10 0.001 runs/resnet-10 Model(type='resnet', layers=[1, 2], dropout=0.1)\n", "")
    assert run() == expected
    assert run(cwd=".") == expected


def test_overrides_reach_every_reference(run):
    code, out, _ = run("train.epochs=3", "train.lr=0.01", "model.type=vgg")
    assert code == 0
    assert out.startswith("3 0.01 runs/vgg-3 ")


def test_another_file_may_be_named_first(run, tmp_path):
    (tmp_path / "job" / "small.sdn").write_text("extends: config.sdn\ntrain:\n    epochs: 1\n")
    code, out, _ = run("small.sdn", "train.lr=2")
    assert code == 0
    assert out.startswith("1 2.0 runs/resnet-1")


MISTAKES = [
    (
        ["train.epocs=3"],
        """\
        command line: unknown key 'epocs'
          train.epocs=3
                ^
          hint: did you mean 'epochs'?
        """,
    ),
    (
        ["train.epochs=abc"],
        """\
        command line: expected int, got text 'abc'
          train.epochs=abc
                       ^
        """,
    ),
    (
        ["train.lr=[1"],
        """\
        command line: unclosed [
          train.lr=[1
                   ^
          hint: close it with ]
        """,
    ),
    (
        ["other.sdn"],
        """\
        there is no file other.sdn in …
          hint: known: config.sdn
        """,
    ),
    (
        ["confg.sdn"],
        """\
        there is no file confg.sdn in …
          hint: did you mean 'config.sdn'?
        """,
    ),
    (
        ["model.dropout=2"],
        """\
        command line: dropout must be in [0, 1]
          model.dropout=2
                        ^
        """,
    ),
    (
        ["train.lr"],
        """\
        command line: an override needs '=': key=value
          train.lr
                  ^
        """,
    ),
    (
        ["train.epochs=1", "--lr", "0.3"],
        """\
        command line: there is no option --lr; an override is written key=value, without dashes
          --lr 0.3
          ^
          hint: did you mean train.lr=0.3?
        """,
    ),
    (
        ["train.lr", "0.3"],
        """\
        command line: an override needs '=': key=value
          train.lr
                  ^
          hint: write train.lr=0.3
        """,
    ),
    (
        ["train.lr:", "0.3"],
        """\
        command line: an override needs '=': key=value
          train.lr:
                   ^
          hint: write train.lr=0.3
        """,
    ),
    (
        ["train.out: my runs"],
        """\
        command line: an override needs '=': key=value
          train.out: my runs
                            ^
          hint: write 'train.out=my runs'
        """,
    ),
    (
        ["config.sdn", "more.sdn"],
        """\
        command line: an override needs '=': key=value
          more.sdn
                  ^
          hint: a config file comes first; to lay this one over it, write @more.sdn
        """,
    ),
    (
        ["@more.sdn"],
        """\
        command line: there is no file more.sdn in …
          @more.sdn
           ^
          hint: known: config.sdn
        """,
    ),
    (
        ["~train.epochs"],
        """\
        command line: this key is required: int; this override deletes it
          ~train.epochs
                 ^
          hint: leave ~train.epochs away, or give train.epochs another value: train.epochs=…
        error: config.sdn:4:10: train.out: ${train.epochs}: there is no 'train.epochs'
          4 |     out: runs/${model.type}-${train.epochs}
            |          ^
          hint: it was deleted: command line: ~train.epochs
        """,
    ),
    (
        ["+train.new=1"],
        """\
        command line: unknown key 'new': '+' adds it to the config, but the schema \
Train has no such field
          +train.new=1
                 ^
          hint: known: epochs, lr, out; a new key needs a field in Train
        """,
    ),
    (
        ["lr=0.3"],
        """\
        command line: unknown key 'lr'
          lr=0.3
          ^
          hint: did you mean 'train.lr'?
        """,
    ),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_gives_one_message_and_exit_2(run, words, message):
    status, out, err = run(*words)
    shown = re.sub(r"(no file \S+ in) \S+", r"\1 …", err)
    assert (status, out, shown) == (2, "", f"error: {textwrap.dedent(message)}")


def test_a_typo_in_the_file_is_shown_where_it_stands(run, tmp_path):
    (tmp_path / "job" / "bad.sdn").write_text(
        "train:\n    epocs: 10\nmodel:\n    type: resnet\n    dropout: high\n"
    )
    code, out, err = run("bad.sdn")
    assert (code, out) == (2, "")
    assert err == textwrap.dedent("""\
        error: bad.sdn:2:5: train.epocs: unknown key 'epocs'
          2 |     epocs: 10
            |     ^
          hint: did you mean 'epochs'?
        error: bad.sdn:1:1: train.epochs: this key is required: int
          1 | train:
            | ^
        error: bad.sdn:5:14: model.dropout: expected float, got text 'high'
          5 |     dropout: high
            |              ^
        """)


def test_interrupting_the_function_ends_with_one_line(run):
    code, _, err = run("train.epochs=99")
    assert (code, err) == (130, "interrupted\n")


def test_an_error_of_the_users_own_keeps_its_traceback(run):
    code, _, err = run("train.epochs=98")
    assert code == 1
    assert "Traceback" in err
    assert "RuntimeError: broken" in err


def test_help_shows_types_defaults_help_and_what_is_set_where(run):
    code, out, err = run("--help", "train.epochs=3")
    assert (code, err) == (0, "")
    assert out.startswith(
        textwrap.dedent("""\
        usage: train.py [FILE] [overrides…]

        keys:
          train.epochs: int   (now 3, command line: train.epochs=3)
              How often to go through the data.
          train.lr: float = 0.1   (now 0.001, config.sdn:3:10)
          train.out: str = runs   (now runs/resnet-3, config.sdn:4:10)
          model.type: one of "resnet", "vgg"   (now resnet, config.sdn:6:11)
          model.layers: list[int] = []   (now [1, 2], config.sdn:7:13)
          model.dropout: float = 0.1
              Drop probability.

        overrides:
        """)
    )


def test_a_command_that_is_installed_goes_by_its_own_name(run, tmp_path):
    (tmp_path / "job" / "my-train").write_text("from train import main\n\nmain()\n")
    done = subprocess.run(
        [sys.executable, "job/my-train", "--help"], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.stdout.startswith("usage: my-train [FILE] [overrides…]\n")
    assert "(now 10, " in done.stdout
    done = subprocess.run(
        [sys.executable, "job/my-train", "--completion", "bash"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert "\ncomplete -o default -F _simple_conf_my_train my-train\n" in done.stdout


def test_a_script_without_a_file_says_that_there_is_none(run, tmp_path):
    script = (tmp_path / "job" / "train.py").read_text().replace(', config="config.sdn"', "")
    (tmp_path / "job" / "train.py").write_text(script)
    expected = "error: command line: no config file: train: this key is required: Train\n"
    assert run("model.type=vgg") == (2, "", expected)
    assert run("model.type=vgg", "train.epochs=3")[0] == 0


def test_help_works_where_the_config_does_not(run, tmp_path):
    (tmp_path / "job" / "config.sdn").write_text("train: [1\n")
    code, out, _ = run("--help")
    assert code == 0
    assert "the config cannot be read:\n  config.sdn:1:8: unclosed [" in out
    assert "  train.epochs: int   (required)" in out


def test_show_prints_the_config_with_origins(run):
    code, out, _ = run("--show", "train.lr=2", "model.type=???")
    assert code == 0
    assert out == textwrap.dedent("""\
        train:
            epochs: 10  # config.sdn:2:13
            lr: 2  # command line: train.lr=2
            out: runs/${model.type}-${train.epochs}  # this value must be filled in (it is ???)
        model:
            type: ???  # command line: model.type=???
            layers: [1, 2]  # config.sdn:7:13
            dropout: 0.1  # default of Model.dropout, train.py:21
        """)


def test_show_shows_what_is_absent_and_the_whole_loads_back(run, tmp_path):
    (tmp_path / "job" / "config.sdn").write_text("train:\n    epochs: 3\nmodel:\n    type: vgg\n")
    code, out, _ = run("--show", "~model.type")
    assert code == 0
    assert out == textwrap.dedent("""\
        train:
            epochs: 3  # config.sdn:2:13
            lr: 0.1  # default of Train.lr, train.py:13
            out: runs  # default of Train.out, train.py:14
        model:
            layers: []  # default of Model.layers, train.py:20
            dropout: 0.1  # default of Model.dropout, train.py:21
            type: ???  # required by Model: one of "resnet", "vgg"
        """)
    (tmp_path / "job" / "whole.sdn").write_text(run("--show")[1])
    assert run("whole.sdn") == run()


def test_help_lists_the_config_groups_with_their_choices(run, tmp_path):
    for choice in ("small", "big"):
        (tmp_path / "job" / "model").mkdir(exist_ok=True)
        (tmp_path / "job" / "model" / f"{choice}.sdn").write_text("type: vgg\n")
    title = "\n\nconfig groups (key=choice takes the file of that name):\n"
    assert run("--help")[1].split(title)[1].startswith("  model: big, small\n\noverrides:")
    code, out, _ = run("--help", "model=big")
    assert code == 0
    assert "  model: big, small   (now big, command line: model=big)\n" in out
    (tmp_path / "job" / "config.sdn").write_text("train:\n    epochs: 3\nmodel: small\n")
    assert "  model: big, small   (now small, config.sdn:3:8)\n" in run("--help")[1]
    assert "  model: big, small\n" in run("--help", "model=none")[1]
    assert "  model: big, small\n" in run("--help", "@none.sdn")[1]
    assert "model=big\nmodel=small\n" in run("--completion", "bash")[1]


def test_check_says_whether_the_config_is_fine(run):
    assert run("--check") == (0, "the config is fine\n", "")
    code, out, err = run("--check", "train.epochs=x")
    assert (code, out) == (2, "")
    assert err.startswith("error: command line: expected int")


def test_completion_prints_a_script(run):
    code, out, _ = run("--completion", "bash")
    assert code == 0
    assert "model.type=resnet" in out
    code, _, err = run("--completion", "csh")
    assert (code, err) == (2, "error: there is no completion for 'csh'; choose one of bash, zsh, fish\n")
    needed = "error: --completion needs the name of a shell: --completion bash, zsh or fish\n"
    assert run("--completion") == (2, "", needed)


def test_an_unknown_option_is_one_message(run):
    assert run("--hlep") == (2, "", "error: there is no option --hlep\n  hint: did you mean --help?\n")


def test_a_group_may_be_chosen_on_the_command_line(run, tmp_path):
    (tmp_path / "job" / "model").mkdir()
    (tmp_path / "job" / "model" / "big.sdn").write_text("type: vgg\nlayers: [9]\n")
    code, out, _ = run("model=big", "model.dropout=0.5")
    assert code == 0
    assert "Model(type='vgg', layers=[9], dropout=0.5)" in out


def test_an_override_with_dashes_says_how_to_write_it(run):
    assert run("--train.epochs=3") == (
        2,
        "",
        "error: command line: there is no option --train.epochs; an override is written "
        "key=value, without dashes\n  --train.epochs=3\n  ^\n  hint: did you mean train.epochs=3?\n",
    )


def test_help_prints_on_a_terminal_that_knows_few_letters(run, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: train.py [FILE] [overrides?]")
    assert run("trian.epochs=é")[0] == 2


PIECES = [
    *".=+~@-[]{}:,\"'#|\\() \0\né",
    *("..", "+=", "--", "[0]", "[-9]", "${", "$${", "???", "null", "3", "0.5", "1e", "env:X", "get:"),
    *("kind", "lr", "tags", "more", "token", "x", "config.sdn", "help", "show", "check", "bash"),
]


@schema
class Small:
    kind: Literal["a", "b"] = "a"
    lr: float = 0.1
    tags: list[str] = []
    more: dict[str, int] = {}
    token: Secret[str] = Secret("")


WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_whatever_is_written_gives_a_config_or_an_error_of_ours(words):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(ConfError, SystemExit):
        assert Conf.cli(Small, words).kind in ("a", "b")


def test_wrong_calls_say_how_to_call():
    with pytest.raises(TypeError, match=r"write @Conf\.main\(AppCfg\) above the function"):
        Conf.main(lambda cfg: cfg)
    with pytest.raises(TypeError, match="a command line is a list of words"):
        Conf.cli(dict, "train.lr=3")
    with pytest.raises(TypeError, match="overrides are a list of texts"):
        Conf.parse_dotlist({"train.lr": 3})
