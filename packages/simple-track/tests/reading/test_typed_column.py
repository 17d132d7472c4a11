"""A metric becomes columns of one type each, in which every value is as it was logged."""

import math
from decimal import Decimal

import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.reading.columns import ColumnBuilder
from simple_track.reading.typed_column import to_arrow, to_polars, typed_columns
from simple_track.storage.record import encode_metrics

scalars = (
    st.floats()
    | st.sampled_from(
        [0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 2**70 + 1, -(2**70)]
    )
    | st.integers(1 - 10**38, 10**38 - 1)
    | st.booleans()
    | st.text(st.characters(codec="utf-8"), max_size=4)
)
GAP = object()


def typed(values, key="x"):
    """The columns of a metric that has these values in turn."""
    builder = ColumnBuilder()
    lines = (encode_metrics(i, {} if v is GAP else {key: v}, 0.0) for i, v in enumerate(values))
    builder.add_lines(b"".join(lines))
    return list(typed_columns(builder.columns().parts, len(values)))


def same(one, other):
    return one == other or (one != one and other != other)


def read(value, kind, is_text):
    """A cell of another library as the value that it stands for."""
    if is_text or value is None:
        return value
    if kind == "text":  # numbers of which a float would change some
        return {"True": True, "False": False}.get(value) if value in ("True", "False") else number(value)
    return int(value) if isinstance(value, Decimal) else value


def number(text):
    return float(text) if any(c in text for c in ".enai") else int(text)


@given(st.lists(scalars | st.just(GAP), min_size=1, max_size=8))
def test_arrow_and_polars_have_every_value(values):
    columns = {column.name: column for column in typed(values)}
    for convert in (
        lambda column: to_arrow(column, pyarrow).to_pylist(),
        lambda column: to_polars(column, polars).to_list(),
    ):
        cells = {name: convert(column) for name, column in columns.items()}
        apart = "x~text" in columns
        for row, value in enumerate(values):
            if value is GAP:
                assert all(column[row] is None for column in cells.values())
            elif isinstance(value, str):
                assert cells["x~text" if apart else "x"][row] == value
            else:
                assert same(read(cells["x"][row], columns["x"].kind, False), value)
                assert not apart or cells["x~text"][row] is None


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([True, False], ["bool"]),
        ([True, 2], ["int64"]),
        ([1, 2**63 - 1], ["int64"]),
        ([1, 2**63], ["uint64"]),
        ([-1, 2**63], ["decimal"]),
        ([2**64], ["decimal"]),
        ([1, 0.5], ["float64"]),
        ([True, math.nan], ["float64"]),
        ([2**53 + 1, 0.5], ["text"]),
        ([2**70, 0.5], ["float64"]),
        (["a"], ["text"]),
        (["a", 1], ["int64", "text"]),
    ],
)
def test_the_type_is_the_one_that_changes_nothing(values, kinds):
    assert [column.kind for column in typed(values)] == kinds


def test_no_two_columns_have_one_name():
    builder = ColumnBuilder()
    builder.add_lines(
        encode_metrics(0, {"x": 1, "x~text": "own"}, 0.0) + encode_metrics(1, {"x": "word"}, 0.0)
    )
    names = [(column.name, column.key) for column in typed_columns(builder.columns().parts, 2)]
    assert names == [("x", "x"), ("x~text~", "x"), ("x~text", "x~text")]
