"""A hundred mistakes of a new user, and what each of them is told: the messages stand in mistakes.txt."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from simple_conf import Conf, ConfError, MergeStrategy, Secret, schema, validate

EXPECTED = Path(__file__).with_name("mistakes.txt")

CONFIG = """\
name: digits
train:
    epochs: 10
    lr: 1e-3
    tags: [a, b]
    out: runs/${name}
model:
    type: resnet
    layers: [64, 32]
    dropout: 0.1
"""


@schema
class Train:
    epochs: int
    lr: float = 0.1
    tags: list[str] = []
    out: str = "runs"
    token: Secret[str] = Secret("")


@schema
class Model:
    type: Literal["resnet", "vgg"]
    layers: list[int]
    dropout: float = 0.1
    amp: bool = False

    @validate
    def check_dropout(self):
        if not 0 <= self.dropout <= 1:
            raise ValueError("dropout must be in [0, 1]")


@schema
class AppCfg:
    train: Train
    model: Model
    name: str = ""


class Plain:
    name: str


def base():
    """The config that most mistakes are made with."""
    return Conf.parse_sdn(CONFIG, "config.sdn")


def override(*words):
    """Reads a command line for AppCfg."""
    return lambda: Conf.validate(AppCfg, Conf.merge(base(), Conf.from_cli_dotlist(list(words))))


def text(more, read=None):
    """Reads an edited config file."""
    replaced = CONFIG
    for old, new in more.items():
        assert old in replaced
        replaced = replaced.replace(old, new)

    def go():
        cfg = Conf.parse_sdn(replaced, "config.sdn")
        return Conf.validate(AppCfg, cfg) if read is None else read(cfg)

    return go


def files(path="config.sdn", **contents):
    """Loads a file from a folder with some files."""

    def go():
        for name, content in contents.items():
            Path(name.replace("__", ".")).write_text(content)
        return Conf.load(path)

    return go


def frozen(write):
    """Writes to a frozen config."""
    return lambda: write(Conf.freeze(base()))


def failing(value):
    """A resolver of the user's own that fails."""
    return 1 / value


def sized(name: str, factor: float) -> float:
    """A resolver of the user's own with annotated parameters."""
    return len(name) * factor


PROJECT = {
    "config/base.sdn": "train:\n    epochs: 10\n    token: ${env:SIMPLE_CONF_UNSET,none}\n",
    "config/train.sdn": "extends: base.sdn\nmodel: resnet\n"
    "name: ${model.type}-${train.lr}\ntrain:\n    lr: 0.1\n",
    "config/model/resnet.sdn": "type: resnet\nlayers: [64, 32]\n",
    "config/model/vgg.sdn": "type: vgg\nlayers: [16]\n",
}


def script(*words, **edited):
    """Runs a script with config groups, an extended file and a secret, some files of it edited."""

    def go():
        texts = {name.replace("__", "/").replace("_sdn", ".sdn"): text for name, text in edited.items()}
        for name, content in {**PROJECT, **texts}.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return Conf.cli(AppCfg, words, config="config/train.sdn")

    return go


