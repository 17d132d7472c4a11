"""The index of media grows with the log, and finds values by key and step."""

import numpy as np
import pytest

from simple_track import Track
from simple_track.reading.media_index import MediaIndex, MediaKey


@pytest.fixture
def run(root):
    with Track.run("demo", system=False) as run:
        yield run


def image(run, step, key="sample"):
    run.log_image(key, np.zeros((4, 4)), step=step)


def test_values_are_found_by_key_and_step(run):
    index = MediaIndex(Track.load(run.id).layout)
    assert index.refresh() == []
    for step in (10, 30, 20):
        image(run, step)
    run.log_text("note", "hello", step=15)
    assert index.refresh() == [("sample", 10), ("sample", 30), ("sample", 20), ("note", 15)]
    assert index.keys() == [MediaKey("sample", "image", 3, 10, 30), MediaKey("note", "text", 1, 15, 15)]
    assert [entry.step for entry in index.entries("sample")] == [10, 20, 30]
    assert [entry.step for entry in index.entries("sample", 1, 1)] == [20]
    assert index.steps() == [10, 15, 20, 30]
    for step, found in ((9, None), (10, 10), (29, 20), (30, 30), (99, 30)):
        entry = index.at("sample", step)
        assert (entry and entry.step) == found
    assert index.at("absent", 5) is None
    assert index.entries("absent") == []


def test_only_what_is_new_is_read(run):
    index = MediaIndex(Track.load(run.id).layout)
    image(run, 1)
    assert index.refresh() == [("sample", 1)]
    assert index.refresh() == []
    image(run, 2)
    assert index.refresh() == [("sample", 2)]
    assert index.at("sample", 9).body["kind"] == "image"


def test_what_a_rewind_took_back_is_left_out(run):
    for step in (1, 5, 9):
        image(run, step)
    run.rewind(5)
    image(run, 6)
    index = MediaIndex(Track.load(run.id).layout)
    index.refresh()
    assert [entry.step for entry in index.entries("sample")] == [1, 6]


def test_the_last_of_one_step_wins(run):
    run.log_text("note", "first", step=3)
    run.log_text("note", "second", step=3)
    index = MediaIndex(Track.load(run.id).layout)
    index.refresh()
    first, second = index.entries("note")
    assert index.at("note", 3) is second
    assert first.order < second.order
