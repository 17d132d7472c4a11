"""Times of Python, numpy and pandas are the same times as cells, or none."""

import datetime

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.values.tables.times import is_missing, kind_of_time, plain_time, with_nanoseconds

UNITS = ("h", "m", "s", "ms", "us", "ns")


@given(st.integers(-(2**62), 2**62), st.sampled_from([*UNITS, "D", "ps"]))
def test_a_time_of_numpy_is_the_same_time_or_stays(number, unit):
    for scalar in (np.datetime64(number, unit), np.timedelta64(number, unit)):
        plain = plain_time(scalar)
        if isinstance(plain, np.generic):
            assert plain == scalar
            assert kind_of_time(plain) in ("datetime[ns]", "duration[ns]", None)
        else:
            assert type(scalar)(plain, "us").astype(scalar.dtype) == scalar
            assert isinstance(plain, datetime.datetime | datetime.timedelta)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_time_of_pandas_is_the_same_time(nanoseconds):
    for value in (pandas.Timestamp(nanoseconds, unit="ns"), pandas.Timedelta(nanoseconds, unit="ns")):
        plain = plain_time(value)
        if nanoseconds % 1000:
            assert plain.astype(np.int64) == nanoseconds
        else:
            assert type(plain) in (datetime.datetime, datetime.timedelta)
            assert plain == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (datetime.datetime(2026, 1, 1), "datetime"),
        (datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "datetime[UTC]"),
        (datetime.date(2026, 1, 1), "date"),
        (datetime.time(1), "time"),
        (datetime.time(1, tzinfo=datetime.UTC), None),
        (datetime.timedelta(1), "duration"),
        (datetime.timedelta.max, None),
        (np.datetime64(1, "ns"), "datetime[ns]"),
        (np.timedelta64(1, "ns"), "duration[ns]"),
        (np.timedelta64(1, "ps"), None),
        (pandas.Timestamp(1, unit="ns", tz="UTC"), None),
        ("2026", None),
    ],
)
def test_the_type_of_a_time(value, kind):
    assert kind_of_time(value) == kind


def test_what_is_missing():
    for missing in (None, pandas.NA, pandas.NaT, np.datetime64("NaT"), np.timedelta64("NaT")):
        assert is_missing(missing)
    for there in (float("nan"), 0, "", pandas.Timestamp(0), np.datetime64(0, "s")):
        assert not is_missing(there)


def test_a_time_that_nanoseconds_do_not_reach_is_none():
    assert with_nanoseconds(datetime.datetime(2026, 1, 1), "datetime[ns]") == np.datetime64(
        "2026-01-01", "ns"
    )
    assert with_nanoseconds(datetime.datetime(1600, 1, 1), "datetime[ns]") is None
    assert with_nanoseconds(datetime.timedelta(200_000), "duration[ns]") is None
    assert with_nanoseconds(datetime.timedelta(microseconds=-1), "duration[ns]") == np.timedelta64(
        -1000, "ns"
    )
