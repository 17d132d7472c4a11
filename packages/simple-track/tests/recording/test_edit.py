"""Edits of runs, live or ended: every reader sees them, and no writer undoes them."""

import subprocess
import sys

import pytest

from simple_track import ReadOnlyRunError, RunClosedError, RunNotFoundError, SettingError, Track
from simple_track.reading.view import RunView
from simple_track.storage.metadata import read_metadata


@pytest.fixture(autouse=True)
def _store(root):
    pass


def start(**options):
    return Track.run("demo", system=False, **options)


def seen(run_id):
    """Name, tags and notes as each reader has them."""
    view = Track.load(run_id)
    (listed,) = [run for run in Track.runs(archived=True) if run.id == run_id]
    (row,) = Track.query(f"select name, tags, notes from runs where run = '{run_id}'")
    found = [(v.name, list(v.tags), v.notes) for v in (view, listed)]
    assert found[0] == found[1] == (row["name"], row["tags"], row["notes"])
    return found[0]


def test_an_ended_run_is_edited_by_its_id_or_as_it_was_loaded():
    with start(name="one", tags=["a"]) as run:
        pass
    assert Track.edit(run.id, name="two").name == "two"
    view = Track.load(run.id)
    assert Track.edit(view, tags="b", notes="text") is view
    assert (view.name, view.tags, view.notes) == ("two", ["b"], "text")
    assert seen(run.id) == ("two", ["b"], "text")
    assert read_metadata(view.layout).name == "one"


def test_a_finished_run_object_is_edited_too():
    with start() as run:
        pass
    assert Track.edit(run, notes="after").notes == "after"
    assert run.notes == "after"
    with pytest.raises(
        RunClosedError, match=r"run\.name = …: run .* is finished; use Track\.edit\('.*', …\)"
    ):
        run.name = "late"


def test_the_setters_of_a_live_run_reach_every_reader_at_once():
    with start(name="one") as run:
        run.name = "two"
        run.tags = ("x", "y")
        run.notes = "text"
        assert seen(run.id) == ("two", ["x", "y"], "text")
        assert read_metadata(Track.load(run.id).layout).tags == ["x", "y"]
    assert seen(run.id) == ("two", ["x", "y"], "text")


def test_a_live_writer_sees_edits_of_others_and_does_not_undo_them(root):
    with start(name="one", tags=["a"], config={"lr": 1}) as run:
        edit = "Track.edit(sys.argv[1], name='two', tags=['b'], dir=sys.argv[2])"
        code = f"import sys; from simple_track import Track; {edit}"
        subprocess.run([sys.executable, "-c", code, run.id, str(root)], check=True)
        assert (run.name, run.tags) == ("two", ["b"])
        run.tags += ["c"]
        run.update_config({"lr": 2})
        assert seen(run.id) == ("two", ["b", "c"], "")
    assert seen(run.id) == ("two", ["b", "c"], "")


def test_tags_changed_in_place_are_kept_with_other_edits():
    with start(tags=["a"]) as run:
        run.tags.append("b")
        run.notes = "x"
        run.tags.append("c")
    assert seen(run.id)[1:] == (["a", "b", "c"], "x")


def test_tags_changed_in_place_are_saved_before_the_run_ends():
    with start(tags=["a"]) as run:
        run.tags.append(3)  # as Track.run takes it
        run._session.save_changes()
        assert seen(run.id)[1] == ["a", "3"]


def test_the_options_of_a_resumed_run_win_over_earlier_edits():
    with start(name="one", tags=["a"]) as run:
        pass
    Track.edit(run, name="two", notes="kept")
    with start(resume=run.id, name="three", tags=["b"]) as run:
        assert run.name == "three"
    assert seen(run.id) == ("three", ["a", "b"], "kept")


def test_an_archived_run_is_left_out_of_lists_and_of_resume():
    with pytest.raises(ZeroDivisionError), start() as run:
        raise ZeroDivisionError
    assert Track.edit(run, archived=True).archived
    assert Track.runs() == []
    assert [view.id for view in Track.runs(archived=True)] == [run.id]
    assert [view.id for view in Track.runs(where="archived")] == [run.id]
    assert Track.runs(where="not archived") == []
    assert [dict(row) for row in Track.query("select archived from runs")] == [{"archived": True}]
    with start(resume=True) as other:
        assert other.id != run.id
    with start(resume=run.id) as same:
        assert same.id == run.id
    Track.edit(run.id, archived=False)
    assert run.id in [view.id for view in Track.runs()]


def test_a_run_that_is_not_tracked_is_edited_in_memory():
    Track.set_mode("disabled")
    with start(name="one") as run:
        run.name, run.tags, run.notes = "two", ["a"], "text"
        assert (run.name, run.tags, run.notes) == ("two", ["a"], "text")
        assert Track.edit(run, name="three").name == run.name == "three"


def test_an_edit_needs_a_run_and_a_valid_value():
    with start() as run:
        with pytest.raises(
            SettingError, match="edit: None is not one of name=…, tags=…, notes=…, archived=…"
        ):
            Track.edit(run)
        with pytest.raises(SettingError, match="name: '' is not one of text that is not empty"):
            run.name = ""
        with pytest.raises(SettingError, match="tags: 3"):
            run.tags = 3
    with pytest.raises(RunNotFoundError):
        Track.edit("absent", name="x")


def test_a_loaded_run_says_how_to_edit_it_and_the_advice_works():
    with start(name="one", tags=["a"], config={"lr": 1}) as run:
        run.log({"x": 1})
    view = Track.load(run.id)
    for field in ("name", "tags", "notes", "archived"):
        with pytest.raises(
            ReadOnlyRunError, match=rf"use Track\.edit\('{run.id}', {field}=…\), then refresh\(\)"
        ):
            setattr(view, field, "x")
    with pytest.raises(ReadOnlyRunError, match=r"its tags cannot be changed here; use Track\.edit"):
        view.tags.append("b")
    with pytest.raises(ReadOnlyRunError, match=r"copy\.deepcopy\(run\.config\)"):
        view.config["lr"] = 2
    with pytest.raises(ReadOnlyRunError, match=r"set run\.summary"):
        view.summary["x"] = 2
    with pytest.raises(
        ReadOnlyRunError, match="its state cannot be changed here; what can be changed is name"
    ):
        view.state = "finished"
    Track.edit(run.id, name="two")
    assert view.refresh().name == "two"
    with Track.run(project=view.project, resume=view.id, system=False) as again:
        again.summary["x"] = 7
        again.update_config({"lr": 2})
    assert (view.refresh().summary["x"], view.config["lr"]) == (7, 2)


def test_following_a_live_run_leaves_it_attached_to_its_metadata():
    with start() as run:
        run.log({"x": 1})
        assert next(iter(run.follow()))["x"] == 1
        run.config["late"] = 1
    assert RunView(Track.load(run.id).layout).config == {"late": 1}
