"""Deletion of runs: the folder goes, a tombstone stays, and nothing else is touched."""

import json

import pytest

from simple_track import RunBusyError, Track
from simple_track.maintenance.deletion import DELETING, artifact_users, delete_run, interrupted_deletions
from simple_track.maintenance.garbage import find_garbage
from simple_track.storage.layout import Layout


@pytest.fixture
def layout(root):
    return Layout(root)


def log_run(**options):
    with Track.run("demo", system=False, **options) as run:
        run.log({"x": 1})
    return Track.load(run.id)


def test_the_run_is_gone_and_a_tombstone_says_who_and_why(layout):
    kept, doomed = log_run(), log_run()
    layout.column_cache(doomed.layout).mkdir(parents=True)
    assert delete_run(layout, doomed.layout, "wrong data") > 100
    assert [view.id for view in Track.runs()] == [kept.id]
    assert not layout.column_cache(doomed.layout).exists()
    assert [path.name for path in layout.project("demo").iterdir() if path.is_dir()] == [kept.id]
    (line,) = map(json.loads, doomed.layout.tombstones.read_text().splitlines())
    assert (line["id"], line["why"], set(line)) == (doomed.id, "wrong data", {"id", "time", "who", "why"})


def test_a_live_run_is_not_deleted(layout):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1})
        with pytest.raises(RunBusyError, match=f"run {run.id} is being written by process"):
            delete_run(layout, Track.load(run.id).layout)
        run.log({"x": 2})
    assert Track.load(run.id).history().rows == 2
    assert not Track.load(run.id).layout.tombstones.exists()


def test_a_deletion_that_was_interrupted_is_garbage_and_no_run(layout):
    view = log_run()
    rest = view.layout.dir.with_name(DELETING + view.id)
    view.layout.dir.rename(rest)
    assert Track.runs() == []
    assert list(interrupted_deletions(layout)) == [rest]
    assert {item.why for item in find_garbage(layout, young=-1).items} == {
        "left by a deletion that was interrupted"
    }


def test_the_runs_whose_artifacts_others_use_are_found(layout):
    with Track.run("demo", system=False) as maker:
        artifact = Track.Artifact("data", "dataset")
        artifact.add_bytes(b"x", "f")
        maker.log_artifact(artifact)
        maker.use_artifact("data:v0")
    assert artifact_users(layout).get(maker.id, []) == []  # it uses its own
    with Track.run("demo", system=False) as user:
        user.use_artifact("data:v0")
    assert artifact_users(layout) == {maker.id: [f"demo/data:v0, used by {user.id}"]}
    delete_run(layout, Track.load(user.id).layout)
    assert Track.artifact("data:v0", project="demo").open("f").read() == b"x"
