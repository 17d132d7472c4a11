"""Environment variables are a layer of a script's config: above the file, below the command line."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from simple_conf import Conf, OverrideError, ValidationError


@dataclass
class Train:
    lr: float = 0.1
    epochs: int = 3


@dataclass
class Job:
    train: Train = field(default_factory=Train)
    name: str = "job"
    experiment: str = "none"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.sdn").write_text("train:\n    lr: 0.5\n")
    monkeypatch.setenv("APP_TRAIN__LR", "0.25")
    monkeypatch.setenv("APP_NAME", "3.10")
    return tmp_path


@pytest.mark.parametrize("config", ["job.sdn", None])
def test_variables_lie_over_the_file_and_the_defaults_and_below_the_command_line(config):
    cfg = Conf.cli(Job, [], config=config, env_prefix="APP_")
    assert (cfg.train.lr, cfg.train.epochs, cfg.name) == (0.25, 3, "3.10")
    assert Conf.cli(Job, ["train.lr=9"], config=config, env_prefix="APP_").train.lr == 9


@pytest.mark.parametrize("prefix", [None, "", "OTHER_"])
def test_without_a_prefix_the_environment_is_not_read(prefix):
    assert Conf.cli(Job, [], config="job.sdn", env_prefix=prefix).train.lr == 0.5


def test_show_names_the_variable(capsys):
    with pytest.raises(SystemExit):
        Conf.cli(Job, ["--show"], config="job.sdn", env_prefix="APP_")
    assert "environment: APP_TRAIN__LR" in capsys.readouterr().out


def test_a_script_reads_them_too(monkeypatch):
    monkeypatch.setattr("sys.argv", ["train.py"])
    found = []
    Conf.main(Job, config="job.sdn", env_prefix="APP_")(found.append)()
    assert found[0].train.lr == 0.25


def test_a_variable_that_names_no_field_or_does_not_fit_is_an_error_that_names_it(monkeypatch):
    monkeypatch.setenv("APP_TRAIN__LRR", "1")
    with pytest.raises(ValidationError, match="environment: APP_TRAIN__LRR"):
        Conf.cli(Job, [], config="job.sdn", env_prefix="APP_")
    monkeypatch.delenv("APP_TRAIN__LRR")
    monkeypatch.setenv("APP_TRAIN__EPOCHS", "many")
    with pytest.raises(ValidationError, match="environment: APP_TRAIN__EPOCHS"):
        Conf.cli(Job, [], config="job.sdn", env_prefix="APP_")


def test_a_variable_may_choose_for_a_group(folder, monkeypatch):
    (folder / "train").mkdir()
    (folder / "train/long.sdn").write_text("epochs: 100\n")
    monkeypatch.setenv("APP_TRAIN", "long")
    monkeypatch.delenv("APP_TRAIN__LR")
    assert Conf.cli(Job, [], config="job.sdn", env_prefix="APP_").train.epochs == 100
    monkeypatch.setenv("APP_TRAIN", "lnog")
    with pytest.raises(OverrideError, match="there is no choice 'lnog'"):
        Conf.cli(Job, [], config="job.sdn", env_prefix="APP_")


def test_a_field_that_is_called_experiment_is_an_ordinary_one(folder):
    (folder / "experiment").mkdir()
    (folder / "experiment/big.sdn").write_text("name: big\n")
    (folder / "other").mkdir()
    (folder / "other/job.sdn").write_text("name: x\n")
    assert Conf.cli(Job, ["experiment=big"], config="other/job.sdn").experiment == "big"


@dataclass
class Rates:
    LR: float = 0.1
    WeightDecay: float = 0.0


@dataclass
class Limits:
    MaxLen: int
    Inner: Rates = field(default_factory=Rates)


@dataclass
class Mixed:
    Optim: Rates = field(default_factory=Rates)
    SEED: int = 0
    limits: Limits | None = None
    Sizes: dict[str, int] = field(default_factory=lambda: {"Alpha": 1})
    Stages: list[Rates] = field(default_factory=lambda: [Rates()])


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SEED": "5"}, Mixed(SEED=5)),
        ({"OPTIM__LR": "5"}, Mixed(Rates(5.0))),
        ({"OPTIM__WEIGHTDECAY": "5"}, Mixed(Rates(0.1, 5.0))),
        ({"OPTIM": "{LR: 4}"}, Mixed(Rates(4.0))),
        ({"LIMITS__MAXLEN": "5"}, Mixed(limits=Limits(5))),
        ({"LIMITS__MAXLEN": "5", "LIMITS__INNER__LR": "7"}, Mixed(limits=Limits(5, Rates(7.0)))),
        ({"SIZES__ALPHA": "5"}, Mixed(Sizes={"Alpha": 5})),
        ({"SIZES__BETA": "5"}, Mixed(Sizes={"Alpha": 1, "beta": 5})),
        ({"STAGES__0__LR": "5"}, Mixed(Stages=[Rates(5.0)])),
    ],
)
def test_variables_meet_keys_of_any_case_that_only_the_schema_has(monkeypatch, variables, expected):
    monkeypatch.delenv("APP_TRAIN__LR")
    monkeypatch.delenv("APP_NAME")
    for name, value in variables.items():
        monkeypatch.setenv(f"APP_{name}", value)
    assert Conf.cli(Mixed, [], env_prefix="APP_") == expected
    assert Conf.validate(Mixed, Conf.from_env("APP_")) == expected
    assert Conf.cli(Mixed, ["SEED=9"], env_prefix="APP_").SEED == 9


@dataclass
class Twins:
    Lr: float = 0.1
    LR: float = 0.2


def test_a_variable_that_may_mean_two_fields_is_an_error(monkeypatch):
    monkeypatch.setenv("TWIN_LR", "1")
    with pytest.raises(OverrideError, match="the variable's name may mean 'Lr' or 'LR'"):
        Conf.cli(Twins, [], env_prefix="TWIN_")
