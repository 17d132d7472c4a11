"""Which run is resumed depends on what was asked for, and on what there is."""

import pytest

from simple_track.errors import RunNotFoundError, SettingError
from simple_track.recording.options import RunOptions
from simple_track.recording.resume import find_resumable
from simple_track.storage.layout import Layout
from simple_track.storage.lock import FileLock
from simple_track.storage.metadata import Metadata, write_metadata
from simple_track.track import Track


@pytest.fixture
def layout(tmp_path, monkeypatch):
    monkeypatch.delenv("SIMPLE_TRACK_RUN_ID", raising=False)
    return Layout(tmp_path)


def make(layout, run_id, state="finished", project="demo", **facts):
    run_layout = layout.run(project, run_id)
    run_layout.dir.mkdir(parents=True)
    write_metadata(run_layout, Metadata(id=run_id, project=project, state=state, **{"name": "a", **facts}))
    return run_layout


def find(layout, resume, **options):
    found = find_resumable(layout, RunOptions(project="demo", resume=resume, **options))
    return found and found.run_id


@pytest.mark.parametrize("resume", [False, None])
def test_without_a_wish_the_run_is_new(layout, resume):
    make(layout, "one")
    assert find(layout, resume) is None


def test_an_empty_id_is_refused(layout):
    make(layout, "one")
    with pytest.raises(SettingError, match="resume: '' is not one of False, True, 'allow', 'must'"):
        find(layout, "")


def test_an_id_names_exactly_that_run(layout):
    make(layout, "one")
    make(layout, "two")
    assert find(layout, "one") == "one"
    with pytest.raises(RunNotFoundError, match=r"no run 'three' in .*demo; list the runs"):
        find(layout, "three")


def test_an_id_of_another_project_is_named_with_it(layout):
    make(layout, "one", project="other")
    with pytest.raises(RunNotFoundError, match="it is in project 'other'"):
        find(layout, "one")


def test_a_folder_without_metadata_is_no_run(layout):
    layout.run("demo", "one").dir.mkdir(parents=True)
    with pytest.raises(RunNotFoundError):
        find(layout, "one")
    assert find(layout, "allow") is None


@pytest.mark.parametrize("resume", ["must", "allow"])
def test_the_latest_run_is_found_whatever_its_state(layout, resume):
    for run_id, state in (("1", "failed"), ("2", "finished"), ("3", "interrupted")):
        make(layout, run_id, state)
    assert find(layout, resume) == "3"


@pytest.mark.parametrize("resume", ["must", "allow", True])
def test_name_and_group_have_to_match(layout, resume):
    make(layout, "1", "failed", name="a", group="g")
    make(layout, "2", "failed", name="b", group="g")
    make(layout, "3", "failed", name="a", group="h")
    assert find(layout, resume, name="b") == "2"
    assert find(layout, resume, group="g") == "2"
    assert find(layout, resume, name="a", group="g") == "1"
    assert find(layout, resume) == "3"


def test_must_is_an_error_without_a_run_and_allow_and_true_are_not(layout):
    with pytest.raises(RunNotFoundError, match=r"no run of project 'demo' to resume in .*; start it without"):
        find(layout, "must")
    assert find(layout, "allow") is None
    assert find(layout, True) is None


def test_true_finds_the_latest_run_that_did_not_finish(layout):
    make(layout, "1", "interrupted")
    make(layout, "2", "failed")
    make(layout, "3", "finished")
    assert find(layout, True) == "2"


def test_true_finds_a_crashed_run_but_none_that_is_running(layout):
    make(layout, "1", "running")
    live = make(layout, "2", "running")
    lock = FileLock(live.lock)
    assert lock.acquire()
    assert find(layout, True) == "1"
    lock.release()
    assert find(layout, True) == "2"


@pytest.mark.parametrize("resume", ["must", "allow", True])
def test_the_environment_names_the_run(layout, monkeypatch, resume):
    make(layout, "1")
    make(layout, "2")
    monkeypatch.setenv("SIMPLE_TRACK_RUN_ID", "1")
    assert find(layout, resume) == "1"
    monkeypatch.setenv("SIMPLE_TRACK_RUN_ID", "9")
    if resume == "must":
        with pytest.raises(RunNotFoundError):
            find(layout, resume)
    else:
        assert find(layout, resume) is None


def test_an_id_that_is_given_outweighs_the_environment(layout, monkeypatch):
    make(layout, "1")
    make(layout, "2")
    monkeypatch.setenv("SIMPLE_TRACK_RUN_ID", "1")
    assert find(layout, "2") == "2"


@pytest.mark.parametrize(("word", "hint"), [("auto", "write: resume=True"), ("never", "write: resume=False")])
def test_a_word_of_another_library_is_answered(root, word, hint):
    with pytest.raises(RunNotFoundError, match=f"no run '{word}' in .*; {hint}"):
        Track.run("demo", resume=word, system=False)


def test_a_run_says_whether_it_was_resumed():
    with Track.run("demo", system=False) as run:
        assert not run.resumed
    with Track.run("demo", system=False, resume=run.id) as again:
        assert again.resumed
