"""Configs in packages, in zip archives of them too, and in the home folder."""

from __future__ import annotations

import sys
import zipfile

import pytest

from simple_conf import Conf, ConfigNotFoundError, LoadError

FILES = {
    "defaults_of_ours/__init__.py": "",
    "defaults_of_ours/base.sdn": "lr: 0.1\nname: base\n",
    "defaults_of_ours/conf/train.sdn": "extends: ../base.sdn\nname: train\n",
    "defaults_of_ours/conf/more.yaml": "extends: train.sdn\nepochs: 3\n",
}


@pytest.fixture(params=["folder", "zip"])
def package(request, tmp_path, monkeypatch):
    where = tmp_path / "lib"
    where.mkdir()
    if request.param == "zip":
        where = tmp_path / "lib.zip"
        with zipfile.ZipFile(where, "w") as archive:
            for name, text in FILES.items():
                archive.writestr(name, text)
    else:
        for name, text in FILES.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text)
    monkeypatch.syspath_prepend(str(where))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("defaults_of_ours", None)


def test_a_file_of_a_package_is_loaded_with_those_that_it_extends(package):
    cfg = Conf.load("pkg://defaults_of_ours/conf/train.sdn")
    assert cfg == {"lr": 0.1, "name": "train"}
    assert str(Conf.origin(cfg, "name")) == "pkg://defaults_of_ours/conf/train.sdn:2:7"


def test_a_file_may_extend_one_of_a_package(package):
    (package / "mine.sdn").write_text("extends: pkg://defaults_of_ours/conf/train.sdn\nlr: 5\n")
    assert Conf.load("mine.sdn") == {"lr": 5, "name": "train"}
    assert Conf.compose("mine.sdn", ["name=x"]).name == "x"


def test_a_file_of_a_package_that_does_not_exist_is_named_with_the_nearest(package):
    with pytest.raises(ConfigNotFoundError) as caught:
        Conf.load("pkg://defaults_of_ours/conf/tran.sdn")
    assert "there is no file conf/tran.sdn in the package defaults_of_ours" in str(caught.value)
    assert "did you mean pkg://defaults_of_ours/conf/train.sdn?" in str(caught.value)
    with pytest.raises(ConfigNotFoundError, match="there is no package defaults_of_theirs"):
        Conf.load("pkg://defaults_of_theirs/conf/train.sdn")


@pytest.mark.parametrize("name", ["pkg://defaults_of_ours/../../secret.sdn", "pkg://x.sdn"])
def test_a_name_never_leads_out_of_its_package(package, name):
    with pytest.raises(LoadError, match="names no file of a package"):
        Conf.load(name)


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/base.sdn").write_text("lr: 1\n")
    (tmp_path / "mine.sdn").write_text("extends: ~/base.sdn\nname: mine\n")
    assert Conf.load("~/base.sdn") == {"lr": 1}
    assert Conf.load(tmp_path / "mine.sdn") == {"lr": 1, "name": "mine"}
