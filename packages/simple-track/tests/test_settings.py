"""Settings of the process, of the environment, and the defaults, in this order."""

from pathlib import Path

import pytest

from simple_track.errors import SettingError
from simple_track.settings import current_layout, current_mode, set_dir, set_durability, set_mode, settings


def test_the_folder(root, tmp_path, monkeypatch):
    assert current_layout().root == root
    monkeypatch.delenv("SIMPLE_DIR")
    assert current_layout().root == tmp_path / ".simple"
    monkeypatch.setenv("SIMPLE_DIR", "")
    assert current_layout().root == tmp_path / ".simple"
    set_dir(tmp_path / "set")
    monkeypatch.setenv("SIMPLE_DIR", str(root))
    assert current_layout().root == tmp_path / "set"
    assert current_layout(tmp_path / "given").root == tmp_path / "given"
    set_dir("text")
    assert settings.dir == tmp_path / "text"
    set_dir(None)
    assert current_layout().root == root


def test_a_relative_folder_stays_where_it_was_when_the_current_folder_changes(root, tmp_path, monkeypatch):
    set_dir("runs")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert current_layout().root == tmp_path / "runs"


def test_a_tilde_is_the_home_folder(root, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIMPLE_DIR", "~/runs")
    assert current_layout().root == tmp_path / "home" / "runs"
    assert current_layout("~/given").root == tmp_path / "home" / "given"
    assert current_layout(Path("~nobody-here/x")).root == tmp_path / "~nobody-here" / "x"
    set_dir("~/set")
    assert current_layout().root == tmp_path / "home" / "set"


def test_the_mode(root, monkeypatch):
    assert current_mode() == "offline"
    monkeypatch.setenv("SIMPLE_TRACK_MODE", "")
    assert current_mode() == "offline"
    monkeypatch.setenv("SIMPLE_TRACK_MODE", "disabled")
    assert current_mode() == "disabled"
    set_mode("online")
    assert current_mode() == "online"
    set_mode(None)
    assert current_mode() == "disabled"


def test_an_unknown_mode_is_refused_and_changes_nothing(root, monkeypatch):
    set_mode("disabled")
    with pytest.raises(SettingError) as caught:
        set_mode("of")
    assert str(caught.value) == "mode: 'of' is not one of online, offline, disabled"
    assert current_mode() == "disabled"
    set_mode(None)
    monkeypatch.setenv("SIMPLE_TRACK_MODE", "of")
    with pytest.raises(SettingError, match="SIMPLE_TRACK_MODE: 'of' is not one of"):
        current_mode()


def test_the_durability(root):
    assert settings.durability == "second"
    for durability in ("process", "second", "power"):
        set_durability(durability)
        assert settings.durability == durability
    with pytest.raises(SettingError) as caught:
        set_durability("forever")
    assert str(caught.value) == "durability: 'forever' is not one of process, second, power"
    assert settings.durability == "power"
