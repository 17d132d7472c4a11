"""How a run is found or made, opened, joined, and given up when it cannot be opened."""

import os
import pickle
import subprocess
import sys
import textwrap

import pytest

from simple_track.errors import RunActiveError, RunBusyError, SettingError, StorageError, TrackWarning
from simple_track.reading.view import RunView
from simple_track.recording import start as module
from simple_track.recording.options import RunOptions
from simple_track.recording.start import active_run, rejoin, start_run
from simple_track.settings import set_mode
from simple_track.storage.layout import Layout
from simple_track.storage.lock import FileLock, is_alive
from simple_track.storage.metadata import read_metadata
from simple_track.storage.pack import pack
from simple_track.storage.reader import read_events


def start(**options):
    return start_run(RunOptions(**{"project": "demo", "system": False, **options}))


def reads(run):
    return RunView(Layout(run._view.layout.root.root).run(run.project, run.id))


def test_a_new_run_is_on_disk_when_it_has_started(root, disk):
    run = start(config={"lr": 0.1}, tags=["a"], notes="n", group="g", job_type="t", name="x")
    layout = Layout(root).run("demo", run.id)
    facts = read_metadata(layout)
    assert (facts.state, facts.config, facts.tags, facts.notes) == ("running", {"lr": 0.1}, ["a"], "n")
    assert (facts.group, facts.job_type, facts.name, facts.error) == ("g", "t", "x", None)
    assert facts.environment["pid"] == os.getpid()
    assert is_alive(layout.lock)
    assert disk.survives_power_loss(layout.metadata)
    assert all(map(disk.is_synced, (layout.dir.parent, layout.dir.parent.parent, root)))
    (event,) = read_events(layout)
    assert (event["event"], event["state"], event["resumed"], event["config"]) == (
        "state",
        "running",
        False,
        None,
    )
    run.finish()


def test_a_name_is_made_where_none_is_given(root):
    one, other = start(), start(reinit="stack")
    assert one.name != other.name
    assert len(one.name.split("-")) == 3


@pytest.mark.parametrize(
    ("given", "kept"), [("one", ["one"]), (("a", 2), ["a", "2"]), (None, []), ((), [])], ids=repr
)
def test_tags_are_a_list_of_texts(root, given, kept):
    assert start(tags=given).tags == kept


def test_text_that_no_file_can_hold_is_escaped(root):
    run = start(name="\udc80", notes="\udc80", group="\udc80", job_type="\udc80", tags=["\udc80"])
    assert {run.name, run.notes, run.group, run.job_type, *run.tags} == {"\\udc80"}


def test_the_active_run_is_the_one_that_was_started_last(root):
    assert active_run() is None
    one = start()
    other = start(reinit="stack")
    assert active_run() is other
    other.finish()
    assert active_run() is one
    one.finish()
    assert active_run() is None


@pytest.mark.parametrize("reinit", [True, "finish"])
def test_an_active_run_is_finished_where_asked(root, reinit):
    one = start()
    other = start(reinit=reinit)
    assert (one.state, other.state) == ("finished", "running")


def test_an_active_run_is_an_error_without_a_word_about_it(root):
    one = start()
    with pytest.raises(RunActiveError) as caught:
        start()
    assert caught.value.run_id == one.id


@pytest.mark.parametrize("reinit", ["yes", 1])
def test_an_unknown_reinit_is_refused(root, reinit):
    with pytest.raises(SettingError, match=r"reinit: .* is not one of False, True, finish, stack"):
        start(reinit=reinit)


def test_a_project_that_cannot_be_a_folder_is_refused_before_anything_happens(root):
    with pytest.raises(ValueError, match="project"):
        start(project="../x")
    assert not root.exists()


