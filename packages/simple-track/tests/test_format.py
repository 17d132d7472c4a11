"""Files of every released version are read forever: `assets/format-1` holds runs as version 1 wrote them."""

import math
import os
import shutil
from pathlib import Path

import pytest

from simple_track import FormatError, Track
from simple_track.storage.layout import FORMAT_VERSION, Layout
from simple_track.storage.metadata import read_metadata

ASSETS = Path(__file__).with_name("assets")


@pytest.fixture
def store(tmp_path):
    """A copy, so that no cache is written beside the assets."""
    copy = Path(shutil.copytree(ASSETS / "format-1", tmp_path / "store"))
    for lock in copy.rglob("run.lock"):
        os.utime(
            lock, (1768060000, 1768060000)
        )  # the last heartbeat was then, not when the files were checked out
    return copy


def test_every_format_has_its_assets():
    assert sorted(path.name for path in ASSETS.glob("format-*")) == [
        f"format-{n + 1}" for n in range(FORMAT_VERSION)
    ]


def test_a_finished_run_of_format_1(store):
    run = Track.load("20260110-160000123-4f9k2a7c", dir=store)
    assert (run.name, run.project, run.state, run.group, run.job_type) == (
        "calm-otter",
        "cifar10",
        "finished",
        "g",
        "train",
    )
    assert (run.tags, run.notes) == (["base", "v1"], "first try")
    assert run.config == {
        "lr": 0.01,
        "model": {"type": "vit", "widths": [64, 128]},
        "name": "true",
        "none": None,
    }
    assert run.start_time.timestamp() == 1768060800.123
    assert run.end_time.timestamp() == 1768060860.5
    history = run.history()
    assert history["step"].tolist() == [0, 1, 1, 10]
    assert history["train/loss"][:3].tolist() == [2.5, 1.25, -math.inf]
    assert math.isnan(history["train/loss"][3])
    assert history.present("train/loss").tolist() == [True, True, True, True]
    assert history["note"].tolist() == [None, "ünï", None, None]
    assert history["ok"].tolist() == [True, None, None, None]
    assert history["~step"].tolist()[0] == 7
    assert dict(run.summary) == pytest.approx(
        {"train/loss": 1.25, "note": "ünï", "ok": True, "~step": 7, "best": math.inf}, nan_ok=True
    )
    ((step, histogram),) = run.media("spread")
    assert (step, histogram.counts.tolist()) == (10, [2, 1])
    assert run.rules[0].pattern == "train/*"
    assert run.events("alert")[0]["title"] == "look"


def test_a_run_of_format_1_with_several_writers_a_torn_tail_and_no_end(store):
    run = Track.load("20260110-170000000-aaaaaaaa", dir=store)
    assert run.state == "crashed"
    history = run.history()
    assert history["a"].tolist()[::2] == [0.0, 1.0]
    assert history["b"].tolist()[1] == 5.0
    assert dict(run.summary) == {"a": 1, "b": 5}


def test_a_packed_run_of_format_1(store):
    run = Track.load("20260110-180000000-bbbbbbbb", dir=store)
    assert run.history()["x"].tolist() == list(range(1000))
    assert run.state == "failed"
    assert run.error["type"] == "ValueError"


def test_runs_of_format_1_can_be_continued(store):
    for run in Track.runs(dir=store):
        with Track.run(project=run.project, resume=run.id, dir=store, system=False) as again:
            again.log({"more": 1.0})
        seen = Track.load(run.id, dir=store)
        assert seen.state == "finished"
        assert seen.history()["more"][-1] == 1.0
        assert seen.history()["step"][-1] == seen.history()["step"][:-1].max() + 1


def test_a_newer_format_is_refused_clearly(store):
    place = Layout(store).run("cifar10", "20260110-160000123-4f9k2a7c")
    place.metadata.write_text(place.metadata.read_text().replace("format: 1", "format: 99"))
    with pytest.raises(FormatError) as caught:
        read_metadata(place)
    assert str(caught.value) == (
        f"{place.metadata}: has format 99, and this version of simple-track reads up to {FORMAT_VERSION}; "
        "upgrade simple-track"
    )


def test_unknown_fields_of_the_same_format_are_passed_over(store):
    place = Layout(store).run("cifar10", "20260110-160000123-4f9k2a7c")
    place.metadata.write_text(place.metadata.read_text() + "added_later: 1\n")
    assert read_metadata(place).name == "calm-otter"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: [1", "not readable as SDN"),
        ("format: 1\nid: x\n", "lacks what every run has"),
        ("name: x\n", "has format None"),
    ],
)
def test_metadata_that_is_no_metadata_is_refused(store, text, message):
    place = Layout(store).run("cifar10", "20260110-160000123-4f9k2a7c")
    place.metadata.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_metadata(place)
