"""Summary, step counter and rules are rebuilt from the log alone."""

import math

import orjson
import pytest

from simple_track.reading.rebuild import LAST_STEP, rebuild_summary, stored_summary, write_summary
from simple_track.reading.summary import Summary
from simple_track.storage.layout import Layout
from simple_track.storage.record import encode_event, encode_metrics
from simple_track.storage.sdn_file import read_sdn


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.dir.mkdir(parents=True)
    return layout


def log(path, *rows, first=0):
    """Append rows with steps and times that count from `first`."""
    with path.open("ab") as file:
        for number, values in enumerate(rows, first):
            file.write(encode_metrics(number, values, 100.0 + number))


def events(layout, *events):
    with layout.history.open("ab") as file:
        file.writelines(encode_event({"timestamp": 0.0, **event}) for event in events)


def rebuilt(layout):
    summary, step = rebuild_summary(layout)
    return dict(summary), step


def rule(pattern, summary, axis=None):
    return {"event": "metric", "pattern": pattern, "summary": summary, "axis": axis}


def test_a_run_without_lines_has_no_summary_and_no_step(layout):
    assert rebuilt(layout) == ({}, -1)


def test_the_last_value_of_each_metric_is_its_summary(layout):
    log(layout.metrics, {"x": 1, "y": "a"}, {"x": 2}, {"x": 3.5, "z": True})
    assert rebuilt(layout) == ({"x": 3.5, "y": "a", "z": True}, 2)


def test_the_highest_step_counts_whatever_the_order(layout):
    log(layout.metrics, {"x": 1}, first=7)
    log(layout.metrics, {"x": 2}, first=3)
    assert rebuilt(layout) == ({"x": 2}, 7)


def test_a_media_value_counts_as_a_step_and_other_events_do_not(layout):
    log(layout.metrics, {"x": 1}, first=3)
    events(layout, {"event": "media", "key": "m", "step": 9}, {"event": "alert", "step": 50})
    assert rebuilt(layout)[1] == 9
    events(layout, {"event": "media", "key": "m", "step": 2})
    assert rebuilt(layout)[1] == 9


@pytest.mark.parametrize(
    ("how", "value"),
    [("last", 2.0), ("first", 3.0), ("min", 1.0), ("max", 4.0), ("mean", 2.5), ("none", None)],
)
def test_rules_decide_which_value_is_kept(layout, how, value):
    log(layout.metrics, {"x": 3.0}, {"x": 1.0}, {"x": math.nan}, {"x": 4.0}, {"x": 2.0})
    events(layout, rule("x", how))
    assert rebuilt(layout)[0].get("x") == value


def test_rules_for_patterns_keep_their_axis(layout):
    events(layout, rule("val/*", "min", "epoch"), {"event": "metric", "pattern": "other"})
    summary, _ = rebuild_summary(layout)
    assert [(r.pattern, r.step, r.summary) for r in summary.rules] == [
        ("val/*", "epoch", "min"),
        ("other", None, "last"),
    ]


def test_values_without_a_number_have_no_extreme(layout):
    log(layout.metrics, {"x": math.nan, "y": "a"}, {"x": math.nan, "y": "b"})
    events(layout, rule("*", "min"))
    found = rebuilt(layout)[0]
    assert math.isnan(found["x"])
    assert found["y"] == "b"


def test_of_equal_extremes_the_first_is_kept_with_its_type(layout):
    log(layout.metrics, {"x": True, "y": 1}, {"x": 1, "y": True}, {"x": 1.0, "y": 1.0})
    events(layout, rule("*", "max"))
    assert repr(rebuilt(layout)[0]) == repr({"x": True, "y": 1})


def test_a_mean_goes_on_with_its_count_and_sum(layout):
    log(layout.metrics, {"x": 1.0}, {"x": math.nan}, {"x": 3})
    events(layout, rule("x", "mean"))
    summary, _ = rebuild_summary(layout)
    summary.observe({"x": 8.0})
    assert summary["x"] == 4.0


def test_infinities_of_both_signs_have_no_mean(layout):
    log(layout.metrics, {"x": math.inf}, {"x": -math.inf})
    events(layout, rule("x", "mean"))
    assert math.isnan(rebuilt(layout)[0]["x"])


