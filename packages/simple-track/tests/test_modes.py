"""Modes: offline writes files, disabled touches nothing, online is offline as long as no server is set up."""

import contextlib
import inspect
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from simple_track import Run, SettingError, StorageError, Track, TrackError, TrackWarning
from simple_track.settings import current_layout, current_mode


def snapshot_of(folder):
    return sorted(str(path) for path in folder.rglob("*"))


@pytest.fixture
def disabled(root, tmp_path):
    before = snapshot_of(tmp_path)
    Track.set_mode("disabled")
    yield Track.run(project="demo", config={"lr": 0.1}, tags=["a"], console=True, shared=True, system=True)
    assert snapshot_of(tmp_path) == before, "a disabled run touched the disk"


def test_a_disabled_run_takes_every_call_and_touches_no_disk(disabled):
    run = disabled
    with run:
        run.log({"x": 1, "any": object()})
        run.log({"x": 1}, step=7)
        run.define_metric("y", summary="min")
        run.update_config({"a": 1})
        run.rewind(0)
        run.summary["x"] = 3
        assert run.summary["x"] == 3
        run.log({"x": 1})
        run.alert("title", "text")
        run.log_histogram("h", [1, 2], bins=3)
        run.log_plot("p", [1], [2], title="t")
        run.log_scatter("s", [[1, 2]], labels=["a"])
        run.log_image("i", np.zeros((2, 2)), caption="c")
        run.log_images("is", [np.zeros((2, 2))])
        run.log_video("v", np.zeros((1, 3, 2, 2)), fps=3)
        run.log_audio("a", np.zeros(3), 8000)
        run.log_html("html", "<p>")
        run.log_point_cloud("pc", np.zeros((2, 3)))
        run.log_mesh("m", np.zeros((3, 3)), [[0, 1, 2]])
        run.log_text("t", "text")
        run.log_table("tab", Track.Table(columns=["a"], data=[[1]]))
        run.log_figure("f", object())
        stored = run.log_artifact(Track.Artifact("model", type="model", metadata={"a": 1}), aliases=["best"])
        assert (stored.name, stored.version, stored.aliases) == ("model", "untracked", ("best",))
        assert stored.metadata == {"a": 1}
        with pytest.raises(TrackError):  # reading needs what is read
            run.use_artifact("name:latest")
        run.watch(object(), log="all", log_freq=1, log_graph=True)
        run.unwatch()
        assert run.history().rows == 0
        assert run.history(["x"])["x"].tolist() == []
        assert run.media("i") == []
        assert len(run.table("tab")) == 0
        assert list(run.follow()) == []
        assert run.state == "running"
    run.finish()
    assert run.config == {"lr": 0.1, "a": 1}
    assert (run.project, run.tags, run.dir, run.step) == ("demo", ["a"], "", -1)
    assert dict(run.summary) == {"x": 1}
    assert run.state == "finished"
    assert run.end_time >= run.start_time
    assert run.id
    assert Track.active() is None


def test_every_way_to_log_was_called_above():
    called = inspect.getsource(test_a_disabled_run_takes_every_call_and_touches_no_disk)
    methods = [name for name, member in vars(Run).items() if callable(member) and not name.startswith("_")]
    read_only = {"media", "table", "follow"}
    assert [name for name in methods if name not in read_only and f"run.{name}(" not in called] == []


def test_the_mode_comes_from_the_call_then_the_environment(root, monkeypatch):
    assert current_mode() == "offline"
    monkeypatch.setenv("SIMPLE_TRACK_MODE", "disabled")
    assert current_mode() == "disabled"
    Track.set_mode("offline")
    assert current_mode() == "offline"
    with pytest.raises(SettingError) as caught:
        Track.set_mode("of")
    assert str(caught.value) == "mode: 'of' is not one of online, offline, disabled"
    Track.set_mode(None)
    monkeypatch.setenv("SIMPLE_TRACK_MODE", "never")
    with pytest.raises(SettingError, match="SIMPLE_TRACK_MODE: 'never' is not one of"):
        Track.run(project="demo")


