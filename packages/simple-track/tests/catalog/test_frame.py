"""Runs as a data frame."""

import pytest

from simple_track import SettingError, Track


@pytest.fixture(autouse=True)
def _runs(root):
    for number in range(3):
        config = {"lr": 0.1**number, "model": {"depth": number}}
        with Track.run("demo", name=f"run-{number}", config=config, tags=["t"], system=False) as run:
            run.log({"val/acc": number / 4} if number else {"n": 1})


def test_a_row_for_each_run_in_the_order_of_runs():
    frame = Track.frame(where="config.model.depth > 0", order="-summary.val/acc", library="pandas")
    assert list(frame["name"]) == ["run-2", "run-1"]
    assert list(frame["summary.val/acc"]) == [0.5, 0.25]
    assert list(frame["config.model.depth"]) == [2, 1]
    assert "config" not in frame


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_each_library_gets_the_same(library):
    frame = Track.frame("demo", library=library)
    assert type(frame).__module__.partition(".")[0] == {"arrow": "pyarrow"}.get(library, library)
    assert frame.shape == (3, 13 + 2 + 2)
    assert Track.frame("absent", library=library).shape == (0, 13)


def test_archived_runs_are_left_out_unless_asked_for():
    Track.edit(Track.runs()[0], archived=True)
    assert len(Track.frame()) == 2
    assert len(Track.frame(archived=True)) == 3


def test_an_unknown_library_is_refused():
    with pytest.raises(SettingError, match="library: 'excel' is not one of pandas, polars, arrow"):
        Track.frame(library="excel")