def set_by_hand(layout, key, value, after, timestamp=100.5):
    events(layout, {"event": "summary", "key": key, "value": value, "after": after, "timestamp": timestamp})


def test_a_value_that_was_set_stands_until_the_metric_is_logged_again(layout):
    log(layout.metrics, {"x": 1, "y": 1})
    set_by_hand(layout, "x", 9, [layout.metrics.name, layout.metrics.stat().st_size])
    log(layout.metrics, {"y": 2}, first=1)
    assert rebuilt(layout)[0] == {"x": 9, "y": 2}
    log(layout.metrics, {"x": 3}, first=2)
    assert rebuilt(layout)[0] == {"x": 3, "y": 2}


def test_the_position_decides_and_not_the_clock(layout):
    log(layout.metrics, {"x": 1}, first=500)
    set_by_hand(layout, "x", 9, [layout.metrics.name, layout.metrics.stat().st_size], timestamp=1.0)
    assert rebuilt(layout)[0] == {"x": 9}


@pytest.mark.parametrize(("timestamp", "value"), [(100.5, 9), (99.5, 1)])
def test_without_a_position_the_time_decides(layout, timestamp, value):
    log(layout.metrics, {"x": 1})
    set_by_hand(layout, "x", 9, None, timestamp)
    assert rebuilt(layout)[0] == {"x": value}


@pytest.mark.parametrize(("timestamp", "value"), [(105.5, 9), (104.5, 2)])
def test_a_later_line_of_another_writer_counts_by_its_time(layout, timestamp, value):
    log(layout.metrics, {"x": 1})
    set_by_hand(layout, "x", 9, [layout.metrics.name, layout.metrics.stat().st_size], timestamp)
    log(layout.stream("node-7")[0], {"x": 2}, first=5)
    assert rebuilt(layout)[0] == {"x": value}


def test_a_position_in_a_file_that_is_gone_is_judged_by_time(layout):
    log(layout.metrics, {"x": 1})
    set_by_hand(layout, "x", 9, ["metrics.gone.jsonl", 0])
    assert rebuilt(layout)[0] == {"x": 9}


def test_a_value_that_was_deleted_is_gone_until_it_is_logged_again(layout):
    log(layout.metrics, {"x": 1, "y": 1})
    position = [layout.metrics.name, layout.metrics.stat().st_size]
    set_by_hand(layout, "x", None, position)
    set_by_hand(layout, "never there", None, position)
    assert rebuilt(layout)[0] == {"y": 1}


def test_of_two_values_that_were_set_the_last_counts(layout):
    set_by_hand(layout, "best", 1, [layout.metrics.name, 0])
    set_by_hand(layout, "best", 2, [layout.metrics.name, 0])
    assert rebuilt(layout)[0] == {"best": 2}


def test_samples_of_the_machine_are_no_part_of_the_summary(layout):
    log(layout.system_metrics, {"system/cpu": 1}, first=99)
    assert rebuilt(layout) == ({}, -1)


def test_a_summary_that_was_written_reads_back_with_every_number(layout, disk):
    summary = Summary()
    values = {"x": math.nan, "y": -math.inf, "n": 2**63, "f": 1.0, "b": True, "t": "ünï"}
    summary.observe(values)
    write_summary(layout, summary, 41)
    assert repr(stored_summary(layout)) == repr(values)
    assert read_sdn(layout.summary)[LAST_STEP] == 41
    assert disk.survives_power_loss(layout.summary)


@pytest.mark.parametrize("harm", [None, b"x: [1"], ids=["missing", "damaged"])
def test_without_a_file_the_log_has_the_summary(layout, harm):
    log(layout.metrics, {"x": 1})
    if harm:
        layout.summary.write_bytes(harm)
    assert stored_summary(layout) == {"x": 1}


def test_the_file_outweighs_the_log(layout):
    log(layout.metrics, {"x": 1})
    write_summary(layout, Summary(), 0)
    assert stored_summary(layout) == {}


def test_lines_of_other_programs_are_skipped(layout):
    layout.history.write_bytes(
        b'{"event":"metric"}\n{"event":"summary"}\n{"event":"media","step":"x"}\n{}\n'
        + orjson.dumps({"event": "metric", "pattern": "x", "summary": "max"})
    )
    log(layout.metrics, {"x": 2}, {"x": 1})
    assert rebuilt(layout) == ({"x": 2}, 1)