MISTAKES = {
    "a key that is not there": lambda: base().train.epocs,
    "a key that is not there, as an item": lambda: base()["modle"],
    "a key that nothing resembles": lambda: base().train.zzz,
    "a value that is still to be filled in": text({"1e-3": "???"}, lambda cfg: cfg.train.lr),
    "a path for a key": lambda: base()["train.lr"],
    "a path that leads nowhere": lambda: Conf.origin(base(), "train.lrr"),
    "a path with two dots": lambda: Conf.get(base(), "train..lr"),
    "an index that is too large": lambda: Conf.set(base(), "model.layers[7]", 1),
    "deleting what is not there": lambda: Conf.delete(base(), "model.dropot"),
    "a typo in the file": text({"epochs": "epocs"}),
    "a missing required key": text({"    epochs: 10\n": ""}),
    "text for a number": text({"epochs: 10": "epochs: ten"}),
    "a fraction for a whole number": text({"epochs: 10": "epochs: 2.5"}),
    "a number for a truth value": text({"dropout: 0.1": "amp: 1"}),
    "true for text": text({"name: digits": "name: true"}),
    "null for text": text({"name: digits": "name: null"}),
    "one value for a list": text({"[64, 32]": "64"}),
    "a wrong item of a list": text({"[64, 32]": "[64, big]"}),
    "a value for a mapping": text(
        {"model:\n    type: resnet\n    layers: [64, 32]\n    dropout: 0.1\n": "model: resnet\n"}
    ),
    "a choice that does not exist": text({"resnet": "resnet50"}),
    "a value out of range": text({"dropout: 0.1": "dropout: 10"}),
    "several mistakes at once": text({"epochs: 10": "epocs: 10", "1e-3": "fast", "resnet": "rsnet"}),
    "a hole in what is validated": text({"1e-3": "???"}),
    "a bracket left open": text({"[64, 32]": "[64, 32"}),
    "a quote left open": text({"name: digits": 'name: "digits'}),
    "a tab in the indentation": text({"    epochs": "\tepochs"}),
    "a key twice": text({"lr: 1e-3": "epochs: 11"}),
    "an override without a value": override("train.epochs"),
    "an override with a dash": override("--train.epochs=3"),
    "an override of a key that is not there": override("train.epocs=3"),
    "an override of a section that is not there": override("trian.epochs=3"),
    "an override with a wrong type": override("train.epochs=many"),
    "an override that is no SDN": override("model.layers=[64,32"),
    "an override of an item that is not there": override("model.layers[5]=1"),
    "appending to what is no list": override("train.lr+=1"),
    "deleting by override what is not there": override("~train.rl"),
    "a new key under strict keys": lambda: Conf.merge(
        base(), Conf.parse_dotlist(["train.wd=1"]), strict_keys=True
    ),
    "a reference to what is not there": text({"${name}": "${nmae}"}, lambda cfg: cfg.train.out),
    "a reference that is not closed": text({"runs/${name}": '"runs/${name"'}, lambda cfg: cfg.train.out),
    "a reference to itself": text({"name: digits": "name: ${train.out}"}, lambda cfg: cfg.name),
    "a relative reference above the root": text({"${name}": "${...name}"}, lambda cfg: cfg.train.out),
    "a missing environment variable": text(
        {"${name}": "${env:SIMPLE_CONF_UNSET}"}, lambda cfg: cfg.train.out
    ),
    "a resolver that does not exist": text({"${name}": "${evn:HOME}"}, lambda cfg: cfg.train.out),
    "a resolver that fails": text({"${name}": "${mistakes.fail:0}"}, lambda cfg: cfg.train.out),
    "a resolver with a wrong argument": text(
        {"${name}": "${mistakes.sized:a,big}"}, lambda cfg: cfg.train.out
    ),
    "a resolver with too few arguments": text({"${name}": "${mistakes.sized:a}"}, lambda cfg: cfg.train.out),
    "writing to a frozen config": frozen(lambda cfg: setattr(cfg.train, "lr", 1)),
    "appending to a list of a frozen config": frozen(lambda cfg: cfg.model.layers.append(1)),
    "a file that is not there": files("confg.sdn", config__sdn=CONFIG),
    "a file of an unknown format": files("config.ini", config__ini="[a]\n"),
    "a base file that is not there": files(config__sdn="extends: bass.sdn\n", base__sdn="a: 1\n"),
    "files that extend each other": files(
        config__sdn="extends: base.sdn\n", base__sdn="extends: config.sdn\n"
    ),
    "broken JSON": files("c.json", c__json='{"a": 1,}'),
    "a key twice in YAML": files("c.yaml", c__yaml="a: 1\na: 2\n"),
    "a folder for a file": files("."),
    "a merge strategy that does not exist": lambda: MergeStrategy("apend"),
    "a key that is no text": lambda: Conf.from_dict({"a": {None: 1}}),
    "a secret of the wrong type": lambda: Conf.validate(
        Train, Conf.merge({"epochs": 1}, Conf.parse_dotlist(["token=[s3cret]"]))
    ),
    "an option in the place of an override": script("--lr", "0.3"),
    "an option of Hydra": script("--config-name", "train"),
    "an option that asks for several runs": script("--multirun", "train.lr=0.1,0.2"),
    "a mistyped option": script("--shwo"),
    "a key without the part that it is in": script("lr=0.3"),
    "slashes for dots": script("train/lr=0.3"),
    "a colon for the equals sign": script("train.lr: 0.3"),
    "a space for the equals sign": script("train.lr", "0.3"),
    "spaces around the equals sign": script("train.lr", "=", "0.3"),
    "deleting a required key": script("~train.epochs"),
    "deleting a key that is referred to": lambda: Conf.merge(base(), Conf.parse_dotlist(["~name"])).train.out,
    "deleting nothing": script("~"),
    "adding a key that the schema does not have": script("+train.wd=1"),
    "adding a number": script("train.epochs+=1"),
    "a list without brackets": script("model.layers=64,32"),
    "a list in round brackets": script("model.layers=(64,32)"),
    "a word of Python": script("train.epochs=None"),
    "a number that is none": script("train.lr=.5e"),
    "single quotes": script("name='a b'"),
    "a comment in an override": script("name=#1"),
    "a group's choice that does not exist": script("model=resnet50"),
    "a group's choice as a file": script("model=model/vgg.sdn"),
    "a group's choice in the file that does not exist": script(
        config__train_sdn="extends: base.sdn\nmodel: resnt\n"
    ),
    "a wrong key in the file of a group": script(config__model__resnet_sdn="type: resnet\nlayer: [1]\n"),
    "a wrong type in an extended file": script(config__base_sdn="train:\n    epochs: ten\n"),
    "an unset variable in the place of a secret": script(
        config__base_sdn="train:\n    epochs: 1\n    token: ${env:SIMPLE_CONF_UNSET}\n"
    ),
    "a list of defaults": script(config__train_sdn="defaults:\n  - model: resnet\nextends: base.sdn\n"),
    "a resolver of OmegaConf": script("name=${oc.env:HOME}"),
    "a resolver under its short name": script("name=${cpu_count}", "train.out=${now:%Y}"),
    "a file without its suffix": script("config/train"),
    "a folder for the config file": script("config"),
    "a second config file": script("config/train.sdn", "config/base.sdn"),
    "a file of overrides that is not there": script("@mor.sdn"),
    "extending a folder": script(config__train_sdn="extends: model\n"),
    "extending without the suffix": script(config__train_sdn="extends: base\n"),
    "extending what a reference says": script(config__train_sdn="extends: ${name}.sdn\n"),
    "extending in the middle of a file": script(config__train_sdn="train:\n    extends: base.sdn\n"),
    "an empty file": script("empty.sdn", empty_sdn=""),
    "a file that is not UTF-8": script("latin.sdn", latin_sdn=b"name: caf\xe9\n"),
    "a file that is binary": script("model.sdn", model_sdn=bytes(range(256))),
    "a comma too many in JSON": files("c.json", c__json='{"a": [1, 2,]}'),
    "a comment in JSON": files("c.json", c__json='{\n  "a": 1 // one\n}'),
    "a comment at the top of JSON": files("c.json", c__json='// one\n{"a": 1}'),
    "single quotes in JSON": files("c.json", c__json="{'a': 1}"),
    "a word of Python in JSON": files("c.json", c__json='{"a": None}'),
    "an empty JSON file": files("c.json", c__json=""),
    "a list for a config": files("c.json", c__json="[1, 2]"),
    "a tab in YAML": files("c.yaml", c__yaml="a:\n\tb: 1\n"),
    "an at sign in YAML": files("c.yaml", c__yaml="a: @b\n"),
    "a colon too many in YAML": files("c.yaml", c__yaml="a: b: c\n"),
    "an object of Python in YAML": files("c.yaml", c__yaml="a: !!python/name:os.system\n"),
    "broken TOML": files("c.toml", c__toml="a = \n"),
    "a class that is no schema": lambda: Conf.validate(Plain, base()),
    "saving where there is no folder": lambda: Conf.save(base(), "runs/7/config.sdn"),
    "saving in a format that cannot be written": lambda: Conf.save(base(), "config.toml"),
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to make mistakes in, with two resolvers of the user's own."""
    monkeypatch.chdir(tmp_path)
    Conf.register_resolver("mistakes.fail", failing, replace=True)
    Conf.register_resolver("mistakes.sized", sized, replace=True)
    yield
    Conf.clear_resolver("mistakes.fail")
    Conf.clear_resolver("mistakes.sized")


def message_of(mistake):
    """What a mistake is told, without the line numbers of this file."""
    with pytest.raises(ConfError) as caught:
        mistake()
    text = str(caught.value).replace(str(Path.cwd()), "/project")
    lines = text.replace(str(Path(__file__)), "test_mistakes.py").split("\n")
    return "\n".join(
        line.split("test_mistakes.py:")[0]
        + "test_mistakes.py"
        + line.split("test_mistakes.py:")[1].lstrip("0123456789")
        if "test_mistakes.py:" in line
        else line
        for line in lines
    )


def expected():
    """The messages of mistakes.txt, by the line above each of them."""
    parts = EXPECTED.read_text("utf-8").split("\n## ")
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1].strip("\n") for part in parts[1:]}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_what_is_wrong_where_and_what_to_do(place, mistake):
    assert message_of(MISTAKES[mistake]) == expected()[mistake]


def test_there_are_a_hundred_and_all_are_written_down():
    assert len(MISTAKES) >= 100
    assert set(expected()) == set(MISTAKES)
