"""Makes ``pickles-0.3.0.json``: what a user of version 0.3.0 can pickle, which every later version must load.

Run it with that version, in this folder: ``python make_pickles.py``. The test that loads them runs `things`
again, with the present version, and compares; origins name lines of this file.
"""

import base64
import json
import os
import pickle
import tempfile
from pathlib import Path

from simple_conf import Conf, ConfError, MergeStrategy, Secret, schema

TEXT = """\
seed: 1
train:
    epochs: 10
    out: runs/${seed}
    again: ${train.epochs}
layers: [1, ${seed}, {width: 3}, [a, b]]
users |id, name|
    1, ada
    2, bob
optim: ${defaults}
defaults: {lr: 0.1, betas: [0.9, 0.99]}
hole: ???
db: {password: hunter2, host: a}
"""
FILES = {
    "base.sdn": "seed: 7\nmodel: resnet\ntags: [a]\n",
    "model/resnet.sdn": "depth: 18\n",
    "model/vgg.sdn": "depth: 16\n",
    "more.sdn": "extends: base.sdn\nextra: {deep: [1, {x: 2}]}\n",
    "c.json": '{"a": {"b": [1, 2]}, "r": "${a.b}"}',
    "c.toml": "a = 1\n[t]\nb = [1, 2]\n",
    "c.yaml": "a: 1\nt:\n  b: [1, 2]\n",
}


@schema
class App:
    """A schema that no config here fits."""

    seed: str
    wanted: int
    password: Secret[str]


def failure(function, *arguments):
    """The error that a call raises."""
    try:
        function(*arguments)
    except ConfError as error:
        return error
    raise AssertionError("it did not fail")


def changed():
    """A config that was merged, set, appended to, deleted from and masked."""
    cfg = Conf.merge(
        Conf.parse_sdn(TEXT, "c.sdn"),
        {"train": {"epochs": 20}, "new": {"a": None}},
        Conf.from_env("APP_", variables={"APP_TRAIN__LR": "5e-4"}),
        Conf.parse_dotlist(["layers+=9", "optim.lr=2", "~hole", "train.epochs=30"]),
    )
    cfg.train.epochs = 40
    cfg.layers[1] = "set"
    cfg.layers.append({"width": 4})
    Conf.mark_secret(cfg, "db.password")
    return cfg


def things():
    """What can be pickled, by name; the present folder becomes one with `FILES` in it."""
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    cfg = changed()
    read = changed()
    Conf.resolve(read)
    quiet = Conf.from_dict({"a": {"b": 1}})
    Conf.set_throw_on_missing(quiet, False)
    plain = Conf.parse_sdn(TEXT, "c.sdn")
    unfit = failure(Conf.validate, App, plain)
    cyclic = Conf.parse_sdn("a: ${b}\nb: ${a}\nc: ${nope}\nd: ${env:SIMPLE_CONF_IS_NOT_SET}\n", "r.sdn")
    return {
        "parsed": plain,
        "changed": cfg,
        "resolved": read,
        "a part": cfg.train,
        "a part with a list": Conf.parse_sdn(TEXT, "c.sdn").defaults,
        "frozen": Conf.freeze(cfg),
        "quiet": quiet,
        "a list": cfg.layers,
        "configs in a dict": {"one": plain.train, "two": [plain.defaults]},
        "overrides": Conf.parse_dotlist(["a.b=1", "tags+=x", "~c", "+d=[1, 2]", "items[1]=2", "@more.sdn"]),
        "environment": Conf.from_env("APP_", variables={"APP_A__B": "1", "APP_C": "[1, x]"}),
        "composed": Conf.compose("base.sdn", ["model=vgg", "seed=3", "tags+=b"]),
        "extended": Conf.load("more.sdn"),
        "json": Conf.load("c.json"),
        "toml": Conf.load("c.toml"),
        "yaml": Conf.load("c.yaml"),
        "origins": [
            Conf.origin(cfg, path) for path in ("seed", "train.epochs", "train.lr", "optim.lr", "new")
        ],
        "history": Conf.history(cfg, "train.epochs"),
        "diff": Conf.diff(plain, cfg),
        "strategy": MergeStrategy({"key": "name"}, {"a.b": "append"}, keep_on_null=True),
        "issues": Conf.check_schema(plain, App),
        "validation error": unfit,
        "missing key": failure(lambda: plain.train.epocs),
        "missing value": failure(lambda: plain.hole),
        "frozen error": failure(lambda: Conf.set(Conf.freeze(plain), "a", 1)),
        "override error": failure(Conf.parse_dotlist, ["a"]),
        "load error": failure(Conf.load, "nope.sdn"),
        "syntax error": failure(Conf.parse_sdn, "a: [1", "c.sdn"),
        "merge error": failure(lambda: Conf.merge({"a": 1}, {"b": 1}, strict_keys=True)),
        "cycle": failure(lambda: cyclic.a),
        "unknown reference": failure(lambda: cyclic.c),
        "resolver error": failure(lambda: cyclic.d),
        "resolve error": failure(Conf.resolve, cyclic),
        "path error": failure(Conf.get, cyclic, "a[x]"),
        "strategy error": failure(MergeStrategy, "sideways"),
        "usage error": failure(Conf.register_resolver, "a b", print),
        "secret": Secret("hunter2"),
        "table": plain.__raw__["users"],
        "nothing": plain.__raw__["hole"],
    }


if __name__ == "__main__":
    script, home, scope = Path(__file__), Path.cwd(), {"__name__": "make_pickles"}
    with tempfile.TemporaryDirectory() as folder:
        exec(
            compile(script.read_text("utf-8"), script.name, "exec"), scope
        )  # origins name it without its folder
        os.chdir(folder)
        made = {name: base64.b64encode(pickle.dumps(one)).decode() for name, one in scope["things"]().items()}
        os.chdir(home)
    Path("pickles-0.3.0.json").write_text(json.dumps(made, indent=0) + "\n", encoding="utf-8")
