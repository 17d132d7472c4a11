"""What many tests need: a fresh folder, settings that do not leak, and the calls that sync to disk."""

import os

import pytest

from simple_track import Track


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A fresh folder for all data of this test; runs that the test leaves open are finished."""
    monkeypatch.setenv("SIMPLE_DIR", str(tmp_path / "simple"))
    for name in ("SIMPLE_TRACK_MODE", "SIMPLE_TRACK_RUN_ID", "RANK", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "simple"
    for _ in range(5):
        if (run := Track.active()) is not None:
            run.finish()
    Track.set_dir(None)
    Track.set_mode(None)
    Track.set_durability("second")


class DiskCalls:
    """The calls that sync files and folders and give files their names, in order."""

    def __init__(self, monkeypatch):
        self.calls = []
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._recorded(getattr(os, name), self._sync))
        for name in ("replace", "link"):
            monkeypatch.setattr(os, name, self._recorded(getattr(os, name), self._name))

    def _recorded(self, call, describe):
        def record(*arguments):
            self.calls.append(describe(*arguments))
            return call(*arguments)

        return record

    @staticmethod
    def _sync(fd):
        return "sync", os.fstat(fd).st_ino

    @staticmethod
    def _name(_, path):
        return "name", str(path)

    def is_synced(self, path):
        """Whether a file or folder was synced."""
        return ("sync", path.stat().st_ino) in self.calls

    def survives_power_loss(self, path):
        """Whether a file's content was synced before it got its name, and the name after that."""
        content = self._last(("sync", path.stat().st_ino))
        name = self._last(("name", str(path)))
        folder = self._last(("sync", path.parent.stat().st_ino))
        return -1 < content < name < folder

    def _last(self, call):
        return max((n for n, made in enumerate(self.calls) if made == call), default=-1)


@pytest.fixture
def disk(monkeypatch):
    """The calls of this test that sync to disk."""
    return DiskCalls(monkeypatch)
