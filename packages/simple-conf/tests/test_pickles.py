"""Pickles made by version 0.3.0 load, and say the same as what is made today."""

from __future__ import annotations

import base64
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from simple_conf import Conf, ConfError, Config, MergeStrategy, MissingValueError, ValidationIssue
from simple_conf.config.diff import Diff
from simple_conf.config.history import Entry

ASSETS = Path(__file__).parent / "assets"
PICKLES = json.loads((ASSETS / "pickles-0.3.0.json").read_text("utf-8"))
SCRIPT = ASSETS / "make_pickles.py"


def load(name):
    return pickle.loads(base64.b64decode(PICKLES[name]))


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """What the script that made the pickles makes today."""
    scope = {"__name__": "make_pickles"}
    exec(compile(SCRIPT.read_text("utf-8"), SCRIPT.name, "exec", dont_inherit=True), scope)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("things"))
        patch.delenv("SIMPLE_CONF_IS_NOT_SET", raising=False)
        return scope["things"]()


def describe(thing):
    """Everything that a thing shows."""
    if isinstance(thing, Config):
        return [*(describe_path(thing, path) for path in paths(thing)), described_config(thing)]
    if isinstance(thing, MergeStrategy):
        return thing.arrays, thing.paths, thing.keep_on_null
    if isinstance(thing, Diff):
        return str(thing), thing.to_dict()
    if isinstance(thing, Entry):
        return repr(thing), thing.origin.excerpt()
    if isinstance(thing, (ValidationIssue, ConfError)):
        fields = ("path", "origin", "hint", "issues", "errors", "expected", "got", "line", "column")
        shown = {name: repr(getattr(thing, name, None)) for name in fields}
        return type(thing).__name__, str(thing), getattr(thing, "__cause__", None) is None, shown
    if isinstance(thing, dict):
        return {name: describe(one) for name, one in thing.items()}
    if isinstance(thing, list):
        return [describe(one) for one in thing]
    return repr(thing), getattr(thing, "excerpt", str)()


def paths(node, path=()):
    """The paths of everything that is written in a node."""
    raw = node if node.__raw__ is None else node.__raw__
    for key, value in raw.items() if isinstance(raw, dict) else enumerate(raw):
        yield (*path, key)
        if hasattr(value, "__raw__"):
            yield from paths(value, (*path, key))


def describe_path(cfg, path):
    """The origin, the history and the value at a path."""
    try:
        value = repr(Conf.get(cfg, path))
    except ConfError as failure:
        value = f"{type(failure).__name__}: {failure}"
    origin = Conf.origin(cfg, path)
    return path, value, str(origin), origin.excerpt(), repr(Conf.history(cfg, path))


def described_config(cfg):
    """The values of a config, its settings, and what it gives when it is merged over another."""
    over = {"a": {"b": 0, "z": 1}, "c": 1, "items": [0, 0, 0], "tags": ["first"], "layers": [0]}
    try:
        merged = repr(Conf.merge(over, cfg))
    except ConfError as failure:
        merged = str(failure)
    return repr(cfg), Conf.to_dict(cfg, resolve=False), Conf.is_frozen(cfg), cfg.__tree__.quiet, merged


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_of_version_0_3_0_says_what_the_thing_says_today(things, name):
    if name == "strategy error":
        assert str(load(name)).startswith("arrays='sideways' is no treatment; use one of replace, append")
        assert type(load(name)) is type(things[name])
        return
    if name == "load error":  # which names the folder today
        assert str(load(name)).startswith("there is no file nope.sdn\n  hint: known: base.sdn")
        assert str(things[name]).startswith("there is no file nope.sdn in ")
        assert type(load(name)) is type(things[name])
        return
    assert describe(load(name)) == describe(pickle.loads(pickle.dumps(things[name])))


def test_every_thing_of_the_script_has_a_pickle(things):
    assert list(things) == list(PICKLES)


def test_a_config_of_version_0_3_0_can_be_changed_and_pickled_again():
    cfg = load("changed")
    cfg.train.epochs = 1
    cfg.layers.append("x")
    again = pickle.loads(pickle.dumps(cfg))
    assert again == cfg
    assert [entry.value for entry in Conf.history(again, "train.epochs")] == [1, 40, 30, 20, 10]
    with pytest.raises(MissingValueError):
        _ = load("parsed").hole


def test_no_new_pickle_names_a_module_of_version_0_3_0(things):
    old = [
        path.stem for path in (Path(sys.modules["simple_conf"].__file__).parent / "moved").glob("[a-z]*.py")
    ]
    for name, thing in things.items():
        data = pickle.dumps(thing)
        assert [module for module in old if f"simple_conf.{module}".encode() + b"\x94" in data] == [], name


def test_pickles_load_where_only_the_package_is_imported_by_them(tmp_path):
    (tmp_path / "changed.pickle").write_bytes(base64.b64decode(PICKLES["changed"]))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).train.epochs)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "changed.pickle")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "40\n"
