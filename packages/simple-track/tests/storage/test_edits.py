"""Edits: the latest one of each field wins, over the metadata and over earlier edits."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.errors import FormatError, SettingError, StorageError
from simple_track.storage.edits import append_edit, check_edit, edited_metadata, is_valid, read_edits
from simple_track.storage.layout import Layout
from simple_track.storage.metadata import Metadata, read_metadata, write_metadata


@pytest.fixture
def layout(tmp_path):
    run = Layout(tmp_path).run("demo", "one")
    run.dir.mkdir(parents=True)
    write_metadata(run, Metadata(id="one", project="demo", name="first", tags=["a"], notes="n"))
    return run


def lines(layout):
    return [json.loads(line) for line in layout.edits.read_text("utf-8").splitlines()]


def test_without_edits_the_metadata_are_those_of_the_file(layout):
    assert edited_metadata(layout) == read_metadata(layout)
    assert read_edits(layout) == {}


def test_an_edit_wins_over_the_metadata_which_stay_as_they_are(layout):
    append_edit(layout, {"name": "best", "archived": True})
    edited = edited_metadata(layout)
    assert (edited.name, edited.archived, edited.tags, edited.notes) == ("best", True, ["a"], "n")
    assert read_metadata(layout).name == "first"


def test_a_line_says_when_who_where_and_what(layout):
    append_edit(layout, {"tags": ["x"]})
    (line,) = lines(layout)
    assert set(line) == {"time", "user", "host", "set"}
    assert line["set"] == {"tags": ["x"]}
    assert line["host"] == os.uname().nodename


def test_each_field_has_its_own_latest_edit(layout):
    append_edit(layout, {"name": "b", "notes": "x"})
    append_edit(layout, {"name": "c"})
    assert read_edits(layout) == {"name": "c", "notes": "x"}


def test_edits_of_other_stores_count_by_their_time(layout):
    append_edit(layout, {"name": "mine"})
    (line,) = lines(layout)
    other = layout.dir / "edits.abcd1234.jsonl"
    for shift, expected in ((-1, "mine"), (1, "theirs")):
        other.write_text(json.dumps({"time": line["time"] + shift, "set": {"name": "theirs"}}) + "\n")
        assert read_edits(layout)["name"] == expected


def test_an_edit_is_later_than_all_before_it_although_the_clock_was_set_back(layout, monkeypatch):
    append_edit(layout, {"name": "b"})
    monkeypatch.setattr("simple_track.storage.edits.timestamp", lambda: 1000.0)
    append_edit(layout, {"name": "c"})
    assert read_edits(layout)["name"] == "c"
    first, second = lines(layout)
    assert second["time"] > first["time"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '{"set": {"name": "x"}}',
        '{"time": true, "set": {"name": "x"}}',
        '{"time": 1e300, "set": {"name": "x"}}',
        '{"time": 5, "set": ["name"]}',
        '{"time": 5, "set": {"name": 3, "tags": "x", "notes": null, "archived": 1, "state": "finished"}}',
        '{"time": 5, "set": {"tags": [1]}}',
    ],
)
def test_a_line_that_is_no_edit_is_passed_over(layout, line):
    append_edit(layout, {"notes": "kept"})
    with layout.edits.open("a") as file:
        file.write(line + "\n")
    assert read_edits(layout) == {"notes": "kept"}
    assert edited_metadata(layout).state == "running"


def test_a_torn_line_swallows_no_edit(layout):
    layout.edits.write_text('{"time": 5, "set": {"na')
    append_edit(layout, {"name": "b"})
    assert read_edits(layout) == {"name": "b"}


def test_edits_that_cannot_be_read_or_written_are_errors_that_name_the_file(layout):
    layout.edits.mkdir()
    with pytest.raises(FormatError, match=r"edits\.jsonl: cannot be read"):
        edited_metadata(layout)
    layout.edits.rmdir()
    layout.edits.symlink_to(layout.dir / "absent" / "file")
    with pytest.raises((StorageError, OSError)):
        append_edit(layout, {"name": "b"})


def test_the_fields_that_are_given_are_checked():
    assert check_edit() == {}
    assert check_edit(name="x", tags="one", notes="", archived=False) == {
        "name": "x",
        "tags": ["one"],
        "notes": "",
        "archived": False,
    }
    assert check_edit(tags=("b", "a", "b"))["tags"] == ["b", "a"]
    assert check_edit(name="half \ud800")["name"] == "half \\ud800"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", 3),
        ("tags", 3),
        ("tags", {"a": 1}),
        ("tags", [3]),
        ("tags", [""]),
        ("tags", b"x"),
        ("notes", 3),
        ("archived", 1),
        ("archived", "yes"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(field, value):
    with pytest.raises(SettingError, match=field):
        check_edit(**{field: value})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(min_size=1).filter(str.strip),
            "tags": st.lists(st.text(min_size=1)),
            "notes": st.text(),
            "archived": st.booleans(),
        },
    )
)
def test_what_was_checked_is_valid_in_a_file(fields):
    assert all(is_valid(field, value) for field, value in check_edit(**fields).items())
