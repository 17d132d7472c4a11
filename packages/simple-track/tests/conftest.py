"""What many tests need: a fresh folder, and settings that do not leak."""

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
