"""A run that writes nothing returns what a script can go on with."""

import numpy as np
import pytest

from simple_track import Track
from simple_track.reading.summary import MetricRule, Summary
from simple_track.recording.disabled import DisabledVersion, disabled_version, empty_history, observe


def test_the_summary_observes_what_can_be_kept_and_skips_the_rest():
    summary = Summary()
    observe(summary, {"x": 1, "any": object(), "nested": {"y": np.float32(2)}, "list": [1, 2], "z": "text"})
    assert dict(summary) == {"x": 1, "nested/y": 2.0, "z": "text"}


def test_the_summary_follows_its_rules():
    summary = Summary()
    summary.define(MetricRule("x", summary="max"))
    for value in (1, 3, 2):
        observe(summary, {"x": value})
    assert summary["x"] == 3


@pytest.mark.parametrize("values", [[1, 2], None, {(1, 2): 3}])
def test_what_is_no_mapping_of_names_is_skipped(values):
    summary = Summary()
    observe(summary, values)
    assert dict(summary) == {}


@pytest.mark.parametrize(
    ("keys", "names"), [(None, []), ("loss", ["loss"]), (["a", "b"], ["a", "b"]), ([], [])]
)
def test_a_history_without_rows_has_every_column_that_is_asked_for(keys, names):
    history = empty_history("one", keys)
    assert history.rows == 0
    assert list(history) == ["step", "timestamp", *names]
    assert all(len(history[key]) == 0 for key in history)


class Artifact:
    name = "model"
    metadata = {"a": 1}


@pytest.mark.parametrize(
    ("aliases", "kept"), [((), ()), ("best", ("best",)), (["a", "b"], ("a", "b")), (iter("ab"), ("a", "b"))]
)
def test_a_version_that_is_not_stored_has_name_aliases_and_metadata(aliases, kept):
    version = disabled_version(Artifact(), aliases)
    assert version == DisabledVersion("model", kept, {"a": 1}, "untracked", "")


def test_anything_can_be_given_for_an_artifact():
    assert disabled_version(object(), ()) == DisabledVersion("")


def test_a_disabled_run_goes_on_after_every_call_as_a_tracked_one_would(root, tmp_path):
    Track.set_mode("disabled")
    run = Track.run("demo", config={"lr": 0.1}, tags=["a"])
    for value in (1, 3, 2):
        run.log({"x": value, "y": value})
    run.define_metric("x", summary="max")  # of values that were logged before
    assert dict(run.summary) == {"x": 2, "y": 2}
    run.log({"x": 5, "y": 1})
    run.log({"x": 4})
    assert dict(run.summary) == {"x": 5, "y": 1}
    run.summary["hand"] = 7
    run.update_config({"lr": 0.2})
    run.name, run.notes, run.tags = "b", "note", ["b"]
    run.rewind(1)
    run.alert("title")
    run.log_text("text", "hello")
    run.log_table("table", Track.Table(["a"], [[1]]))
    assert (run.config, run.name, run.notes, run.tags) == ({"lr": 0.2}, "b", "note", ["b"])
    assert (run.summary["x"], run.summary["hand"]) == (5, 7)
    assert run.log_artifact(Track.Artifact("m", "model"), "best").aliases == ("best",)
    assert (run.history(["x"]).rows, run.media("text"), run.table("table").columns) == (0, [], [])
    assert list(run.follow()) == []
    run.finish()
    run.finish()
    assert run.state == "finished"
    assert run.summary["x"] == 5
    assert not root.exists()