def test_online_keeps_the_same_files_and_warns(root):
    Track.set_mode("online")
    with pytest.warns(TrackWarning, match="mode online: no server is known, so the run stays on this disk"):
        run = Track.run(project="demo", system=False)
    run.log({"x": 1})
    run.finish()
    assert Track.load(run.id).history()["x"].tolist() == [1]


def test_the_folder_comes_from_the_call_then_set_dir_then_the_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIMPLE_DIR", raising=False)
    assert current_layout().root == tmp_path / ".simple"
    monkeypatch.setenv("SIMPLE_DIR", str(tmp_path / "env"))
    assert current_layout().root == tmp_path / "env"
    Track.set_dir(tmp_path / "set")
    assert current_layout().root == tmp_path / "set"
    assert current_layout(tmp_path / "given").root == tmp_path / "given"
    Track.set_dir(None)


@pytest.fixture(params=["file in the way", "read-only mount"])
def unwritable(request, root, tmp_path):
    """A folder that takes nothing: a file lies where it should be, or (as root only) a read-only mount."""
    if request.param == "file in the way":
        root.write_text("not a folder")
        yield root
        return
    root.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o ro,size=64k tmpfs {root} 2>/dev/null") != 0:
        pytest.skip("cannot mount here")
    yield root
    os.system(f"umount {root}")


def test_a_folder_that_cannot_be_written_warns_and_training_goes_on(unwritable):
    with pytest.warns(TrackWarning, match="this run is not tracked"):
        run = Track.run(project="demo", system=False)
    with run:
        run.log({"x": 1})
        run.log_histogram("h", [1, 2, 3])
    assert run.dir == ""


def test_a_strict_run_in_a_folder_that_cannot_be_written_is_an_error(unwritable):
    with pytest.raises(StorageError) as caught:
        Track.run(project="demo", system=False, strict=True)
    assert "this run is not tracked" in str(caught.value)
    assert Track.active() is None


def test_a_small_disk_that_fills_up_loses_nothing_once_there_is_room(root):
    """On a real full file system: a tmpfs of 256 KiB, filled by another file that is then removed."""
    root.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=256k tmpfs {root} 2>/dev/null") != 0:
        pytest.skip("cannot mount here")
    try:
        with Track.run(project="demo", system=False) as run:
            while not Path(run.dir, "files", "requirements.txt").exists():
                time.sleep(0.01)  # what the run runs on is written in the background
            filler = Path(root, "filler")
            fd = os.open(filler, os.O_WRONLY | os.O_CREAT)
            with contextlib.suppress(OSError):
                while os.write(fd, b"x" * 4096):
                    pass
            os.close(fd)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                for i in range(2000):
                    run.log({"i": i})
                    if i == 1000:
                        filler.unlink()
            assert [str(w.message).partition(": ")[2][:24] for w in caught] == ["No space left on device;"]
        seen = Track.load(run.id)
        assert seen.history()["i"].tolist() == list(range(2000))
        assert seen.state == "finished"
    finally:
        os.system(f"umount {root}")


def test_an_artifact_that_the_disk_refuses_does_not_end_training(root, tmp_path):
    with Track.run(project="demo", system=False) as run:
        root.joinpath("artifacts").write_text("a file where the folder should be")
        artifact = Track.Artifact("model", type="model")
        artifact.add_bytes(b"weights", name="w.bin")
        with pytest.warns(TrackWarning, match="artifact 'model' was not kept"):
            version = run.log_artifact(artifact)
        assert (version.name, version.version) == ("model", "untracked")
        run.log({"x": 1})
    with (
        pytest.raises(StorageError, match="artifact 'model' was not kept"),
        Track.run(project="demo", system=False, strict=True) as run,
    ):
        run.log_artifact(artifact)


@pytest.mark.parametrize("durability", ["process", "second", "power"])
def test_every_durability_keeps_what_is_logged(root, durability):
    Track.set_durability(durability)
    with Track.run(project="demo", system=False) as run:
        for i in range(20):
            run.log({"i": i})
    assert run.history()["i"].tolist() == list(range(20))
    with pytest.raises(SettingError, match="durability: 'always' is not one of process, second, power"):
        Track.set_durability("always")
