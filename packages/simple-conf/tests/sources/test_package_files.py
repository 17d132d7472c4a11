"""Configs in packages, in zip archives of them too, and in the home folder."""

from __future__ import annotations

import os
import sys
import zipfile
from dataclasses import dataclass
from importlib import resources

import pytest

from simple_conf import Conf, ConfError, ConfigNotFoundError, LoadError

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


@dataclass
class Job:
    lr: float
    name: str


def test_a_resource_of_a_package_is_loaded_with_those_that_it_extends(package):
    file = resources.files("defaults_of_ours") / "conf" / "train.sdn"
    cfg = Conf.load(file)
    assert cfg == {"lr": 0.1, "name": "train"}
    assert str(Conf.origin(cfg, "name")).replace(os.sep, "/").endswith("defaults_of_ours/conf/train.sdn:2:7")
    assert str(Conf.origin(cfg, "lr")).endswith("base.sdn:1:5")
    assert Conf.load_yaml(resources.files("defaults_of_ours").joinpath("conf/more.yaml")).epochs == 3
    assert Conf.load_sdn(file, extends=False).extends == "../base.sdn"
    assert Conf.compose(file, ["name=x"]) == {"lr": 0.1, "name": "x"}
    assert Conf.cli(Job, ["lr=2"], config=file) == Job(2.0, "train")


def test_a_script_may_have_its_config_in_a_package(package, tmp_path):
    name = "pkg://defaults_of_ours/conf/train.sdn"
    assert Conf.cli(Job, [], config=name, folder=str(tmp_path / "elsewhere")) == Job(0.1, "train")
    file = resources.files("defaults_of_ours") / "conf/train.sdn"
    assert Conf.cli(Job, [], config=file, folder=str(tmp_path / "elsewhere")) == Job(0.1, "train")


def test_a_resource_that_does_not_exist_is_named(package):
    with pytest.raises(
        ConfigNotFoundError, match=r"there is no file .*conf/tran\.sdn|there is no file tran\.sdn"
    ) as caught:
        Conf.load(resources.files("defaults_of_ours") / "conf/tran.sdn")
    assert "train.sdn" in (caught.value.hint or "")


def test_a_file_may_extend_one_in_an_archive_which_does_not_lead_out_of_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("base.sdn", "y: 2\n")
        archive.writestr("a/b.sdn", "extends: ../base.sdn\nx: 1\n")
        archive.writestr("a/c.sdn", "extends: ../../outside.sdn\n")
    (tmp_path / "outside.sdn").write_text("y: 2\n")
    (tmp_path / "mine.sdn").write_text("extends: lib.zip/a/b.sdn\nz: 3\n")
    assert Conf.load(tmp_path / "mine.sdn") == {"y": 2, "x": 1, "z": 3}
    with pytest.raises(LoadError, match=r"c\.sdn:1:10: extends: .*leads out of the archive"):
        Conf.load(tmp_path / "lib.zip/a/c.sdn")


def test_a_circle_in_an_archive_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("a.sdn", "extends: b.sdn\n")
        archive.writestr("b.sdn", "extends: ./a.sdn\n")
    with pytest.raises(LoadError, match="extend each other in a circle"):
        Conf.load(tmp_path / "lib.zip/a.sdn")


def test_an_archive_that_is_damaged_is_an_error_and_a_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.sdn", "a: " + "x" * 20_000_000)
    with pytest.raises(ConfError, match="larger than the limit"):
        Conf.load(tmp_path / "big.zip/a.sdn")
    data = bytearray((tmp_path / "big.zip").read_bytes())
    data[60:80] = b"0" * 20
    (tmp_path / "bad.zip").write_bytes(data)
    with pytest.raises(LoadError, match="cannot be read"):
        Conf.load(tmp_path / "bad.zip/a.sdn")
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(ConfigNotFoundError, match=r"there is no file a\.sdn"):
        Conf.load(tmp_path / "text.zip/a.sdn")


class InMemory:
    def read_bytes(self):
        return b"a: 1\n"


def test_what_is_no_file_says_how_to_load_it():
    with pytest.raises(TypeError, match="neither in a folder nor in a zip archive; write `with importlib"):
        Conf.load(InMemory())
    with pytest.raises(TypeError, match="a config file is named by a path, not by int"):
        Conf.load(3)
