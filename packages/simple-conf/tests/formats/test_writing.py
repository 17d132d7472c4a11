"""Configs out again: as text, and into files."""

from __future__ import annotations

import datetime
import enum
import json
import math
import pathlib
import threading

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, LoadError, MissingValueError, Secret, UnwritableError


class Color(enum.Enum):
    RED = "red"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    [
        "on",
        "no",
        "012",
        "12:30",
        "1e3",
        "0x1F",
        "~",
        "null",
        "",
        " x",
        "1_000",
        "true",
        "=",
        "<<",
        "- a",
        "a: b",
        "#",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | TEXTS
TREES = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    ),
    max_size=4,
).filter(lambda tree: "${" not in repr(tree) and "???" not in repr(tree))


@given(TREES)
@pytest.mark.parametrize("suffix", ["sdn", "yaml", "json"])
def test_what_is_saved_loads_as_the_same(tmp_path_factory, suffix, values):
    path = tmp_path_factory.getbasetemp() / f"saved.{suffix}"
    Conf.save(Conf.from_dict(values), path)
    assert Conf.to_dict(Conf.load(path)) == values


@given(TREES)
def test_other_readers_of_yaml_agree(values):
    assert yaml.safe_load(Conf.to_yaml(Conf.from_dict(values))) == values


def test_references_and_gaps_are_saved_as_they_are_written(tmp_path):
    cfg = Conf.from_dict({"a": 1, "b": "${a}", "c": "???", "d": ["${b}"]})
    for name in ("c.sdn", "c.yaml", "c.json"):
        Conf.save(cfg, tmp_path / name)
        again = Conf.load(tmp_path / name)
        again.a = 5
        assert (again.b, again.d) == (5, [5])
        with pytest.raises(MissingValueError):
            _ = again.c
    assert Conf.to_dict(cfg) == {"a": 1, "b": 1, "c": "???", "d": [1]}
    assert Conf.to_dict(cfg, resolve=False)["b"] == "${a}"


def test_values_that_files_have_no_form_for_are_written_as_text():
    cfg = Conf.from_dict(
        {
            "p": pathlib.Path("a/b"),
            "d": datetime.date(2026, 1, 31),
            "c": Color.RED,
            "t": datetime.timedelta(minutes=1),
            "s": {3, 1},
        }
    )
    assert Conf.load_json.__name__
    assert Conf.to_sdn(cfg) == "p: a/b\nd: 2026-01-31\nc: red\nt: 60.0\ns: [1, 3]\n"
    assert cfg.p == pathlib.Path("a/b")


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "c.json"
    Conf.save(Conf.from_dict({"n": 0, "pad": "x" * 50_000}), path)
    bad, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                Conf.load(path)
            except Exception as failure:
                bad.append(failure)

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(60):
        Conf.save(Conf.from_dict({"n": n, "pad": "x" * 50_000}), path)
    stop.set()
    thread.join()
    assert bad == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.json"]


def test_permissions_and_links_are_kept(tmp_path):
    real, link = tmp_path / "real.sdn", tmp_path / "link.sdn"
    real.write_text("a: 1\n")
    real.chmod(0o600)
    link.symlink_to(real)
    Conf.save(Conf.from_dict({"a": 2}), link)
    assert link.is_symlink()
    assert real.read_text() == "a: 2\n"
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_format_that_cannot_be_written(tmp_path):
    with pytest.raises(LoadError, match=r"c\.toml: a config can be saved as \.sdn, \.yaml"):
        Conf.save(Conf.from_dict({}), tmp_path / "c.toml")


def test_secrets_are_masked_unless_revealed(tmp_path):
    cfg = Conf.from_dict({"a": Secret("s"), "b": 1})
    Conf.mark_secret(cfg, "b")
    assert Conf.to_sdn(cfg) == "a: ••••\nb: ••••\n"
    Conf.save(cfg, tmp_path / "c.json", reveal=True)
    assert Conf.load(tmp_path / "c.json") == {"a": "s", "b": 1}


