"""The summary follows the log by the rules, and the log alone can rebuild it."""

import enum
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simple_track import SettingError, Track, ValueKindError
from simple_track.reading.rebuild import rebuild_summary
from simple_track.reading.summary import MetricRule, Summary, rule_for
from simple_track.recording.writer import Writer
from simple_track.storage.exact_json import NotJsonError
from simple_track.storage.layout import Layout

numbers = st.lists(st.floats(allow_infinity=False, allow_nan=True, width=32), min_size=1, max_size=20)


def folded(kind, values):
    summary = Summary()
    summary.define(MetricRule("x", summary=kind))
    for value in values:
        summary.observe({"x": value})
    return summary.get("x")


@given(numbers)
def test_each_rule_keeps_what_it_says(values):
    clean = [v for v in values if not math.isnan(v)]
    assert folded("last", values) == values[-1] or math.isnan(values[-1])
    assert folded("first", values) == values[0] or math.isnan(values[0])
    assert folded("none", values) is None
    if clean:
        assert folded("min", values) == min(clean)
        assert folded("max", values) == max(clean)
        assert folded("mean", values) == pytest.approx(sum(clean) / len(clean), rel=1e-9, abs=1e-6)
    else:
        assert all(math.isnan(folded(kind, values)) for kind in ("min", "max", "mean"))


@pytest.mark.parametrize("kind", ["last", "first", "min", "max", "mean", "none"])
def test_the_log_alone_gives_the_same_summary(root, kind):
    with Track.run(project="demo", system=False) as run:
        run.define_metric("x", summary=kind)
        for value in (3.0, math.nan, 1.0, 5, 4.0, math.nan) if kind != "last" else (3.0, 4.0):
            run.log({"x": value, "y": "text"})
        live = dict(run.summary)
        again, step = rebuild_summary(Track.load(run.id).layout)
        assert dict(again) == pytest.approx(live, nan_ok=True)
        assert step == run.step
    assert dict(Track.load(run.id).summary) == pytest.approx(live, nan_ok=True)


anything = st.lists(
    st.one_of(
        st.floats(allow_nan=True, allow_infinity=True),
        st.sampled_from([0.0, -0.0, 1.0, 2.0**53, -(2.0**63)]),
        st.integers(-(2**63), 2**64 - 1),
        st.integers(-2, 2),
        st.booleans(),
        st.sampled_from(["", "a", "zero"]),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("kind", ["last", "first", "min", "max", "mean", "none"])
@given(values=anything)
@example(values=[-0.0])
def test_live_and_replayed_are_the_same_for_any_values(tmp_path_factory, kind, values):
    """To the type and the last bit: `repr` tells 1 from True and 0.0 from -0.0."""
    layout = Layout(tmp_path_factory.mktemp("any")).run("demo", "one")
    layout.dir.mkdir(parents=True)
    live = Summary()
    live.define(MetricRule("x", summary=kind))
    writer = Writer(layout, None, live)
    writer.metrics.open()
    writer.event("metric", pattern="x", axis=None, summary=kind)
    for value in values:
        writer.log({"x": value})
    writer.close()
    again, _ = rebuild_summary(layout)
    assert repr(dict(again)) == repr(dict(live))
    for value in values:  # and both go on alike, as when the run is resumed
        live.observe({"x": value})
        again.observe({"x": value})
    assert repr(dict(again)) == repr(dict(live))


def test_an_exact_name_wins_over_a_pattern_and_a_later_pattern_over_an_earlier():
    rules = [
        MetricRule("val/*", summary="max"),
        MetricRule("val/loss", summary="min"),
        MetricRule("v*", summary="mean"),
    ]
    assert rule_for("val/loss", rules).summary == "min"
    assert rule_for("val/acc", rules).summary == "mean"
    assert rule_for("train/x", rules) is None


def test_a_rule_that_does_not_exist_is_refused(root):
    with pytest.raises(SettingError) as caught, Track.run(project="demo") as run:
        run.define_metric("x", summary="top")
    assert str(caught.value) == "summary: 'top' is not one of last, first, min, max, mean, none"


def test_what_is_written_by_hand_stays_until_the_metric_is_logged_again(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"x": 1, "y": 1})
        run.summary["x"] = 10
        run.summary.update({"nested": {"a": math.inf}, "gone": 1})
        del run.summary["gone"]
        run.log({"y": 2})
        assert dict(run.summary) == {"x": 10, "y": 2, "nested/a": math.inf}
        assert dict(rebuild_summary(Track.load(run.id).layout)[0]) == dict(run.summary)
        run.log({"x": 3})
        assert run.summary["x"] == 3
        with pytest.raises(ValueKindError, match="bad: cannot log a value of type object"):
            run.summary["bad"] = object()
    assert dict(Track.load(run.id).summary) == {"x": 3, "y": 2, "nested/a": math.inf}


def test_a_rule_that_comes_late_goes_on_from_what_there_is(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"x": 1.0, "hidden": 1})
        run.define_metric("x", summary="min")
        run.define_metric("hidden", summary="none")
        run.log({"x": 2.0, "hidden": 2})
    assert dict(run.summary) == {"x": 1.0}


