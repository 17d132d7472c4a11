"""Each hint outside the syntax of SDN is followed: what it says to write works, as it was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from simple_conf import Conf, ConfError, MergeStrategy


@dataclass
class Sgd:
    type: Literal["sgd"] = "sgd"
    rates: list[float] = field(default_factory=lambda: [0.1])


@dataclass
class Adam:
    type: Literal["adam"] = "adam"
    betas: list[float] = field(default_factory=lambda: [0.9])


@dataclass
class Train:
    epochs: int = 3
    lr: float = 0.1


@dataclass
class Opaque:
    value: int = 0


class Unknown:
    def __init__(self, value: str) -> None:
        self.value = value


@dataclass
class Job:
    train: Train = field(default_factory=Train)
    optim: Sgd | Adam = field(default_factory=Sgd)
    name: str = "job"
    fast: bool = False
    tags: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    net: str = "none"
    maybe: str | None = None


@dataclass
class Required:
    size: int


FILES = {
    "job.sdn": "name: from-file\ntrain: {epochs: 5}\n",
    "other.sdn": "name: other\n",
    "experiment/big.sdn": "name: big\n",
    "groups/main.sdn": "net: {type: small}\n",
    "groups/net/head/plain.sdn": "width: 1\n",
    "groups/net/small.sdn": "type: small\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def value_of(made: Any, path: str) -> Any:
    for part in path.split("."):
        made = made[part] if isinstance(made, dict) else getattr(made, part)
    return made


ADDS = "'+=' adds to a list; write = to set a value"
FIRST = "name the config file first, without an option: "
WORDS = [
    # words of a command line, the hint, the words that follow it, the key that they set, its value
    (["--train.lr=1"], "did you mean train.lr=1?", ["train.lr=1"], "train.lr", 1.0),
    (["train.lr", "1"], "write train.lr=1", ["train.lr=1"], "train.lr", 1.0),
    (["train.lr:", "1"], "write train.lr=1", ["train.lr=1"], "train.lr", 1.0),
    (["name:", "a b"], "write 'name=a b'", ["name=a b"], "name", "a b"),
    (["train.lr", "=", "1"], "write train.lr=1", ["train.lr=1"], "train.lr", 1.0),
    (["--lr", "1"], "did you mean train.lr=1?", ["train.lr=1"], "train.lr", 1.0),
    (["--fast"], "did you mean fast=true?", ["fast=true"], "fast", True),
    (["--no-fast"], "did you mean fast=false?", ["fast=false"], "fast", False),
    (
        ["--config", "job.sdn"],
        f"{FIRST}job.sdn",
        ["job.sdn"],
        "name",
        "from-file",
    ),
    (["job.sdn", "other.sdn"], "write @other.sdn", ["job.sdn", "@other.sdn"], "name", "other"),
    (["job"], "did you mean the file job.sdn?", ["job.sdn"], "name", "from-file"),
    (["job.sdnn"], None, ["job.sdn"], "name", "from-file"),
    (["jbo.sdn"], "did you mean 'job.sdn'?", ["job.sdn"], "name", "from-file"),
    (["job.sdn", "@othr.sdn"], "did you mean 'other.sdn'?", ["job.sdn", "@other.sdn"], "name", "other"),
    (["~name=1"], "write ~name", ["~name"], "name", "job"),
    (["train.lrr=1"], "did you mean 'lr'?", ["train.lr=1"], "train.lr", 1.0),
    (["lr=1"], "did you mean 'train.lr'?", ["train.lr=1"], "train.lr", 1.0),
    (["train/lr=1"], "did you mean 'train.lr'?", ["train.lr=1"], "train.lr", 1.0),
    (["name+=x"], ADDS, ["name=x"], "name", "x"),
    (
        ["train.epochs+=1"],
        "'+=' adds to a list; write = to set a value",
        ["train.epochs=1"],
        "train.epochs",
        1,
    ),
    (["name=true"], "write 'name=\"true\"', with both pairs of quotes", ['name="true"'], "name", "true"),
    (["fast=1.0"], None, ["fast=true"], "fast", True),
    (["fast=1"], "write true", ["fast=true"], "fast", True),
    (["train.epochs=None"], "a config has null for Python's None", ["optim.rates=[]"], "optim.rates", []),
    (["tags=a,b"], "write a list: [a,b]", ["tags=[a,b]"], "tags", ["a", "b"]),
    (["tags=a"], "write a list: [a]", ["tags=[a]"], "tags", ["a"]),
    (["sizes=(1,2)"], "write a list: [1,2]", ["sizes=[1,2]"], "sizes", [1, 2]),
    (["sizes[1]=2"], "the next one is sizes[0]", ["sizes[0]=2"], "sizes", [2]),
    (["optim.type=sdg"], "did you mean 'sgd'?", ["optim.type=sgd"], "optim.type", "sgd"),
    (["optim.type=adam", "~optim.rates"], None, ["optim.type=adam"], "optim.betas", [0.9]),
    (["train={epochs: 1"], "close it with }", ["train={epochs: 1}"], "train.epochs", 1),
    (['name="x'], 'close it with "', ['name="x"'], "name", "x"),
    (["train.lr=.5"], "write 0.5 for the number", ["train.lr=0.5"], "train.lr", 0.5),
    (
        ["job.sdn", "experiment=big"],
        "write @experiment/big.sdn",
        ["job.sdn", "@experiment/big.sdn"],
        "name",
        "big",
    ),
    (["--hepl"], "did you mean --help?", ["name=x"], "name", "x"),
]


@pytest.mark.parametrize(("words", "hint", "followed", "key", "value"), WORDS)
def test_what_a_command_line_is_told_to_write_sets_what_was_meant(words, hint, followed, key, value):
    with pytest.raises(ConfError) as caught:
        Conf.cli(Job, words)
    assert hint is None or hint in str(caught.value)
    assert value_of(Conf.cli(Job, followed), key) == value


def test_each_option_of_hydra_is_answered_with_one_of_ours(capsys):
    for words, followed in {
        ("--cfg", "job"): "--show",
        ("--resolve",): "--show",
        ("--info",): "--show",
        ("--hydra-help",): "--help",
        ("--shell-completion",): "--completion=bash",
    }.items():
        with pytest.raises(ConfError) as caught:
            Conf.cli(Job, words)
        assert followed.partition("=")[0] in str(caught.value)
        with pytest.raises(SystemExit) as ended:
            Conf.cli(Job, [followed])
        assert not ended.value.code
        assert capsys.readouterr().out
    for option in ("--config-name", "--config-path", "--config-dir"):
        with pytest.raises(ConfError, match="name the config file first, without an option"):
            Conf.cli(Job, [f"{option}=job"])
    with pytest.raises(ConfError, match="ignore_unknown=True"):
        Conf.cli(Job, ["--local_rank=0"])
    assert Conf.cli(Job, ["--local_rank=0", "name=x"], ignore_unknown=True).name == "x"


def test_a_group_inside_another_is_written_with_a_dot():
    with pytest.raises(ConfError, match=r"write net\.head=plain"):
        Conf.compose("groups/main.sdn", ["net/head=plain"])
    assert Conf.compose("groups/main.sdn", ["net.head=plain"]).net.head == {"width": 1}
    with pytest.raises(ConfError, match=r"did you mean 'small'\?"):
        Conf.compose("groups/main.sdn", ["net=smal"])
    assert Conf.compose("groups/main.sdn", ["net=small"]).net == {"type": "small"}


TEXTS = [
    # file name, text, the hint, the text that follows it, its values
    ("a.json", "", "the file is empty; an empty config is {}", "{}", {}),
    ("a.json", '{"a": 1,}', "take the comma away", '{"a": 1}', {"a": 1}),
    ("a.json", '{\n// x\n"a": 1}', "JSON has no comments; SDN, YAML and TOML do", '{"a": 1}', {"a": 1}),
    ("a.json", "{'a': 1}", "use double quotes", '{"a": 1}', {"a": 1}),
    ("a.json", '{"a": True}', "JSON writes true, false and null", '{"a": true}', {"a": True}),
    ("a.yaml", "a:\n\tb: 1\n", "indent with spaces, not with tabs", "a:\n  b: 1\n", {"a": {"b": 1}}),
    ("a.yaml", "a: @x\n", "put text that begins with @ in quotes", 'a: "@x"\n', {"a": "@x"}),
    ("a.yaml", "a: b: c\n", "put text that has ': ' in it in quotes", 'a: "b: c"\n', {"a": "b: c"}),
    ("a.yaml", "a: 1\n b: 2\n", "line the key up with the others", "a: 1\nb: 2\n", {"a": 1, "b": 2}),
    ("a.yaml", "a: !!bool maybe\n", "write true or false", "a: !!bool true\n", {"a": True}),
    ("a.yaml", "a: !!null x\n", "write null", "a: !!null null\n", {"a": None}),
    ("a.yaml", "a: !!int x\n", "write digits such as 10, 0x1F or 0o17", "a: !!int 0o17\n", {"a": 15}),
    ("a.yaml", "a: !!float x\n", "write digits such as 0.5 or 1e-3", "a: !!float 1e-3\n", {"a": 0.001}),
    ("a.yaml", "a: !!float x\n", "or leave out the tag", "a: x\n", {"a": "x"}),
    ("a.sdn", "a: [1", "close it with ]", "a: [1]", {"a": [1]}),
    ("a.sdn", "defaults: [x, {y: z}]\n", "write `model: resnet`", "model: resnet\n", {"model": "resnet"}),
    ("a.sdn", "defaults: [x]\n", "`extends: base.sdn` for a file", "extends: other.sdn\n", {"name": "other"}),
    ("a.sdn", "extends: othr.sdn\n", "did you mean 'other.sdn'?", "extends: other.sdn\n", {"name": "other"}),
    (
        "a.sdn",
        "extends: experimnt/big.sdn\n",
        "did you mean 'experiment'?",
        "extends: experiment/big.sdn\n",
        {"name": "big"},
    ),
]


@pytest.mark.parametrize(("name", "text", "hint", "followed", "values"), TEXTS)
def test_what_a_file_is_told_to_have_is_read_as_what_was_meant(folder, name, text, hint, followed, values):
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfError) as caught:
        Conf.load(name)
    assert hint in str(caught.value)
    (folder / name).write_text(followed, encoding="utf-8")
    assert Conf.load(name) == values


REFERENCES = [
    ("lr: 1\na: ${lrr}\n", "did you mean 'lr'?", "lr: 1\na: ${lr}\n", 1),
    ("a: ${sys.cwdd}\n", "did you mean ${sys.cwd}?", "a: ${sys.cwd}\n", None),
    ("a: ${now:%Y}\n", "write ${time.now:", "a: ${time.now:x}\n", "x"),
    ("a: ${oc.env:HINT_ENV}\n", "write ${env:NAME}", "a: ${env:HINT_ENV}\n", 7),
    ("a: ${oc.env:HINT_NO,1}\n", "or ${env:NAME,default}", "a: ${env:HINT_NO,1}\n", 1),
    ('a: ${oc.decode:"[1]"}\n', "write ${decode:", 'a: ${decode:"[1]"}\n', [1]),
    ("a: ${oc.select:b,2}\n", "write ${get:path,default}", "a: ${get:b,2}\n", 2),
    ("a: ${oc.create:[1]}\n", "write the value itself", "a: [1]\n", [1]),
    (
        "a: ${env:HINT_NO}\n",
        "give a default: ${env:HINT_NO,default}",
        "a: ${env:HINT_NO,default}\n",
        "default",
    ),
    ("a: ${get:b}\n", "give a default: ${get:b,default}", "a: ${get:b,default}\n", "default"),
    ("a: x${b\n", "write $${ for", "a: x$${b\n", "x${b"),
    ("b: {c: 1}\na: ${b.d}\n", "known: c", "b: {c: 1}\na: ${b.c}\n", 1),
    ("a: ???\n", "set it: a=…", "a: 1\n", 1),
]


@pytest.mark.parametrize(("text", "hint", "followed", "value"), REFERENCES)
def test_what_a_reference_is_told_to_be_gives_what_was_meant(monkeypatch, text, hint, followed, value):
    monkeypatch.setenv("HINT_ENV", "7")
    with pytest.raises(ConfError) as caught:
        _ = Conf.parse_sdn(text).a
    assert hint in str(caught.value)
    found = Conf.parse_sdn(followed).a
    assert found == (str(Path.cwd()) if value is None else value)


MORE = {"layers": [3]}
CFG = {"train": {"epochs": 3, "lr": 0.1}, "layers": [1, 2]}


def read(action: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return a function of a fresh config."""
    return lambda: action(Conf.from_dict(CFG))


