"""The artifacts that a run logs and uses are on record, whichever project they belong to."""

import pytest

from simple_track import Track
from simple_track.artifacts import ArtifactVersion, MissingObjectError
from simple_track.errors import TrackWarning, UnknownArgumentError
from simple_track.recording.disabled import DisabledVersion


def artifact(content=b"content"):
    made = Track.Artifact("data", "dataset", metadata={"n": 1})
    made.add_bytes(content, "a.txt")
    return made


def recorded(run):
    return [(e["action"], e["artifact"]) for e in Track.load(run.id).events("artifact")]


def test_what_a_run_makes_and_uses_is_on_record(root):
    with Track.run("demo", system=False) as run:
        version = run.log_artifact(artifact(), ["best"])
        assert run.use_artifact("data:best").digest == version.digest
    assert recorded(run) == [("log", "demo/data:v0"), ("use", "demo/data:v0")]


def test_an_artifact_of_another_project_is_recorded_as_such(root):
    with Track.run("other", system=False) as run:
        run.log_artifact(artifact())
    with Track.run("demo", system=False) as run:
        assert run.use_artifact("other/data").project == "other"
        run.use_artifact(Track.artifact("other/data:v0"))
    assert recorded(run) == [("use", "other/data:v0")] * 2


def test_a_single_alias_may_be_given_as_text(root):
    with Track.run("demo", system=False) as run:
        assert run.log_artifact(artifact(), "best").aliases == ["best", "latest"]


def test_an_artifact_that_the_disk_refuses_is_a_warning(root):
    with Track.run("demo", system=False) as run:
        (root / "artifacts").write_text("in the way")
        with pytest.warns(TrackWarning, match="artifact 'data' was not kept"):
            version = run.log_artifact(artifact(), "best")
    assert version == DisabledVersion("data", ("best",), {"n": 1})
    assert recorded(run) == []


def test_damage_in_the_store_is_never_taken_for_a_full_disk(root, monkeypatch):
    def fail(*_):
        raise MissingObjectError(root, "0" * 64)

    with Track.run("demo", system=False) as run:
        monkeypatch.setattr("simple_track.artifacts.artifact.log_artifact", fail)
        with pytest.raises(MissingObjectError):
            run.log_artifact(artifact())


def test_a_disabled_run_stores_nothing_and_finds_what_others_stored(root):
    with Track.run("demo", system=False) as run:
        run.log_artifact(artifact())
    Track.set_mode("disabled")
    with Track.run("demo") as run:
        assert run.log_artifact(artifact(b"more"), "best") == DisabledVersion("data", ("best",), {"n": 1})
        found = run.use_artifact("data")
        assert isinstance(found, ArtifactVersion)
        assert run.use_artifact(found) is found
    assert Track.artifact("data:v0", "demo").files == found.files
    assert len(Track.load(Track.runs()[0].id).events("artifact")) == 1


def test_a_path_is_logged_as_an_artifact(root, tmp_path):
    file, folder = tmp_path / "model.bin", tmp_path / "data"
    file.write_bytes(b"weights")
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    with Track.run("demo", system=False) as run:
        version = run.log_artifact(file, name="resnet", type="model", aliases="best")
        assert (version.ref, version.type, version.aliases) == ("demo/resnet:v0", "model", ["best", "latest"])
        assert version.open("model.bin").read() == b"weights"
        version = run.log_artifact(str(folder))
        assert (version.name, version.type, [f.name for f in version.files]) == ("data", "folder", ["a.txt"])
        assert run.log_artifact(file).type == "file"
        with pytest.raises(FileNotFoundError, match=r"absent\.bin: no such file"):
            run.log_artifact(tmp_path / "absent.bin")
        with pytest.raises(UnknownArgumentError, match=r"has no argument 'name'; the artifact has its own"):
            run.log_artifact(Track.Artifact("x", "y"), name="z")


def test_a_live_run_gets_the_version_that_it_uses(root):
    with Track.run("demo", system=False) as run:
        artifact = Track.Artifact("m", "model")
        artifact.add_bytes(b"weights", "file")
        logged = run.log_artifact(artifact, "best")
        for ref in ("m:best", "m:v0", logged, artifact):
            used = run.use_artifact(ref)
            assert (used.ref, used.open("file").read()) == (logged.ref, b"weights")