@pytest.mark.parametrize("kind", ["last", "first", "min", "max", "mean", "none"])
def test_a_rule_after_the_logging_gives_live_what_the_log_gives(root, kind):
    with Track.run(project="demo", system=False) as run:
        for value in (3.0, 1.0, 2.0):
            run.log({"x": value})
        run.define_metric("x", summary=kind)
        run.log({"x": 4.0})
        assert dict(run.summary) == dict(rebuild_summary(Track.load(run.id).layout)[0])


@pytest.mark.parametrize("kind", ["min", "max", "mean", "first", "last"])
def test_rules_go_on_from_the_log_after_a_value_by_hand(root, kind):
    with Track.run(project="demo", system=False) as run:
        run.define_metric("x", summary=kind)
        run.log({"x": 2.0})
        run.summary["x"] = -100.0 if kind != "min" else 100.0
        run.log({"x": 3.0})
        run.log({"x": math.inf})
        run.log({"x": -math.inf})
        live = dict(run.summary)
        assert live == pytest.approx(dict(rebuild_summary(Track.load(run.id).layout)[0]), nan_ok=True)


def test_a_mean_survives_text_written_by_hand(root):
    with Track.run(project="demo", system=False) as run:
        run.define_metric("x", summary="mean")
        run.log({"x": 1.0})
        run.log({"x": 3.0})
        run.summary["x"] = "by hand"
        run.log({"x": 5.0})
        assert run.summary["x"] == 3.0
        assert dict(rebuild_summary(Track.load(run.id).layout)[0]) == {"x": 3.0}


def test_text_has_no_least():
    assert folded("min", ["b", "a"]) == "a"
    assert folded("max", ["b", 1.0]) == 1.0
    assert folded("mean", ["text", 2.0, 4.0]) in (3.0, "text")


def test_lists_may_be_written_into_the_summary(root):
    lists = {"best": [3, 1.5, "a", None, True], "odd": [math.inf, [2**70, {"$float": "nan"}]], "empty": []}
    with Track.run(project="demo", system=False) as run:
        run.summary.update({**lists, "tuple": (1, 2), "nested": {"array": np.arange(3)}})
        expected = {**lists, "tuple": [1, 2], "nested/array": [0, 1, 2]}
        assert dict(run.summary) == expected
        live = Track.load(run.id)
        assert dict(live.summary) == expected  # from the log
        assert [event["value"] for event in live.events("summary")] == list(expected.values())
    assert dict(Track.load(run.id).summary) == expected  # from its file
    assert [dict(view.summary) for view in (*Track.runs(), *Track.runs())] == [
        expected,
        expected,
    ]  # from the cache


def test_a_list_with_something_else_in_it_names_the_place(root):
    with Track.run(project="demo", system=False) as run:
        with pytest.raises(NotJsonError, match=r"best\[1\]: object cannot be kept as JSON"):
            run.summary["best"] = [1, object()]
        assert dict(run.summary) == {}


def test_none_takes_a_value_away(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"x": 1})
        run.summary["x"] = None
        run.summary["never"] = None
        assert dict(run.summary) == {}
    assert dict(Track.load(run.id).summary) == {}


def test_numbers_of_numpy_and_of_enums_are_plain_in_the_file(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"a": np.float64(0.5), "b": np.uint8(3), "c": enum.IntEnum("Kind", "ONE").ONE, "d": 2**70})
        assert [type(value) for value in run.summary.values()][:2] == [float, int]
    assert dict(Track.load(run.id).summary) == {"a": 0.5, "b": 3, "c": 1, "d": 2**70}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"goal": "minimize"}, 1),
        ({"goal": "maximize"}, 5),
        ({"goal": "maximize", "summary": "last"}, 2),
        ({"goal": "minimize", "summary": "best"}, 1),
        ({}, 2),
    ],
)
def test_a_goal_says_what_the_summary_keeps(root, options, kept):
    with Track.run(project="demo", system=False) as run:
        run.define_metric("x", **options)
        for value in (3, 1, 5, 2):
            run.log({"x": value})
        assert run.summary["x"] == kept
    view = Track.load(run.id)
    assert view.summary["x"] == kept
    assert view.rules[0].goal == options.get("goal")


def test_an_unknown_goal_is_refused(root):
    with Track.run(project="demo", system=False) as run:
        with pytest.raises(SettingError, match="goal: 'up' is not one of minimize, maximize"):
            run.define_metric("x", goal="up")
        with pytest.raises(
            SettingError, match='goal of summary="best": None is not one of minimize, maximize'
        ):
            run.define_metric("x", summary="best")
