"""The namespace hands every argument on, and loads what it needs when it is used."""

import inspect

import pytest

from simple_track import Track
from simple_track.artifacts import Artifact, UnknownArtifactError
from simple_track.errors import RunNotFoundError, SettingError
from simple_track.recording.options import RunOptions
from simple_track.values import Media, Table


def test_the_classes_are_those_of_their_packages():
    assert (Track.Artifact, Track.Media, Track.Table) == (Artifact, Media, Table)
    assert Track().Table is Table


def test_every_argument_of_run_is_an_option_with_the_same_default():
    given = {name: p.default for name, p in inspect.signature(Track.run).parameters.items()}
    wanted = {name: p.default for name, p in inspect.signature(RunOptions).parameters.items()}
    assert given == wanted


def test_every_argument_of_run_is_handed_on(monkeypatch):
    names = list(inspect.signature(Track.run).parameters)
    monkeypatch.setattr("simple_track.track.start_run", lambda options: options)
    options = Track.run(**{name: f"<{name}>" for name in names})
    assert {name: getattr(options, name) for name in names} == {name: f"<{name}>" for name in names}


def make(root, project, content=b"content"):
    artifact = Track.Artifact("data", "dataset")
    artifact.add_bytes(content, "a.txt")
    with Track.run(project, name=f"run of {project}", system=False, dir=root) as run:
        run.log_artifact(artifact)
    return run


def test_runs_are_loaded_found_and_queried_in_the_folder_that_is_given(root, tmp_path):
    run = make(tmp_path / "other", "p")
    assert Track.load(run.id, dir=tmp_path / "other").name == "run of p"
    assert [view.id for view in Track.runs(dir=tmp_path / "other")] == [run.id]
    assert Track.query("select run from runs", dir=tmp_path / "other").rows == [(run.id,)]
    assert Track.artifact("p/data", dir=tmp_path / "other").version == "v0"
    assert Track.runs() == []
    with pytest.raises(RunNotFoundError):
        Track.load(run.id)


def test_runs_are_selected_and_sorted(root):
    for project in "pqr":
        make(root, project)
    assert [view.project for view in Track.runs(order="-name")] == ["r", "q", "p"]
    assert [view.project for view in Track.runs(where="name == 'run of q'")] == ["q"]
    assert [view.project for view in Track.runs("r")] == ["r"]


def test_the_project_of_an_artifact_is_given_or_active_or_the_only_one(root):
    make(root, "p", b"p")
    assert Track.artifact("data").project == "p"
    make(root, "q", b"q")
    assert Track.artifact("data", "q").project == "q"
    assert Track.artifact("q/data").project == "q"
    with pytest.raises(SettingError, match="project: None is not one of p, q"):
        Track.artifact("data")
    with Track.run("q", system=False):
        assert Track.artifact("data").project == "q"
        assert Track.artifact("data", "p").project == "p"
    with pytest.raises(UnknownArtifactError):
        Track.artifact("other", "p")
