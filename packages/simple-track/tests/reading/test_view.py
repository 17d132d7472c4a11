"""What a run's files tell of it."""

import json
import os
import time

import pytest

from simple_track import MetricNotFoundError, Track
from simple_track.storage.metadata import read_metadata, write_metadata
from simple_track.storage.pack import pack, unpack


def shift(view, seconds, state="finished"):
    """Put a run so many seconds into the past."""
    facts = read_metadata(view.layout)
    end = facts.end_time - seconds
    facts.start_time -= seconds
    facts.state = state
    facts.end_time = end if state == "finished" else None
    write_metadata(view.layout, facts)
    os.utime(view.layout.lock, (end, end))
    for path in view.layout.metric_files():
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        moved = [{**record, "timestamp": record["timestamp"] - seconds} for record in records]
        path.write_text("".join(json.dumps(record) + "\n" for record in moved), "utf-8")


@pytest.mark.parametrize("state", ["finished", "running"])
def test_the_time_before_a_run_was_resumed_does_not_count(root, state):
    with Track.run(project="demo", system=False) as run:
        run.log({"loss": 1.0})
    for _ in range(2):
        shift(Track.load(run.id), 5000, state)
        expected = Track.load(run.id).duration
        assert Track.load(run.id).state == ("finished" if state == "finished" else "crashed")
        with Track.run(project="demo", resume=run.id, system=False) as again:
            again.log({"loss": 0.5})
            live = Track.load(run.id).duration
        ended = Track.load(run.id)
        for seconds in (live, ended.duration):  # times are kept to the millisecond
            assert expected - 0.01 < seconds < expected + 60
        assert ended.metadata.end_time - ended.metadata.start_time > 5000
    assert Track.runs(where="duration > 1000") == []


def test_packing_keeps_the_time_of_a_crash(root):
    with Track.run(project="demo", system=False) as run:
        time.sleep(0.05)
        run.log({"loss": 1.0})
    view = Track.load(run.id)
    facts = read_metadata(view.layout)
    facts.state, facts.end_time = "running", None
    write_metadata(view.layout, facts)
    os.utime(view.layout.lock, (facts.start_time - 1, facts.start_time - 1))  # it died before its next beat
    logged = view.history()["timestamp"][0]
    for change in (lambda _: None, pack, unpack):
        change(view.layout)
        assert view.refresh().state == "crashed"
        assert view.end_time.timestamp() == logged
        assert view.duration > 0.04


def test_a_run_that_crashed_before_it_logged_took_no_time(root):
    with Track.run(project="demo", system=False) as run:
        pass
    view = Track.load(run.id)
    facts = read_metadata(view.layout)
    facts.state, facts.end_time = "running", None
    write_metadata(view.layout, facts)
    os.utime(view.layout.lock, (facts.start_time - 1, facts.start_time - 1))
    assert view.refresh().duration == 0


def test_a_clock_that_went_back_makes_no_pause(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"loss": 1.0})
    shift(Track.load(run.id), -5000)
    with Track.run(project="demo", resume=run.id, system=False):
        pass
    assert read_metadata(Track.load(run.id).layout).paused == 0


@pytest.fixture
def run(root):
    with Track.run(project="demo", system=False) as run:
        run.log(
            {"loss": 1.0, "val/loss": 2.0, "note": Track.Media.Text("x"), "rows": Track.Table(["a"], [[1]])}
        )
    return Track.load(run.id)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda run: run.history(["los"]), "has no metric 'los'; did you mean 'loss'?"),
        (
            lambda run: run.history(["note"]),
            "has no metric 'note'; it is not a number: read it by media('note')",
        ),
        (lambda run: run.media("loss"), "has no media 'loss'; it is a metric: read it by history(['loss'])"),
        (lambda run: run.media("pictures"), "has no media 'pictures'; it has: note, rows"),
        (lambda run: run.table("note"), "has no table 'note'; it has: rows"),
    ],
)
def test_what_was_not_logged_is_told_with_what_was(run, ask, message):
    with pytest.raises(MetricNotFoundError) as caught:
        ask(run)
    assert str(caught.value) == f"run {run.id} {message}"
