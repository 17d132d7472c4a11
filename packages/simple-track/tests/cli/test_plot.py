"""The command plot."""

import pytest

from simple_track.track import Track


def test_several_runs_are_drawn_in_one_chart(store, call):
    result = call("plot", "first", "second", "train/loss", "--height", 6)
    assert result.code == 0
    assert result.lines[0] == "train/loss"
    assert len(result.lines) == 1 + 6 + 2 + 1 + 2
    assert {"*", "o"} <= set("".join(result.lines[1:7]))
    assert result.lines[-2] == f"* first  {store.first[-8:]}  last 0.00744658"
    assert result.lines[-1].startswith(f"o second  {store.second[-8:]}  last ")


def test_one_run_is_drawn_in_dots_without_a_mark(store, call):
    lines = call("plot", "first", "train/loss").lines
    assert any("⠑" in line for line in lines)
    assert lines[-1].startswith("first  ")


def test_runs_are_chosen_by_a_condition(store, answer):
    found = answer("plot", "--where", "project == 'digits'", "lr")
    assert [run["name"] for run in found] == ["second", "first"]
    assert found[1]["x"] == list(range(50))
    assert found[1]["lr"] == [0.1] * 50


def test_runs_without_the_metric_are_named(store, call):
    result = call("plot", "first", "third", "train/loss")
    assert result.code == 0
    assert result.err == f"simple-track plot: third ({store.third}) has no numbers of train/loss\n"
    assert "did you mean 'train/loss'?" in call("plot", "first", "train/los").err


def test_a_metric_of_texts_has_no_plot(store, call):
    with Track.run("words", name="texts", system=False, dir=store.root) as run:
        run.log({"verdict": "good"})
    result = call("plot", run.id, "verdict")
    assert (result.code, result.out) == (1, "")
    assert result.err == "simple-track plot: verdict is not a number, so it has no plot\n"


@pytest.mark.parametrize("args", [(), ("train/loss",)])
def test_a_run_and_a_metric_are_needed(store, call, args):
    result = call("plot", *args)
    assert (result.code, result.out) == (2, "")
    assert result.err == "simple-track plot: name a RUN (or choose runs with --where) and a METRIC\n"
