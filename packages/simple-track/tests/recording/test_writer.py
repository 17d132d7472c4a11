"""One process's lines: which file they go to, what they say, and when they are on disk."""

import json
import math
import os
import warnings

import numpy as np
import pytest

from simple_track.errors import RunClosedError, StorageError, TrackWarning, ValueKindError
from simple_track.reading.summary import MetricRule, Summary
from simple_track.recording.writer import LAST, Writer
from simple_track.storage.layout import Layout
from simple_track.storage.reader import read_records
from simple_track.values import Text


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.dir.mkdir(parents=True)
    return layout


@pytest.fixture
def writer(layout):
    writer = Writer(layout, None, Summary())
    writer.metrics.open()
    yield writer
    writer.close()


def metrics(layout):
    return [{k: v for k, v in r.items() if k != "timestamp"} for r in read_records(layout.metrics)]


def events(layout):
    return list(read_records(layout.history))


def test_a_line_holds_step_values_and_time(writer, layout, monkeypatch):
    monkeypatch.setattr("simple_track.recording.writer.time_ns", lambda: 1_704_902_400_123_999_999)
    writer.log({"loss": 0.5, "n": 3})
    assert layout.metrics.read_bytes() == b'{"step":0,"loss":0.5,"n":3,"timestamp":1704902400.123}\n'


@pytest.mark.parametrize("values", [{"x": 1}, {"x": "text"}, {"x": np.float32(1)}], ids=repr)
def test_steps_count_on_from_the_highest_on_both_ways(writer, layout, values):
    for step in (None, 5, 5, 2, None):
        writer.log(values, step)
    assert [line["step"] for line in metrics(layout)] == [0, 5, 5, 2, 6]
    assert writer.step == 6


def test_steps_go_on_from_those_of_a_resumed_run(layout):
    writer = Writer(layout, None, Summary(), step=41)
    writer.log({"x": 1})
    writer.close()
    assert metrics(layout) == [{"step": 42, "x": 1}]


def test_a_step_that_does_not_advance_leaves_the_counter(writer, layout):
    writer.log_any({"x": 1}, 7, advance=False)
    assert writer.step == -1
    assert metrics(layout) == [{"step": 7, "x": 1}]


@pytest.mark.parametrize("step", [LAST, np.int64(7), 7.0, -3, -LAST - 1])
def test_whole_numbers_of_64_bits_are_steps(writer, layout, step):
    writer.log({"x": 1}, step)
    assert metrics(layout)[0]["step"] == int(step)


@pytest.mark.parametrize("step", [LAST + 1, -LAST - 2, 1.5, math.nan, math.inf, True, "7"])
def test_what_is_no_step_is_refused_and_nothing_is_written(writer, layout, step):
    with pytest.raises(ValueKindError, match="step: cannot take a step of type"):
        writer.log({"x": 1}, step)
    assert metrics(layout) == []
    assert writer.step == -1


def test_nothing_is_written_before_all_values_are_understood(writer, layout):
    with pytest.raises(ValueKindError):
        writer.log({"fine": 1.0, "bad": object()})
    assert metrics(layout) == []
    assert dict(writer.summary) == {}


def test_only_mappings_are_logged(writer):
    with pytest.raises(ValueKindError, match=r"run\.log: cannot log values of type list; log a dict"):
        writer.log([("x", 1)])


def test_names_that_are_taken_move_aside(writer, layout):
    writer.log({"step": 4, "~step": 5, "timestamp": 6}, 9)
    assert metrics(layout) == [{"step": 9, "~step": 4, "~~step": 5, "~timestamp": 6}]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_marked(writer, layout, value):
    writer.log({"x": value, "y": 1.0})
    assert json.loads(layout.metrics.read_bytes())["~nonfinite"] == {"x": str(value)}
    assert repr(metrics(layout)[0]["x"]) == repr(value)


def test_the_summary_follows_every_line(writer):
    writer.log({"x": 1, "y": 2})
    writer.log({"x": 3})
    writer.log({"z": "text"})
    assert dict(writer.summary) == {"x": 3, "y": 2, "z": "text"}


def test_a_rule_counts_from_the_next_line_on(writer):
    writer.summary.define(MetricRule("x", summary="min"))
    for value in (3, 1, 2):
        writer.log({"x": value})
    assert writer.summary["x"] == 1


def test_values_of_other_kinds_are_events_with_the_step_of_their_call(writer, layout):
    writer.log({"x": 1, "note": Text("words")}, 4)
    writer.log({"note": Text("more")})
    assert metrics(layout) == [{"step": 4, "x": 1}]
    assert [(e["event"], e["key"], e["step"], e["value"]["kind"]) for e in events(layout)] == [
        ("media", "note", 4, "text"),
        ("media", "note", 5, "text"),
    ]
    assert all(e["timestamp"] > 1e9 for e in events(layout))


