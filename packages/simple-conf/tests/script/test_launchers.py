"""Options that launchers and notebooks add to a command line are passed over when that is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simple_conf import Conf, OverrideError


@dataclass
class Job:
    lr: float = 0.1
    name: str = "job"


@pytest.mark.parametrize(
    "words",
    [
        ["--local_rank=0", "lr=2"],
        ["--local-rank", "0", "lr=2"],
        ["lr=2", "--nnodes", "1:2", "--standalone"],
        ["-x", "lr=2", "--flag"],
        ["job.sdn", "--rank", "3", "lr=2"],
        ["--standalone", "job.sdn", "lr=2"],
        ["--", "lr=2"],
    ],
)
def test_options_of_others_are_passed_over_with_their_values(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.sdn").write_text("lr: 1\n")
    cfg = Conf.cli(Job, words, config="job.sdn", ignore_unknown=True)
    assert cfg == Job(lr=2)


def test_own_options_still_work(capsys):
    with pytest.raises(SystemExit):
        Conf.cli(Job, ["--local_rank=0", "--show"], ignore_unknown=True)
    assert "lr: 0.1" in capsys.readouterr().out


def test_wrong_overrides_are_still_errors():
    with pytest.raises(OverrideError):
        Conf.cli(Job, ["--local_rank=0", "lr 2"], ignore_unknown=True)


@pytest.mark.parametrize("word", ["--local_rank=0", "--local-rank=1", "--world_size=2"])
def test_the_error_says_how_to_pass_them_over(word):
    with pytest.raises(OverrideError) as caught:
        Conf.cli(Job, [word])
    assert "hint: a launcher adds it: let Conf.main or Conf.cli pass it over with ignore_unknown=True" in str(
        caught.value
    )
    assert Conf.cli(Job, [word], ignore_unknown=True) == Job()


def test_a_script_passes_them_over_too(monkeypatch):
    monkeypatch.setattr("sys.argv", ["train.py", "--local_rank=0", "lr=3"])
    found = []
    Conf.main(Job, ignore_unknown=True)(found.append)()
    assert found == [Job(lr=3)]


@pytest.mark.parametrize("launcher", ["ipykernel_launcher.py", "colab_kernel_launcher.py"])
def test_the_arguments_of_a_notebooks_kernel_are_not_read(monkeypatch, launcher):
    monkeypatch.setattr("sys.argv", [f"/lib/{launcher}", "-f", "/tmp/kernel-1.json"])
    assert Conf.cli(Job) == Job()
