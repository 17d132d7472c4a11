"""Files that extend files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from simple_conf import Conf, ConfigNotFoundError, LoadError, MissingKeyError, ValidationError, schema


@schema
class Needs:
    epochs: int


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path.with_name(path.name + ".sdn")
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text))

    return write


def test_a_file_is_laid_over_those_it_extends(folder):
    folder(
        base="lr: 1\ntrain:\n  epochs: 1\n  lr: ${lr}\n",
        sub__mid="extends: ../base.sdn\ntrain:\n  epochs: 2\n",
        sub__more="extra: true\n",
        top="extends: [sub/mid.sdn, sub/more.sdn]\nlr: 3\n",
    )
    cfg = Conf.load("top.sdn")
    assert cfg == {"lr": 3, "train": {"epochs": 2, "lr": 3}, "extra": True}
    assert str(Conf.origin(cfg, "train.epochs")) == "sub/mid.sdn:3:11"
    assert [str(entry.origin) for entry in Conf.history(cfg, "lr")] == ["top.sdn:2:5", "sub/../base.sdn:1:5"]
    assert "extends" in Conf.load("top.sdn", extends=False)


@pytest.mark.parametrize("own", ["", "lr: 3\n"])
def test_what_no_file_sets_is_missed_in_the_file_that_was_asked_for(folder, own):
    folder(base="x: 1\n", top="extends: base.sdn\n" + own)
    cfg = Conf.merge(Conf.load("top.sdn"), {"y": 2})
    with pytest.raises(MissingKeyError) as caught:
        _ = cfg.epochs
    assert str(caught.value).startswith("top.sdn: epochs: there is no key 'epochs' here")
    with pytest.raises(ValidationError) as refused:
        Conf.validate(Needs, cfg, strict=False)
    assert str(refused.value).startswith("top.sdn: epochs: ")
    assert str(Conf.origin(cfg, "x")) == "base.sdn:1:4"
    Conf.set(cfg, "x", 5)
    assert [str(entry.origin) for entry in Conf.history(cfg, "x")][1:] == ["base.sdn:1:4"]


def test_files_of_different_formats_extend_each_other(folder, tmp_path):
    folder(top="extends: base.yaml\na: 2\n")
    (tmp_path / "base.yaml").write_text("a: 1\nb: on\n")
    assert Conf.load("top.sdn") == {"a": 2, "b": "on"}


def test_a_circle_shows_the_chain(folder):
    folder(a="extends: b.sdn\n", b="x: 1\nextends: c.sdn\n", c="extends: a.sdn\n")
    with pytest.raises(LoadError) as caught:
        Conf.load("a.sdn")
    assert str(caught.value) == textwrap.dedent("""\
        c.sdn:1:10: extends: files extend each other in a circle: a.sdn → b.sdn → c.sdn → a.sdn
          1 | extends: a.sdn
            |          ^""")


def test_a_base_that_is_not_there_is_shown_where_it_is_named(folder):
    folder(top="extends: bsae.sdn\n", base="a: 1\n")
    with pytest.raises(ConfigNotFoundError) as caught:
        Conf.load("top.sdn")
    assert str(caught.value).replace(str(Path.cwd()), "/here") == textwrap.dedent("""\
        top.sdn:1:10: extends: there is no file bsae.sdn in /here
          1 | extends: bsae.sdn
            |          ^
          hint: did you mean 'base.sdn'?""")


def test_extends_names_files(folder):
    folder(top="extends: 3\n")
    with pytest.raises(LoadError, match="'extends' names files, not 3"):
        Conf.load("top.sdn")
