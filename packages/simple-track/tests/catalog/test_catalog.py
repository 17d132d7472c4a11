"""All runs, filtered and sorted, through a file that remembers them."""

import json
import shutil

import pytest

from simple_track import RunNotFoundError, SettingError, Track, TrackError, WhereError
from simple_track.catalog.catalog import only_project
from simple_track.errors import UnreadableWarning
from simple_track.storage.layout import Layout


@pytest.fixture
def runs(root):
    for number, (lr, accuracy) in enumerate([(0.1, 0.7), (0.01, 0.9), (0.001, None)]):
        with Track.run(project="demo", name=f"run-{number}", config={"lr": lr}, system=False) as run:
            run.log({"loss": lr} | ({"val/acc": accuracy} if accuracy else {}))
    with Track.run(project="other", name="elsewhere", system=False) as run:
        run.log({"loss": float("nan")})
    return root


def names(*arguments, **options):
    return [run.name for run in Track.runs(*arguments, **options)]


def test_runs_of_one_project_or_of_all_newest_first(runs):
    assert names("demo") == ["run-2", "run-1", "run-0"]
    assert names() == ["elsewhere", "run-2", "run-1", "run-0"]
    assert names("absent") == []


def test_filters_and_orders(runs):
    assert names(where="config.lr < 0.05 and state == 'finished'") == ["run-2", "run-1"]
    assert names("demo", order="-summary.val/acc") == ["run-1", "run-0", "run-2"]
    assert names("demo", order="summary.val/acc") == ["run-0", "run-1", "run-2"]
    assert names(order="-project, -name") == ["elsewhere", "run-2", "run-1", "run-0"]
    assert names(where="summary.val/acc == null") == ["elsewhere", "run-2"]
    assert names(order="summary.loss") == ["run-2", "run-1", "run-0", "elsewhere"]
    assert names(order="-summary.loss") == ["run-0", "run-1", "run-2", "elsewhere"]
    assert names(where="start_time > '2020-01-01' and end_time < '2999-12-31T10:00'") == names()
    assert names(where="start_time < '2020-01-01'") == []
    with pytest.raises(ZeroDivisionError), Track.run(project="other", name="broken", system=False):
        raise ZeroDivisionError
    assert names(where="error.type == 'ZeroDivisionError'") == ["broken"]
    assert "broken" not in names(where="error == null")
    with pytest.raises(WhereError, match=r"no field 'sumary.x'; did you mean summary.x\?"):
        Track.runs(order="sumary.x")


def test_the_file_that_remembers_is_used_and_follows_every_change(runs, monkeypatch):
    assert len(Track.runs()) == 4
    with monkeypatch.context() as patch:
        patch.setattr("simple_track.catalog.cache.edited_metadata", None)
        assert len(Track.runs()) == 4
        assert Track.runs("other")[0].summary["loss"] != 0
    with Track.run(project="demo", resume=Track.runs("demo")[-1].id, name="renamed", system=False) as run:
        assert names("demo", where="state == 'running'") == ["renamed"]
        run.log({"loss": 5})
    assert Track.runs("demo")[-1].summary["loss"] == 5
    shutil.rmtree(Track.runs("demo")[1].dir)
    assert names("demo") == ["run-2", "renamed"]


@pytest.mark.parametrize("harm", ["nonsense", "{}", '{"version": 0, "runs": {}}', "[]"])
def test_a_damaged_file_is_made_anew(runs, harm):
    cache = Layout(runs).catalog_cache
    Track.runs()
    assert len(json.loads(cache.read_bytes().split(b"\n")[1])["runs"]) == 4
    cache.write_text(harm)
    assert len(names()) == 4
    assert len(json.loads(cache.read_bytes().split(b"\n")[1])["runs"]) == 4


def test_a_cache_that_cannot_be_written_is_no_reason_not_to_list(runs):
    shutil.rmtree(Layout(runs).cache, ignore_errors=True)
    Layout(runs).cache.write_text("a file where the folder should be")
    assert len(names()) == 4


def test_folders_that_are_no_runs_are_passed_over(runs):
    (runs / "runs" / "demo" / "empty").mkdir()
    broken = runs / "runs" / "demo" / "broken"
    broken.mkdir()
    (broken / "metadata.sdn").write_text("a: [1")
    (runs / "runs" / "stray.txt").write_text("x")
    with pytest.warns(UnreadableWarning, match="it is left out") as warned:
        assert names("demo") == ["run-2", "run-1", "run-0"]
    assert [entry.message.where for entry in warned] == [broken]
    assert "unclosed [" in warned[0].message.reason


@pytest.mark.parametrize("name", ["metadata.sdn", "summary.sdn"])
@pytest.mark.parametrize("harm", ["not UTF-8", "a folder"])
def test_one_run_that_cannot_be_read_hides_no_other(runs, name, harm):
    victim = Track.runs("demo")[-1].layout
    (victim.dir / name).unlink()
    if harm == "a folder":
        (victim.dir / name).mkdir()
    else:
        (victim.dir / name).write_bytes(b"name: \xff\n")
    if name == "metadata.sdn":
        with pytest.warns(UnreadableWarning, match="metadata.sdn"):
            assert names("demo") == ["run-2", "run-1"]
        with pytest.raises(TrackError):
            Track.load(victim.run_id)
    else:
        assert names("demo") == ["run-2", "run-1", "run-0"]
        assert Track.runs("demo")[-1].summary["loss"] == 0.1
        assert Track.load(victim.run_id).summary["loss"] == 0.1


def test_a_flipped_bit_in_the_file_that_remembers_changes_nothing(runs):
    wanted = [(run.name, run.config) for run in Track.runs()]
    cache = Layout(runs).catalog_cache
    data = cache.read_bytes()
    for place in range(0, len(data), 97):
        cache.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert [(run.name, run.config) for run in Track.runs()] == wanted


def test_runs_are_loaded_by_id_or_its_beginning(runs):
    first = Track.runs("demo")[-1]
    assert Track.load(first.id).name == "run-0"
    assert Track.load(first.id[:-2]).id == first.id
    with pytest.raises(RunNotFoundError, match=r"no run 'zzz' in .*; list the runs with: simple-track ls"):
        Track.load("zzz")
    with pytest.raises(RunNotFoundError, match="4 ids begin so: give more of it"):
        Track.load(first.id[:4])
    with pytest.raises(RunNotFoundError) as caught:
        Track.load("run-0")
    assert str(caught.value) == (
        f"no run 'run-0' in {runs / 'runs'}; of that name there is {first.id}: load it by its id"
    )
    with pytest.raises(RunNotFoundError, match=f"did you mean '{first.id}'"):
        Track.load(first.id.replace(first.id[-1], "!"))


def test_a_reference_without_project_needs_only_one(runs):
    layout = Layout(runs)
    assert only_project(layout, "demo/data:v1") == "demo"
    with pytest.raises(SettingError, match="project: None is not one of demo, other"):
        only_project(layout, "data")
    shutil.rmtree(runs / "runs" / "other")
    assert only_project(layout, "data:v1") == "demo"
