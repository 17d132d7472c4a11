"""Choices of config groups hold in every part of a config: the last wins, and what is laid over it stays."""

from __future__ import annotations

import pytest

from simple_conf import Conf, LoadError, MergeError, OverrideError

FILES = {
    "main.sdn": "net: small\nlr: 1\nout: null\n",
    "plain.sdn": "lr: 1\nnet: {width: 1, own: true}\n",
    "inline.sdn": "net: {width: 3, head: plain}\n",
    "typo.sdn": "net: {width: 3, head: plian}\n",
    "over.sdn": "extends: main.sdn\nnet: {width: 7}\n",
    "twice.sdn": "extends: over.sdn\nnet: large\n",
    "none.sdn": "extends: main.sdn\nnet: null\n",
    "net/small.sdn": "width: 8\ndepth: 2\n",
    "net/large.sdn": "width: 99\nhead: plain\n",
    "net/wide.sdn": "extends: large.sdn\nwidth: 500\nhead: {units: 9}\n",
    "net/broken.sdn": "head: plian\n",
    "net/head/plain.sdn": "units: 5\nbias: true\n",
    "net/head/deep.yaml": "units: 50\nlayers: 3\n",
    "experiment/hot.sdn": "net: large\nlr: 9\n",
    "experiment/long.sdn": "extends: ../main.sdn\nnet: large\nlr: 0.1\n",
    "experiment/tuned.sdn": "extends: ../main.sdn\nnet: {width: 11}\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "conf"


def net(file, *overrides, **options):
    return Conf.compose(f"conf/{file}.sdn", list(overrides), **options).net


PLAIN = {"units": 5, "bias": True}
DEEP = {"units": 50, "layers": 3}


@pytest.mark.parametrize(
    ("file", "overrides", "expected"),
    [
        ("main", [], {"width": 8, "depth": 2}),
        ("main", ["net=large"], {"width": 99, "head": PLAIN}),
        ("main", ["net=large", "net.head=deep"], {"width": 99, "head": DEEP}),
        ("main", ["net.head=deep", "net=large"], {"width": 99, "head": DEEP}),
        ("main", ["net.head=deep"], {"width": 8, "depth": 2, "head": DEEP}),
        ("main", ["net={head: deep, width: 4}"], {"width": 4, "depth": 2, "head": DEEP}),
        ("main", ["net=wide"], {"width": 500, "head": {"units": 9, "bias": True}}),
        ("main", ["net=wide", "net.head=deep"], {"width": 500, "head": {"units": 9, "layers": 3}}),
        ("main", ["net.width=7", "net=large"], {"width": 7, "head": PLAIN}),
        ("main", ["net=large", "net.width=7"], {"width": 7, "head": PLAIN}),
        ("main", ["net=large", "net=small"], {"width": 8, "depth": 2}),
        ("main", ["@conf/experiment/hot.sdn"], {"width": 99, "head": PLAIN}),
        ("main", ["@conf/experiment/hot.sdn", "net=small"], {"width": 8, "depth": 2}),
        ("main", ["net=small", "@conf/experiment/hot.sdn"], {"width": 99, "head": PLAIN}),
        ("main", ["@conf/experiment/long.sdn", "net.head=deep"], {"width": 99, "head": DEEP}),
        ("main", ["@conf/experiment/tuned.sdn", "net=large"], {"width": 11, "head": PLAIN}),
        ("experiment/long", [], {"width": 99, "head": PLAIN}),
        ("inline", [], {"width": 3, "head": PLAIN}),
        ("inline", ["net=small"], {"width": 8, "depth": 2}),
        ("over", [], {"width": 7, "depth": 2}),
        ("over", ["net=large"], {"width": 7, "head": PLAIN}),
        ("twice", [], {"width": 7, "head": PLAIN}),
        ("none", [], None),
        ("none", ["net=large"], {"width": 99, "head": PLAIN}),
        ("none", ["net={width: 2}"], {"width": 2}),
        ("plain", [], {"width": 1, "own": True}),
        ("plain", ["net=small"], {"width": 8, "depth": 2}),
        ("main", ["~net"], "absent"),
        ("main", ["~net", "net=large"], {"width": 99, "head": PLAIN}),
        ("main", ["net.width=3", "~net", "net=large"], {"width": 99, "head": PLAIN}),
        ("main", ["net={}", "net=small"], {"width": 8, "depth": 2}),
    ],
)
def test_the_last_choice_wins_and_what_is_laid_over_a_choice_stays(file, overrides, expected, folder):
    cfg = Conf.compose(f"conf/{file}.sdn", overrides)
    assert cfg.get("net", "absent") == expected if expected == "absent" else cfg.net == expected


@pytest.mark.parametrize(
    ("file", "overrides", "kind", "place"),
    [
        ("typo", [], MergeError, "conf/typo.sdn:1:23"),
        ("main", ["net=broken"], MergeError, "conf/net/broken.sdn:1:7"),
        ("main", ["net=lage"], OverrideError, "command line"),
        ("main", ["net={head: plian}"], OverrideError, "command line"),
        ("main", ["net.head=plian"], OverrideError, "command line"),
        ("main", ["net=lage", "net=large"], OverrideError, "command line"),
        ("main", ["net={head: plian}", "net.head=deep"], OverrideError, "command line"),
    ],
)
def test_an_unknown_choice_is_an_error_wherever_it_is(file, overrides, kind, place):
    with pytest.raises(kind) as caught:
        Conf.compose(f"conf/{file}.sdn", overrides)
    assert place in str(caught.value)
    assert "there is no choice" in str(caught.value)
    assert "hint: did you mean" in str(caught.value)


def test_values_keep_the_place_where_they_are_written():
    cfg = Conf.compose("conf/over.sdn", ["net=large", "net.head.units=6"])
    assert str(Conf.origin(cfg, "net.width")) == "conf/over.sdn:2:14"
    assert str(Conf.origin(cfg, "net.head.bias")) == "conf/net/head/plain.sdn:2:7"
    assert str(Conf.origin(cfg, "net.head.units")) == "command line: net.head.units=6"


def test_keys_stay_strict():
    assert net("main", "net=large", "net.width=1", strict_keys=True).width == 1
    with pytest.raises(OverrideError, match="unknown key 'wdth'"):
        net("main", "net=large", "net.wdth=1", strict_keys=True)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "net/head=deep",
            """\
command line: a key inside another has a dot
  net/head=deep
  ^
  hint: write net.head=deep""",
        ),
        (
            "experiment=hot",
            """\
command line: 'experiment' is no key of this config
  experiment=hot
  ^
  hint: write @conf/experiment/hot.sdn""",
        ),
    ],
)
def test_what_hydra_writes_is_answered_with_what_to_write_here(override, message):
    with pytest.raises(OverrideError) as caught:
        Conf.compose("conf/main.sdn", [override])
    assert str(caught.value) == message
    hint = message.rpartition("write ")[2]
    assert Conf.compose("conf/main.sdn", [hint]).net, "the hint can be followed"


