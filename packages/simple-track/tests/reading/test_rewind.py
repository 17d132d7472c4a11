"""What a run logged before a rewind is left out from the step of the rewind on, by every reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_track import Track
from simple_track.reading.columns import ColumnBuilder, iterate_rows
from simple_track.reading.rewind import without_rewound, without_rewound_media


def columns(*records):
    builder = ColumnBuilder()
    builder.add([{"timestamp": float(at), **record} for at, record in enumerate(records)])
    return builder.columns()


def rows(columns):
    return [
        (r["step"], {k: v for k, v in r.items() if k not in ("step", "timestamp")})
        for r in iterate_rows(columns)
    ]


LOG = (
    {"step": 0, "a": 1.0},
    {"step": 1, "a": 2.0, "b": 1},
    {"step": 1, "~rewind": "1"},
    {"step": 1, "a": 3.0},
)


def test_rows_from_the_step_on_and_the_line_of_the_rewind_are_left_out():
    found = without_rewound(columns(*LOG))
    assert rows(found) == [(0, {"a": 1.0}), (1, {"a": 3.0})]
    assert "b" not in found.parts, "a metric without a value is not a metric of the run"


def test_all_rows_but_those_of_rewinds_are_kept_on_request():
    assert [step for step, _ in rows(without_rewound(columns(*LOG), keep=True))] == [0, 1, 1]


def test_columns_without_a_rewind_stay_the_same_object():
    plain = columns({"step": 0, "a": 1.0})
    assert without_rewound(plain) is plain


@pytest.mark.parametrize("value", [1, 1.0, True, "x", "1.5", ""])
def test_only_the_text_of_a_whole_number_rewinds(value):
    found = without_rewound(columns({"step": 3, "a": 1.0}, {"step": 4, "~rewind": value}))
    assert (3, {"a": 1.0}) in rows(found)


entries = st.one_of(
    st.tuples(st.integers(0, 9), st.sampled_from("abc"), st.integers(0, 99)), st.tuples(st.integers(0, 9))
)


@given(st.lists(entries, max_size=30))
@settings(max_examples=200, deadline=None)
def test_the_rows_that_are_left_are_those_of_a_list_that_is_cut_at_each_rewind(log):
    kept, repeated = [], {}
    for step, *value in log:
        if not value:
            kept = [row for row in kept if row[0] < step]
            repeated[step - 1] = len(kept)
            continue
        until = repeated.get(step, 0)
        for number, (at, values) in enumerate(kept[:until]):
            if at == step:
                kept[number] = (at, {key: old for key, old in values.items() if key != value[0]})
        kept.append((step, {value[0]: value[1]}))
    kept = [row for row in kept if row[1]]
    records = [
        {"step": step, value[0]: value[1]} if value else {"step": step, "~rewind": str(step)}
        for step, *value in log
    ]
    assert rows(without_rewound(columns(*records))) == kept if records else True


def test_what_is_logged_again_at_the_last_step_that_is_kept_replaces_what_was_logged_before():
    log = (
        {"step": 1, "a": 1.0},
        {"step": 2, "a": 2.0},
        {"step": 2, "b": 1, "c": 1},
        {"step": 3, "~rewind": "3"},
        {"step": 2, "b": 7},
        {"step": 3, "a": 3.0},
    )
    assert rows(without_rewound(columns(*log))) == [
        (1, {"a": 1.0}), (2, {"a": 2.0}), (2, {"c": 1}), (2, {"b": 7}), (3, {"a": 3.0}),
    ]  # fmt: skip
    assert rows(without_rewound(columns({"step": 2, "b": 1}, *log[3:]))) == [(2, {"b": 7}), (3, {"a": 3.0})]


def test_media_that_are_logged_again_at_that_step_replace_those_before():
    media = {"event": "media", "step": 4}
    events = [
        {**media, "key": "x", "value": 1},
        {**media, "key": "y", "value": 2},
        {"event": "rewind", "step": 5},
        {**media, "key": "x", "value": 3},
        {**media, "key": "x", "value": 4},
    ]
    assert without_rewound_media(events) == events[1:]


def test_media_from_the_step_on_are_left_out_and_other_events_stay():
    events = [
        {"event": "media", "key": "x", "step": 4},
        {"event": "media", "key": "x", "step": 5},
        {"event": "alert", "step": 6},
        {"event": "rewind", "step": 5},
        {"event": "media", "key": "y", "step": 5},
    ]
    assert without_rewound_media(events) == [events[0], *events[2:]]
    assert without_rewound_media(events[:3]) == events[:3]


@pytest.fixture
def run(root):
    with Track.run("demo", system=False) as run:
        run.define_metric("best", summary="max")
        for step in range(8):
            run.log(
                {"loss": float(step), "best": step, "late": step}
                if step > 5
                else {"loss": float(step), "best": step}
            )
        run.log_text("note", "kept", step=2)
        run.log_text("note", "lost", step=6)
        run.rewind(5)
        run.log({"loss": 50.0, "best": 1})
    return Track.load(run.id)


def test_histories_summaries_and_media_leave_out_what_was_taken_back(run):
    assert run.history(["loss"])["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert run.history(["loss"])["loss"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 50.0]
    assert dict(run.summary) == {"loss": 50.0, "best": 4}
    assert [(step, note.text) for step, note in run.media("note")] == [(2, "kept")]
    assert "late" not in run.history()


def test_all_that_was_logged_can_be_read_on_request(run):
    assert run.history(["loss"], rewound=True)["step"].tolist() == [*range(8), 5]
    assert len(run.events("media", rewound=True)) == 2
    assert [event["step"] for event in run.events("rewind")] == [5]


def test_sql_leaves_out_what_was_taken_back(run):
    pytest.importorskip("duckdb")
    found = Track.query("select step, value from metrics where key = 'loss' order by step")
    assert [row["step"] for row in found] == [0, 1, 2, 3, 4, 5]
    assert found.rows[-1] == (5, 50.0)