def test_keys_on_top_of_a_reference_are_saved_with_the_rest_of_what_it_names(tmp_path):
    cfg = Conf.merge({"d": {"lr": 1, "m": 2}, "optim": "${d}"}, Conf.parse_dotlist(["optim.lr=5"]))
    Conf.save(cfg, tmp_path / "c.sdn")
    assert Conf.load(tmp_path / "c.sdn") == {"d": {"lr": 1, "m": 2}, "optim": {"lr": 5, "m": 2}}
    assert "'optim': {'lr': 5, 'm': 2}" in repr(cfg)
    broken = Conf.merge({"optim": "${nope}"}, Conf.parse_dotlist(["optim.lr=5"]))
    assert repr(broken) == "Config({'optim': {'lr': 5}})"


@pytest.mark.parametrize("suffix", ["sdn", "yaml", "json"])
def test_worked_out_text_reads_back_as_itself(tmp_path, suffix):
    cfg = Conf.from_dict({"x": 1, "z": "$${x}", "l": ["a $${x}"]})
    Conf.save(cfg, tmp_path / f"c.{suffix}", resolve=True)
    assert Conf.to_dict(Conf.load(tmp_path / f"c.{suffix}")) == {"x": 1, "z": "${x}", "l": ["a ${x}"]}


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_infinities_and_nan_are_json_texts_on_request(tmp_path, number):
    cfg = Conf.from_dict({"a": {"b": [1.5, number]}, "c": number, "d": "${c}", "e": True, "f": None})
    text = Conf.to_json(cfg, non_finite="text")
    expected = {"a": {"b": [1.5, str(number)]}, "c": str(number), "d": str(number), "e": True, "f": None}
    assert json.loads(text, parse_constant=pytest.fail) == expected
    Conf.save(cfg, tmp_path / "c.json", non_finite="text", resolve=True)
    assert (tmp_path / "c.json").read_text(encoding="utf-8") == text
    read = Conf.validate(dict[str, float], {"c": Conf.load(tmp_path / "c.json").c})["c"]
    assert repr(read) == repr(number)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_infinities_and_nan_are_refused_in_json_and_the_hint_helps(tmp_path, number):
    cfg = Conf.from_dict({"a": {"b": [1, number]}})
    for write in (Conf.to_json, lambda cfg, **way: Conf.save(cfg, tmp_path / "c.json", **way)):
        with pytest.raises(
            UnwritableError, match=r"a\.b\[1\]: JSON has no .*non_finite=.text., or write YAML"
        ):
            write(cfg)
        write(cfg, non_finite="text")
    assert repr(yaml.safe_load(Conf.to_yaml(cfg))["a"]["b"][1]) == repr(number)


def test_another_way_for_infinities_is_refused():
    with pytest.raises(ValueError, match="non_finite is one of 'error', 'text', not 'null'"):
        Conf.to_json(Conf.from_dict({"a": 1}), non_finite="null")


def test_pythons_json_takes_configs_by_to_dict():
    cfg = Conf.parse_sdn("a:\n    b: ${c}\nc: 5\n")
    assert json.loads(json.dumps({"x": [cfg, cfg.a]}, default=Conf.to_dict)) == {
        "x": [{"a": {"b": 5}, "c": 5}, {"b": 5}]
    }
    secret = Conf.from_dict({"password": Secret("s3cret")})
    assert "s3cret" not in json.dumps(secret, default=Conf.to_dict)
    with pytest.raises(TypeError, match="Config is not JSON serializable"):
        json.dumps(cfg)


def test_half_of_a_surrogate_pair_is_an_escape_in_json(tmp_path):
    cfg = Conf.from_dict({"a\udfff": "x\ud800 é 😀"})
    Conf.save(cfg, tmp_path / "c.json")
    assert '"x\\ud800 é 😀"' in (tmp_path / "c.json").read_text(encoding="utf-8")
    assert Conf.load(tmp_path / "c.json") == cfg
