"""Watching a config file."""

from __future__ import annotations

import threading
import time

import pytest

from simple_conf import Conf, ConfigNotFoundError


class Seen:
    """Keeps what a watcher reports and waits for it."""

    def __init__(self):
        self.values = []
        self.arrived = threading.Condition()

    def __call__(self, value):
        with self.arrived:
            self.values.append(value)
            self.arrived.notify_all()

    def wait(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.values) >= count, timeout=10), self.values
        return self.values


def test_every_good_change_is_loaded_and_a_broken_one_passed_over(tmp_path):
    base, top = tmp_path / "base.sdn", tmp_path / "top.sdn"
    base.write_text("lr: 1\n")
    top.write_text("extends: base.sdn\nepochs: 1\n")
    configs, errors = Seen(), Seen()
    with Conf.watch(top, configs, errors, interval=0.02) as watcher:
        assert watcher.config == {"lr": 1, "epochs": 1}
        top.write_text("extends: base.sdn\nepochs: 20\n")
        assert configs.wait(1)[-1] == {"lr": 1, "epochs": 20}
        base.write_text("lr: [1\n")
        assert "base.sdn:1:5: unclosed [" in str(errors.wait(1)[0])
        assert watcher.config == {"lr": 1, "epochs": 20}
        base.write_text("lr: 333\n")
        assert configs.wait(2)[-1] == {"lr": 333, "epochs": 20}
        base.unlink()
        errors.wait(2)
        base.write_text("lr: 4\n")
        assert configs.wait(3)[-1].lr == 4
    top.write_text("extends: base.sdn\nepochs: 3333\n")
    time.sleep(0.1)
    assert len(configs.values) == 3


def test_a_touch_without_a_change_reports_nothing(tmp_path):
    path = tmp_path / "c.sdn"
    path.write_text("a: 1\n")
    configs = Seen()
    watcher = Conf.watch(path, configs, interval=60)
    try:
        path.write_text("a: 1  # the same\n")
        assert watcher.look() is False
        path.write_text("a: 2\n")
        assert watcher.look() is True
        assert configs.values == [{"a": 2}]
    finally:
        watcher.stop()


def test_a_broken_edit_is_printed_unless_somebody_listens(tmp_path, capsys):
    path = tmp_path / "c.sdn"
    path.write_text("a: 1\n")
    watcher = Conf.watch(path, lambda cfg: None, interval=60)
    try:
        path.write_text("a: [1\n")
        watcher.look()
    finally:
        watcher.stop()
    assert capsys.readouterr().err.startswith("keeping the last good config:\n")


def test_the_file_must_be_good_at_the_start(tmp_path):
    with pytest.raises(ConfigNotFoundError):
        Conf.watch(tmp_path / "nope.sdn", lambda cfg: None)
