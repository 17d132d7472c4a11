"""Columns hold exactly what the lines say."""

import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.reading import columns
from simple_track.reading.columns import (
    ColumnBuilder,
    Columns,
    dense,
    iterate_rows,
    merge_by_time,
    min_max_rows,
    parse_lines,
)
from simple_track.storage.record import decode, encode_metrics

wide = st.integers(1 - 10**38, 10**38 - 1)
scalars = st.floats() | st.integers(-(2**63), 2**64 - 1) | wide | st.booleans() | st.text(max_size=5)
rows = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c/d", "é"]), scalars), max_size=30)


def built(chunk, first=0):
    builder = ColumnBuilder(first)
    builder.add_lines(chunk)
    return builder.columns()


def near(one, other):
    """Equal, where a column of mixed numbers may hold a whole number as a float."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other and type(one) is type(other)
    return one == other or (one != one and other != other)


@given(rows)
def test_columns_hold_what_the_lines_say(records):
    chunk = b"".join(encode_metrics(i, record, i / 8) for i, record in enumerate(records))
    back = list(iterate_rows(built(chunk)))
    assert [row.pop("step") for row in back] == list(range(len(records)))
    assert [row.pop("timestamp") for row in back] == [i / 8 for i in range(len(records))]
    for row, record in zip(back, records, strict=True):
        assert row.keys() == record.keys()
        assert all(near(row[key], value) for key, value in record.items())


@given(rows, st.data())
def test_cutting_the_log_into_pieces_changes_nothing(records, data):
    lines = [encode_metrics(i, record, i / 8) for i, record in enumerate(records)]
    cut = data.draw(st.integers(0, len(lines)))
    builder = ColumnBuilder()
    builder.add_lines(b"".join(lines[:cut]))
    builder.add_lines(b"".join(lines[cut:]))
    one, other = built(b"".join(lines)), builder.columns()
    assert one.rows.tolist() == other.rows.tolist()
    for key in one.parts:
        left, right = dense(one.parts[key], len(records)), dense(other.parts[key], len(records))
        assert left.dtype == right.dtype
        assert all(
            (a is None and b is None) or near(a, b)
            for a, b in zip(left.tolist(), right.tolist(), strict=True)
        )


@given(rows)
def test_the_rows_of_a_column_only_grow(records):
    chunk = b"".join(encode_metrics(i, {**record, "always": i}, i / 8) for i, record in enumerate(records))
    parts = built(chunk).parts
    for part in (part for kinds in parts.values() for part in kinds.values()):
        assert (np.diff(part.rows.astype(np.int64)) > 0).all()
    if records:
        assert dense(parts["always"], len(records)).tolist() == list(range(len(records)))


def test_torn_and_foreign_lines_are_passed_over():
    good = encode_metrics(1, {"x": 2.0}, 3.0)
    foreign = b'[1]\nnull\n{"step":"x","timestamp":1}\n{"step":1.5,"timestamp":1}\n{"x":1}\n'
    foreign += b'{"step":1,"tim\n\n\x00\x00\n'
    columns = built(foreign + good + foreign)
    assert columns.rows.tolist() == [(1, 3.0)]
    assert dense(columns.parts["x"], 1).tolist() == [2.0]
    assert len(built(b"").rows) == 0


def test_one_long_text_does_not_widen_the_others():
    texts = ["x" * 2_000_000, *("y" for _ in range(2000))]  # as numpy text this would be 16 GB
    chunk = b"".join(encode_metrics(i, {"t": text}, 0.0) for i, text in enumerate(texts))
    assert dense(built(chunk).parts["t"], 2001).tolist() == texts


def test_values_that_no_version_writes_are_left_out():
    chunk = b'5\nnull\n{"step":0,"a":[1,2],"b":null,"c":1,"~nonfinite":{"b":"zz"},"timestamp":1.0}\n'
    columns = built(chunk)
    assert columns.rows.tolist() == [(0, 1.0)]
    assert {key for key, kinds in columns.parts.items() if kinds} == {"c"}


def test_lines_that_only_together_make_json_are_not_joined():
    assert parse_lines(b'{"a":1\n"b":2}\n') == []
    assert parse_lines(b'{"a":[1\n2]}\n{"a":3}\n') == [{"a": 3}]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5, 2.5], "float64"),
        ([1, 2], "int64"),
        ([True, False], "bool"),
        ([1, 2.5], "float64"),
        ([True, 2], "int64"),
        ([True, 2.5], "float64"),
        (["a", "b"], "object"),
        (["a", 1.0], "object"),
        ([2**63, 2**64 - 1], "uint64"),
        ([2**63, 2**53 + 1], "object"),
        ([2**53 + 1, 0.5], "object"),
        ([2**53, 0.5], "float64"),
        ([2**63, 0.5], "float64"),
        ([2**64 - 1, 0.5], "object"),
        ([2**63 - 1, 0.5], "object"),
        ([-(2**63), 0.5], "float64"),
        ([2**70 + 1, 2], "object"),
        ([2**70, 0.5], "float64"),
        ([-(2**63), 2**63 - 1], "int64"),
    ],
)
def test_the_type_of_a_column_is_that_of_its_values(values, kind):
    chunk = b"".join(encode_metrics(i, {"x": value}, 0.0) for i, value in enumerate(values))
    column = dense(built(chunk).parts["x"], len(values))
    assert column.dtype.name == kind
    assert column.tolist() == values


def test_gaps_are_nan_or_none():
    chunk = encode_metrics(0, {"n": 1, "b": True, "s": "x"}, 0.0) + encode_metrics(1, {"other": 1}, 0.0)
    parts = built(chunk).parts
    assert dense(parts["n"], 2).tolist()[0] == 1.0
    assert math.isnan(dense(parts["n"], 2)[1])
    assert dense(parts["b"], 2).tolist() == [True, None]
    assert dense(parts["s"], 2).tolist() == ["x", None]


def test_writers_are_merged_by_time_and_each_keeps_its_order():
    one = built(b"".join(encode_metrics(i, {"x": i}, t) for i, t in enumerate([10.0, 30.0, 20.0, 40.0])))
    two = built(b"".join(encode_metrics(i, {"y": i}, t) for i, t in enumerate([15.0, 35.0])))
    merged = merge_by_time([one, two])
    assert [key for row in iterate_rows(merged) for key in row if key in "xy"] == list("xyxxyx")
    assert merged.rows["timestamp"].tolist() == [10.0, 15.0, 30.0, 20.0, 35.0, 40.0]
    assert len(merge_by_time([]).rows) == 0


@given(st.lists(st.floats(), min_size=1, max_size=400), st.integers(2, 50))
def test_few_rows_show_the_extremes_of_many(values, samples):
    numbers = np.array(values)
    chosen = min_max_rows(np.arange(len(values), dtype=np.uint32), numbers, samples)
    assert len(chosen) <= max(samples, 2)
    assert sorted(set(chosen.tolist())) == chosen.tolist()
    if not np.isnan(numbers).all():
        assert np.nanmax(numbers[chosen]) == np.nanmax(numbers)
        assert np.nanmin(numbers[chosen]) == np.nanmin(numbers)


def test_a_record_is_read_alike_line_by_line_and_in_columns():
    line = orjson.dumps({"step": 0, "x": None, "~nonfinite": {"x": "-inf"}, "timestamp": 1.0}) + b"\n"
    assert decode(line)["x"] == -math.inf
    assert dense(built(line).parts["x"], 1).tolist() == [-math.inf]
    assert isinstance(built(line), Columns)


@given(rows, st.data())
def test_every_row_comes_back_whatever_the_blocks(records, data):
    block = data.draw(st.integers(1, 8))
    columns_ = built(b"".join(encode_metrics(i, record, i / 8) for i, record in enumerate(records)))
    whole = list(iterate_rows(columns_))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "BLOCK", block)
        patch.setattr(columns, "BLOCKS", 3)
        assert repr(list(iterate_rows(columns_))) == repr(whole)


@pytest.mark.parametrize("odd", ["true", '"x"', "1.0", "null", "[1]", "9223372036854775808"])
@pytest.mark.parametrize("field", ["step", "timestamp"])
def test_a_line_is_a_row_or_not_whatever_its_neighbours_are(field, odd):
    if (field, odd) in {("timestamp", "1.0"), ("timestamp", "9223372036854775808")}:
        return  # those are times
    line = {"step": "1", "loss": "9.0", "timestamp": "2.0"} | {field: odd}
    foreign = ("{" + ",".join(f'"{key}":{value}' for key, value in line.items()) + "}\n").encode()
    good = encode_metrics(0, {"loss": 1.0}, 1.0)
    for chunk in (foreign + good, good + foreign, foreign + b'{"step":"y"}\n' + good):
        assert built(chunk).rows.tolist() == [(0, 1.0)]


def test_a_float_and_an_integer_beside_it_stay_exact():
    values = [0.1, 2**63 + 1, -(2**70), 2**53 + 1, True, 3]
    chunk = b"".join(encode_metrics(i, {"x": value}, 0.0) for i, value in enumerate(values))
    back = dense(built(chunk).parts["x"], len(values)).tolist()
    assert back == values
    assert [row["x"] for row in iterate_rows(built(chunk))] == values