def test_rank_0_of_a_job_writes_and_the_others_do_not(root, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    other = start()
    assert other.dir == ""
    assert not root.exists()
    monkeypatch.setenv("RANK", "0")
    assert start().dir


def test_a_mode_without_tracking_needs_no_rank(root, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    set_mode("disabled")
    run = start(shared=True)
    run.log({"x": 1})
    run.finish()
    assert (run.state, run.dir, root.exists()) == ("finished", "", False)


def test_a_folder_that_cannot_be_written_is_a_warning_or_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(TrackWarning, match="Not a directory; this run is not tracked"):
        run = start(dir=tmp_path / "file")
    assert run.dir == ""
    with pytest.raises(StorageError) as caught:
        start(dir=tmp_path / "file", strict=True)
    assert caught.value.errno == 20


@pytest.mark.parametrize("part", ["write_metadata", "make_sampler"])
def test_a_start_that_fails_leaves_nothing_behind(root, monkeypatch, part):
    def fail(*_):
        raise ValueError("while starting")

    monkeypatch.setattr(module, part, fail)
    with pytest.raises(ValueError, match="while starting"):
        start()
    assert list(Layout(root).run_layouts()) == []
    assert active_run() is None


def test_a_resume_that_fails_keeps_the_run(root, monkeypatch):
    run = start()
    run.log({"x": 1})
    run.finish()

    def fail(*_):
        raise ValueError("while starting")

    monkeypatch.setattr(module, "make_sampler", fail)
    with pytest.raises(ValueError, match="while starting"):
        start(resume=run.id)
    layout = Layout(root).run("demo", run.id)
    assert not is_alive(layout.lock)
    assert RunView(layout).history()["x"].tolist() == [1]


def test_a_run_that_is_held_is_busy_and_its_holder_is_named(root):
    run = start()
    run.finish()
    lock = FileLock(Layout(root).run("demo", run.id).lock)
    assert lock.acquire()
    with pytest.raises(RunBusyError, match="is being written by this very process"):
        start(resume=run.id)
    lock.release()


def test_a_run_that_another_process_holds_names_it(root):
    run = start()
    run.finish()
    code = """
        import sys
        from pathlib import Path
        from simple_track.storage.lock import FileLock
        lock = FileLock(Path(sys.argv[1]))
        lock.acquire()
        print("held", flush=True)
        sys.stdin.read()
    """
    path = Layout(root).run("demo", run.id).lock
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        holder.stdout.readline()
        with pytest.raises(RunBusyError, match=f"is being written by process {holder.pid} on"):
            start(resume=run.id)
        holder.stdin.close()


def test_a_resumed_run_keeps_what_is_not_given_anew(root):
    with start(config={"a": 1, "b": 1}, tags=["x"], notes="old", name="first", group="g") as run:
        run.log({"m": 1}, 4)
    with start(resume=run.id, config={"b": 2, "c": 3}, tags=["y", "x"]) as again:
        assert again.id == run.id
        assert again.config == {"a": 1, "b": 2, "c": 3}
        assert (again.tags, again.notes, again.name, again.group) == (["x", "y"], "old", "first", "g")
        assert again.step == 4
        assert dict(again.summary) == {"m": 1}
        assert again.start_time == run.start_time
        assert not again._view.layout.summary.exists()
        again.log({"m": 2})
    facts = read_metadata(run._view.layout)
    assert len(facts.resumed) == 1
    assert facts.paused == pytest.approx(facts.resumed[0] - run.end_time.timestamp(), abs=0.002)
    assert reads(again).history()["step"].tolist() == [4, 5]
    event = [event for event in reads(again).events("state") if event["state"] == "running"][-1]
    assert (event["resumed"], event["config"]) == (True, {"b": 2, "c": 3})


def test_a_resumed_run_takes_name_and_notes_that_are_given(root):
    start(name="first", notes="old").finish()
    with start(resume="allow", notes="new") as again:
        assert again.notes == "new"
    with start(resume=again.id, name="second") as again:
        assert (again.name, again.notes) == ("second", "new")


def test_a_failed_run_that_is_resumed_has_not_failed(root):
    with pytest.raises(ValueError, match="x"), start() as run:
        raise ValueError("x")
    with start(resume=run.id) as again:
        facts = read_metadata(again._view.layout)
        assert (facts.state, facts.error, facts.end_time) == ("running", None, None)


def test_a_packed_run_is_unpacked_when_it_is_resumed(root):
    with start() as run:
        run.log({"x": 1})
    layout = Layout(root).run("demo", run.id)
    pack(layout)
    with start(resume=run.id) as again:
        assert layout.metrics.exists()
        again.log({"x": 2})
    assert reads(again).history()["x"].tolist() == [1, 2]
    assert not list(layout.dir.glob("*.zst"))


def test_the_environment_names_the_id_of_a_new_run_only_where_one_is_resumed(root, monkeypatch):
    monkeypatch.setenv("SIMPLE_TRACK_RUN_ID", "mine")
    with start(resume="allow") as run:
        assert run.id == "mine"
    with start() as run:
        assert run.id != "mine"


def test_a_run_in_another_process_is_a_further_writer(root):
    run = start()
    facts = read_metadata(run._view.layout)
    assert rejoin(run.dir, facts) is run
    module._active.remove(run)  # as in a process that has not started it
    joined = rejoin(run.dir, facts)
    assert joined is not run
    joined.log({"joined": 1})
    joined.finish()
    assert reads(run).state == "running"
    assert len(run._view.layout.metric_files()) == 2
    run.finish()
    assert dict(reads(run).summary) == {"joined": 1}


def test_a_run_that_is_not_tracked_can_be_pickled(root):
    set_mode("disabled")
    run = start(config={"lr": 0.1})
    again = pickle.loads(pickle.dumps(run))
    assert (again.id, again.config, again.dir) == (run.id, {"lr": 0.1}, "")
    again.log({"x": 1})
    assert dict(again.summary) == {"x": 1}


@pytest.mark.parametrize(("line", "state"), [("pass", "finished"), ("raise ValueError('x')", "failed")])
def test_runs_that_were_forgotten_end_with_the_interpreter_the_last_first(root, line, state):
    code = f"""
        from simple_track import Track
        runs = [Track.run("demo", name=name, reinit="stack", system=False) for name in "ab"]
        {line}
    """
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=False, capture_output=True, timeout=60
    )
    facts = {view.name: view for view in map(RunView, Layout(root).run_layouts())}
    assert {view.state for view in facts.values()} == {state}
    assert facts["b"].end_time <= facts["a"].end_time