@dataclass
class Takes:
    it: Unknown


def registered() -> str:
    Conf.register_type(Unknown, Unknown)
    return Conf.validate(Takes, {"it": "x"}).it.value


def changed_copy(cfg: Any) -> int:
    free = Conf.unfreeze(Conf.freeze(cfg))
    free.train.epochs = 4
    return free.train.epochs


def renewed() -> int:
    Conf.register_resolver("hint_twice", lambda: 2, replace=True)
    found = Conf.parse_sdn("a: ${hint_twice}").a
    Conf.clear_resolver("hint_twice")
    return found


def twice() -> None:
    Conf.register_resolver("hint_twice", lambda: 1, replace=True)
    Conf.register_resolver("hint_twice", lambda: 2)


def frozen(cfg: Any) -> None:
    Conf.freeze(cfg).train.epochs = 4


CODE: list[tuple[Callable[[], Any], str, Callable[[], Any], Any]] = [
    (read(lambda c: c.train.epoch), "did you mean 'epochs'?", read(lambda c: c.train.epochs), 3),
    (
        read(lambda c: c["train.epochs"]),
        "Conf.get(cfg, 'train.epochs')",
        read(lambda c: Conf.get(c, "train.epochs")),
        3,
    ),
    (read(lambda c: c.nothing), "known: train, layers", read(lambda c: len(c.layers)), 2),
    (read(frozen), "Conf.unfreeze(cfg) returns a copy that can", read(changed_copy), 4),
    (
        read(hash),
        "freeze it first with Conf.freeze(cfg)",
        read(lambda c: hash(Conf.freeze(c)) is None),
        False,
    ),
    (
        read(lambda c: Conf.set(c, "layers[5]", 1)),
        "the next one is layers[2]",
        read(lambda c: (Conf.set(c, "layers[2]", 1), list(c.layers))[1]),
        [1, 2, 1],
    ),
    (
        read(lambda c: Conf.merge_with(c, {}, MergeStrategy("add"))),
        "use one of replace, append",
        read(lambda c: list(Conf.merge_with(c, {"layers": [3]}, MergeStrategy("append")).layers)),
        [1, 2, 3],
    ),
    (
        read(lambda c: Conf.merge_with(c, {}, MergeStrategy(paths={"layer": "append"}))),
        "did you mean 'layers'?",
        read(
            lambda c: list(
                Conf.merge_with(c, {"layers": [3]}, MergeStrategy(paths={"layers": "append"})).layers
            )
        ),
        [1, 2, 3],
    ),
    (
        read(lambda c: Conf.merge(c, Conf.parse_dotlist(["train.epoch=1"]), strict_keys=True)),
        "did you mean 'epochs'?; write +train.epoch=1 to add it",
        read(lambda c: Conf.merge(c, Conf.parse_dotlist(["+train.epoch=1"]), strict_keys=True).train.epoch),
        1,
    ),
    (twice, "pass replace=True to replace it", renewed, 2),
    (lambda: Conf.clear_resolver("evn"), "did you mean 'env'?", lambda: None, None),
    (
        lambda: Conf.validate({"size": 1}, Required),
        "the schema comes first: Conf.validate(Required, cfg)",
        lambda: Conf.validate(Required, {"size": 1}).size,
        1,
    ),
    (
        lambda: Conf.main(lambda cfg: None),
        "write @Conf.main(AppCfg) above the function",
        lambda: callable(Conf.main(Job)(len)),
        True,
    ),
    (lambda: Conf.load("job"), "did you mean 'job.sdn'?", lambda: Conf.load("job.sdn").name, "from-file"),
    (
        lambda: Conf.load("groups"),
        "name a file in it: groups/main.sdn",
        lambda: Conf.load("groups/main.sdn").net.type,
        "small",
    ),
    (lambda: Conf.load("pkg://x.sdn"), "write pkg://package/folder/file.sdn", lambda: None, None),
    (
        lambda: Conf.parse_dotlist(["a[20000]=1"]),
        "give the list as a whole: a=[…]",
        lambda: list(Conf.parse_dotlist(["a=[1]"]).a),
        [1],
    ),
    (
        lambda: Conf.validate(Takes, {"it": "x"}),
        "Conf.register_type(Unknown, …) says how to read one",
        registered,
        "x",
    ),
    (
        lambda: Conf.validate(dict[str, int], {"x": 2.5}),
        "a fraction is never cut off",
        lambda: Conf.validate(dict[str, int], {"x": 2.0}),
        {"x": 2},
    ),
    (
        lambda: Conf.validate(dict[str, int], {"x": "9" * 5000}),
        "write it as 0x…",
        lambda: Conf.validate(dict[str, int], {"x": hex(10**5000)})["x"] == 10**5000,
        True,
    ),
    (
        lambda: Conf.validate(dict[str, str], Conf.parse_sdn("x: true\n")),
        'put it in double quotes: "true"',
        lambda: Conf.validate(dict[str, str], Conf.parse_sdn('x: "true"\n')),
        {"x": "true"},
    ),
    (
        lambda: Conf.validate(Required, Conf.merge({"size": 1}, Conf.parse_dotlist(["~size"]))),
        "leave ~size away, or give size another value: size=…",
        lambda: Conf.validate(Required, Conf.merge({"size": 1}, Conf.parse_dotlist(["size=2"]))).size,
        2,
    ),
    (
        lambda: Conf.validate(dict[str, Train | Opaque], {"x": {}}),
        'give each schema a field such as `type: Literal["…"]`',
        lambda: Conf.validate(dict[str, Sgd | Adam], {"x": {"type": "sgd"}}),
        {"x": Sgd()},
    ),
    (
        lambda: Conf.from_env("HINT_", variables={"HINT_A": "1", "HINT_A__B": "2"}),
        "unset one of the two: HINT_A or HINT_A__B",
        lambda: Conf.from_env("HINT_", variables={"HINT_A__B": "2"}).a.b,
        2,
    ),
    (
        lambda: Conf.from_env("HINT_", variables={"HINT_A": "1", "HINT_a": "2"}),
        "unset one of the two: HINT_A or HINT_a",
        lambda: Conf.from_env("HINT_", variables={"HINT_a": "2"}).a,
        2,
    ),
]


@pytest.mark.parametrize(("wrong", "hint", "followed", "value"), CODE)
def test_what_code_is_told_to_call_works(wrong, hint, followed, value):
    from simple_conf.schemas import structure

    before = list(structure._registered)
    try:
        with pytest.raises((ConfError, TypeError)) as caught:
            wrong()
        assert hint in str(caught.value)
        assert followed() == value
    finally:
        structure._registered[:] = before
        structure.converter.cache_clear()
        if "hint_twice" in str(value) or value == 2:
            from simple_conf.references import resolvers

            resolvers._resolvers.pop("hint_twice", None)