@pytest.mark.parametrize("load", [Conf.load, Conf.compose])
@pytest.mark.parametrize("name", ["main", "net/small", "base"])
def test_a_list_of_defaults_is_refused_wherever_it_is(folder, load, name):
    (folder / "base.sdn").write_text("x: 1\n")
    (folder / "main.sdn").write_text("extends: base.sdn\nnet: small\n")
    with (folder / f"{name}.sdn").open("a") as file:
        file.write("defaults = [{net: small}, _self_]\n")
    if load is Conf.load and name == "net/small":
        folder = folder / "net/small.sdn"
    with pytest.raises(LoadError, match="there is no list of defaults here"):
        load(folder if folder.is_file() else "conf/main.sdn")


def test_a_key_that_is_called_defaults_is_an_ordinary_one_otherwise(folder):
    (folder / "main.sdn").write_text("defaults:\n  lr: 1\n")
    assert Conf.load("conf/main.sdn").defaults == {"lr": 1}


def test_an_experiment_of_the_migration_page(folder):
    """A file of its own folder that extends the main one, chooses groups and changes values in them."""
    (folder / "experiment/mine.sdn").write_text("extends: ../main.sdn\nnet: large\nlr: 5\n")
    (folder / "experiment/more.sdn").write_text("extends: mine.sdn\nnet: {width: 12, head: {units: 6}}\n")
    cfg = Conf.compose("conf/main.sdn", ["@conf/experiment/more.sdn"])
    assert cfg == {"net": {"width": 12, "head": {"units": 6, "bias": True}}, "lr": 5, "out": None}


def test_references_in_the_place_of_a_choice_are_references(folder):
    (folder / "ref.sdn").write_text("kind: large\nnet: ${kind}\n")
    assert Conf.compose("conf/ref.sdn").net == "large"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([], {"fold": {"part": "one"}, "in": {"fast": {"on": 1}}}),
        (["fold=0"], {"fold": {"part": "zero"}, "in": {"fast": {"on": 1}}}),
        (["fold.part=x", "fold=2.5"], {"fold": {"part": "x"}, "in": {"fast": {"on": 1}}}),
        (["fold=7"], {"fold": 7, "in": {"fast": {"on": 1}}}),
        (["fold=0", "fold=true"], {"fold": True, "in": {"fast": {"on": 1}}}),
        (["in={fast: false}"], {"fold": {"part": "one"}, "in": {"fast": False}}),
        (["@over.sdn"], {"fold": {"part": "zero"}, "in": {"fast": {"on": 1}}}),
    ],
)
def test_a_number_or_a_truth_value_chooses_the_file_of_its_name(tmp_path, monkeypatch, overrides, expected):
    for name, text in {
        "c.sdn": "fold: 1\nin:\n    fast: true\n",
        "over.sdn": "fold: 0\n",
        "fold/0.sdn": "part: zero\n",
        "fold/1.sdn": "part: one\n",
        "fold/2.5.sdn": "part: half\n",
        "in/fast/true.sdn": "on: 1\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert Conf.compose("c.sdn", overrides) == expected


def test_an_empty_text_is_no_choice(tmp_path):
    (tmp_path / "net").mkdir()
    (tmp_path / "net/small.sdn").write_text("width: 1\n")
    (tmp_path / "c.sdn").write_text("net: small\n")
    for override in ('net=""', "net={}", "net=small"):
        if override == 'net=""':
            with pytest.raises(OverrideError, match="there is no choice '' for net"):
                Conf.compose(tmp_path / "c.sdn", [override])
        else:
            assert Conf.compose(tmp_path / "c.sdn", [override]).net == {"width": 1}