def test_a_value_that_the_disk_refuses_is_a_warning_and_no_event(writer, layout):
    (layout.dir / "media").write_text("in the way")
    with pytest.warns(TrackWarning, match="note at step 3 was not kept"):
        writer.log({"note": Text("words"), "x": 1}, 3)
    assert events(layout) == []
    assert metrics(layout) == [{"step": 3, "x": 1}]
    writer.strict = True
    with pytest.raises(StorageError, match="note at step 4 was not kept"):
        writer.log({"note": Text("words")}, 4)


def test_a_summary_value_that_was_set_knows_its_position_in_the_log(writer, layout):
    writer.note_summary("x", 1)
    writer.log({"x": 1})
    writer.note_summary("x", math.inf)
    writer.note_summary("x", None)
    first, second, third = events(layout)
    assert first["after"] == ["metrics.jsonl", 0]
    assert second["after"] == third["after"] == ["metrics.jsonl", layout.metrics.stat().st_size]
    assert (first["key"], first["value"], second["value"], third["value"]) == ("x", 1, math.inf, None)


def test_a_further_writer_has_files_of_its_own(layout):
    writer = Writer(layout, "node3-7", Summary())
    writer.log({"x": 1})
    writer.event("alert", title="t")
    writer.close()
    assert not layout.metrics.exists()
    assert [path.name for path in layout.stream_files()] == ["metrics.node3-7.jsonl", "history.node3-7.jsonl"]


@pytest.mark.parametrize("durability", ["process", "second", "power"])
def test_lines_are_synced_at_each_call_only_where_power_is_asked_for(layout, disk, durability):
    writer = Writer(layout, None, Summary(), durability=durability)
    writer.metrics.open()
    writer.log({"x": 1})
    assert disk.is_synced(layout.metrics) == (durability == "power")
    writer.event("alert")
    assert disk.is_synced(layout.history) == (durability == "power")
    writer.sync()
    assert disk.is_synced(layout.metrics)
    assert disk.is_synced(layout.history)
    writer.close()


def test_every_line_on_the_fast_way_is_synced_where_power_is_asked_for(layout, disk):
    writer = Writer(layout, None, Summary(), durability="power")
    writer.metrics.open()
    for count in range(1, 4):
        writer.log({"x": 1.0})
        assert disk.calls.count(("sync", layout.metrics.stat().st_ino)) == count
    writer.close()


@pytest.mark.parametrize(
    ("event", "call"),
    [
        ("alert", "run.alert"),
        ("summary", "run.summary"),
        ("metric", "run.define_metric"),
        ("media", "run.log"),
        ("other", "an event of kind 'other'"),
    ],
)
def test_a_closed_writer_takes_no_event_and_names_the_call(writer, event, call):
    writer.close()
    with pytest.raises(RunClosedError, match=f"^{call}: run one is finished"):
        writer.event(event)


@pytest.mark.parametrize("values", [{"x": 1.0}, {"x": "text"}, {"x": Text("words")}])
def test_a_closed_writer_takes_no_values(writer, layout, values):
    writer.close()
    with pytest.raises(RunClosedError, match=r"^run\.log: run one is finished"):
        writer.log(values)
    assert metrics(layout) == events(layout) == []


def test_the_lines_that_the_disk_never_took_are_counted(layout):
    layout.metrics.mkdir()
    writer = Writer(layout, None, Summary())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        writer.log({"x": 1})
        writer.log({"x": 2})
        writer.event("alert")
    assert [w.category for w in caught] == [TrackWarning]
    assert writer.close() == 2


def test_a_forked_child_writes_to_files_of_its_own_and_says_so_once(writer, layout):
    calls = []
    writer.on_fork = lambda: calls.append(os.getpid())
    writer.log({"x": 1})
    descriptors = writer.metrics.fd
    pid = os.fork()
    if pid == 0:
        try:
            writer.log({"child": 1})
            writer.log({"child": 2})
            writer.event("alert")
            ok = calls == [os.getpid()] and writer.stream.endswith(f"-{os.getpid()}")
            os._exit(0 if ok else 1)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    assert writer.metrics.fd == descriptors
    writer.log({"x": 2})
    assert [line["x"] for line in metrics(layout)] == [1, 2]
    assert calls == []
    (child,) = [path for path in layout.metric_files() if path != layout.metrics]
    assert [line["child"] for line in read_records(child)] == [1, 2]


def test_a_child_of_a_closed_writer_opens_nothing(writer, layout):
    writer.close()
    pid = os.fork()
    if pid == 0:
        try:
            writer.log({"x": 1})
        except RunClosedError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    assert layout.metric_files() == [layout.metrics]
