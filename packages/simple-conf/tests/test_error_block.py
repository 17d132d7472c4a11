"""What a command line prints of an error: each thing once, in colour on a terminal only."""

import io
import os
import pickle
import subprocess
import sys

import pexpect
import pytest

from simple_conf import Conf, ConfError, ConfigNotFoundError, ValidationError, schema
from simple_conf.error_block import error_block, print_error, shows_color


@schema
class Train:
    epochs: int
    lr: float
    name: str = ""


@schema
class App:
    train: Train


def failure(*words, text="train:\n  name: x\n"):
    with pytest.raises(ConfError) as caught:
        Conf.validate(App, Conf.merge(Conf.parse_sdn(text, "c.sdn"), Conf.parse_dotlist(words)))
    return caught.value


def test_each_thing_that_is_wrong_has_a_label_and_a_shared_excerpt_comes_once():
    assert error_block(failure("train.nme=x")) == (
        "error: command line: unknown key 'nme'\n"
        "  train.nme=x\n"
        "        ^\n"
        "  hint: did you mean 'name'?\n"
        "error: c.sdn:1:1: train.epochs: this key is required: int\n"
        "error: c.sdn:1:1: train.lr: this key is required: float\n"
        "  1 | train:\n"
        "    | ^"
    )


def test_the_text_of_the_error_itself_says_each_thing_once_too():
    error = failure(text="train: {epochs: x, lr: y}\n")
    assert str(error) == (
        "c.sdn:1:17: train.epochs: expected int, got text 'x'\n"
        "  1 | train: {epochs: x, lr: y}\n"
        "    |                 ^\n"
        "c.sdn:1:24: train.lr: expected float, got text 'y'\n"
        "  1 | train: {epochs: x, lr: y}\n"
        "    |                        ^"
    ), "other carets are other excerpts"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(ValidationError([])) == ""


def test_an_override_names_the_path_where_its_text_does_not():
    error = failure("train={epochs: x, lr: 1}")
    assert str(error).startswith("command line: train.epochs: expected int, got text 'x'\n  train={epochs: x")


def test_colours_mark_the_label_the_margin_the_caret_and_the_hint():
    text = error_block(failure("train.nme=x"), color=True)
    assert text.startswith(
        "\033[1;31merror:\033[0m \033[1mcommand line: unknown key 'nme'\033[0m\n  train.nme=x\n"
    )
    assert "\n\033[1;31m        ^\033[0m\n" in text
    assert "\n\033[36m  hint:\033[0m did you mean 'name'?\n" in text
    assert text.endswith("\n\033[2m  1 | \033[0mtrain:\n\033[2m    | \033[0m\033[1;31m^\033[0m")
    plain = error_block(failure("train.nme=x"))
    for code in ("\033[1;31m", "\033[1m", "\033[36m", "\033[2m", "\033[0m"):
        text = text.replace(code, "")
    assert text == plain


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours_are_for_terminals_and_for_who_wants_them(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert shows_color(Terminal())
    assert not shows_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "")
    assert shows_color(Terminal()), "an empty NO_COLOR says nothing"
    monkeypatch.setenv("NO_COLOR", "1")
    assert not shows_color(Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not shows_color(Terminal())


def test_a_stream_that_knows_few_letters_gets_the_others_replaced():
    data = io.BytesIO()
    stream = io.TextIOWrapper(data, encoding="ascii")
    print_error(ConfError("größer"), stream)
    stream.flush()
    assert data.getvalue() == b"error: gr??er" + os.linesep.encode()


SCRIPT = """\
from simple_conf import Conf, schema

@schema
class App:
    n: int = 0

@Conf.main(App, config="config.sdn")
def main(cfg):
    print(cfg)

main()
"""


def test_a_script_prints_colours_on_a_terminal_and_none_in_a_pipe(tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "config.sdn").write_text("n: 1\n")
    command = [sys.executable, "train.py", "n=x"]
    piped = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (piped.returncode, piped.stderr) == (
        2,
        "error: command line: expected int, got text 'x'\n  n=x\n    ^\n",
    )
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    for extra, colored in (({}, True), ({"NO_COLOR": "1"}, False)):
        output, status = pexpect.run(
            f"{sys.executable} train.py n=x", cwd=tmp_path, env=environment | extra, withexitstatus=True
        )
        assert status == 2
        assert (b"\x1b[1;31merror:\x1b[0m" in output) == colored
        assert (b"\x1b" in output) == colored


def test_a_default_config_that_is_not_there_names_both_folders_and_the_nearest_name(tmp_path, monkeypatch):
    job, home = tmp_path / "job", tmp_path / "home"
    job.mkdir()
    home.mkdir()
    (home / "conf.sdn").write_text("n: 1\n")
    monkeypatch.chdir(job)
    with pytest.raises(ConfigNotFoundError) as caught:
        Conf.cli(App, [], config="config.sdn", folder=str(home))
    assert str(caught.value) == (
        f"there is no file config.sdn in {job} or in {home}\n  hint: did you mean 'conf.sdn'?"
    )


def test_a_folder_that_is_not_there_names_the_nearest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    with pytest.raises(ConfigNotFoundError) as caught:
        Conf.load("confg/train.sdn")
    assert str(caught.value) == (
        f"there is no file train.sdn in {tmp_path}/confg\n"
        "  hint: there is no folder confg; did you mean 'config'?"
    )
    with pytest.raises(ConfigNotFoundError, match="hint: there is no folder a/b"):
        Conf.load("a/b/train.sdn")
