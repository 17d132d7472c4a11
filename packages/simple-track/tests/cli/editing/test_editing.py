"""The commands tag, rename, note and archive."""

import io

import pytest

from simple_track.track import Track


def view(store, run_id):
    return Track.load(run_id, dir=store.root)


def test_tags_are_added_removed_and_cleared(store, call, answer):
    result = call("tag", store.second, "good", "new")
    assert (result.code, result.lines[1].split()) == (0, [store.second, "second", "good,", "new"])
    assert answer("tag", store.second, "late", "--remove", "new")[0]["tags"] == ["good", "late"]
    assert answer("tag", store.second, "--clear", "only")[0]["tags"] == ["only"]
    assert answer("tag", store.second)[0]["tags"] == ["only"]
    assert view(store, store.second).tags == ["only"]


def test_a_condition_tags_every_run_that_fits(store, call, answer):
    assert call("tag", "--where", "project == 'digits'", "x").code == 0
    assert view(store, store.first).tags == ["base", "line", "x"]
    assert view(store, store.second).tags == ["x"]
    assert view(store, store.third).tags == []
    assert call("tag", "--where", "name == 'absent'", "x").code == 1
    assert call("tag").err == "simple-track tag: name a RUN, or choose runs with --where\n"


def test_a_run_is_renamed(store, call):
    result = call("rename", "second", "the best")
    assert (result.code, result.out) == (0, f"{store.second}: second is now the best\n")
    assert view(store, store.second).name == "the best"
    assert call("rename", "the best", "").code == 1
    assert "the best" in call("ls").out


def test_notes_are_shown_replaced_and_extended(store, call, monkeypatch):
    assert call("note", store.first).out == "the first\n"
    assert call("note", store.second).err == "second has no notes\n"
    assert call("note", store.second, "one").out == "one\n"
    assert call("note", store.second, "two", "--append").out == "one\ntwo\n"
    assert call("note", store.second, "--append", "three").out == "one\ntwo\nthree\n"
    assert call("note", store.second, "--append").code == 2
    assert call("note", store.second, "--append", "four", "five").code == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("from\na pipe\n"))
    assert call("note", store.second, "-").out == "from\na pipe\n"
    assert view(store, store.second).notes == "from\na pipe"
    assert call("note", store.second, "").code == 0
    assert view(store, store.second).notes == ""


def test_archived_runs_are_left_out_of_lists(store, call, answer):
    assert call("archive", store.first).out == "1 run archived; see all with: simple-track ls --archived\n"
    assert store.first not in call("ls").out
    assert store.first in call("ls", "--archived").out
    assert [run["id"] for run in answer("ls", "--where", "archived")] == [store.first]
    assert call("archive", store.first).out == "nothing to do\n"
    assert call("archive", store.first, "--undo").out == "1 run shown in lists again\n"
    assert store.first in call("ls").out


def test_last_is_the_newest_run_that_is_not_archived(store, call, answer):
    call("archive", store.third)
    assert answer("show", "last")["id"] == store.second
    assert Track.load("last", dir=store.root).id == store.second
    call("archive", "--where", "name != ''")
    assert answer("show", "last")["id"] == store.third


def test_an_export_of_all_leaves_archived_runs_out(store, call, answer):
    call("archive", store.first)
    assert store.first not in call("export", "--all").out
    assert store.first in call("export", "--all", "--archived").out
    assert store.first in call("export", store.first, "-f", "json").out


@pytest.mark.parametrize("args", [("archive",), ("archive", "x", "--where", "name == 'first'")])
def test_runs_are_named_or_chosen(store, call, args):
    assert call(*args).err == "simple-track archive: name a RUN, or choose runs with --where, not both\n"
