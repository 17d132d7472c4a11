"""Texts and single numbers of values, from whatever a user gives."""

import enum
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.values.arrays import ValueRangeError
from simple_track.values.checks import distinct, integer, number, whole


@given(st.text())
def test_a_text_that_every_file_can_hold_stays_as_it_is(text):
    assert whole(text) == text


def test_other_texts_are_written_out():
    assert whole("a\ud800b") == "a\\ud800b"
    assert whole("\ud800") != whole("\ud801")
    assert (whole(None), whole(3), whole(enum.StrEnum("Color", "RED").RED)) == ("", "3", "red")


def test_names_that_meet_are_refused():
    assert distinct("masks", ["a", 1, "\ud800"]) == ["a", "1", "\\ud800"]
    with pytest.raises(ValueRangeError) as caught:
        distinct("masks", ["a", None, ""])
    assert str(caught.value) == "masks: two names are '' as text; expected names that differ."


@pytest.mark.parametrize("value", [2, 2.0, np.int8(2), np.float16(2), np.array(2), Decimal(2)])
def test_numbers_of_every_kind_are_taken(value):
    for taken in (
        integer("audio", "rate", value, "a rate", low=1, high=3),
        number("audio", "rate", value, "a rate", above=0, up_to=2),
    ):
        assert taken == 2
    assert type(integer("audio", "rate", value, "a rate", low=1, high=3)) is int


@pytest.mark.parametrize(
    "value",
    [True, np.bool_(True), "2", b"2", None, math.nan, math.inf, [2], np.array([1, 2]), 1j, object(), 10**400],
)
def test_what_is_no_number_is_named(value):
    for check in (
        lambda: integer("audio", "rate", value, "a rate", low=1, high=3),
        lambda: number("audio", "rate", value, "a rate", above=0, up_to=3),
    ):
        with pytest.raises(ValueRangeError) as caught:
            check()
        assert str(caught.value) == f"audio: rate is {value!r}; expected a rate."


@pytest.mark.parametrize("value", [0, 4, 2.5, -1])
def test_whole_numbers_have_bounds_and_no_fraction(value):
    with pytest.raises(ValueRangeError, match="expected a rate"):
        integer("audio", "rate", value, "a rate", low=1, high=3)


def test_the_least_is_excluded_and_the_greatest_is_not():
    assert number("audio", "rate", 3, "a rate", above=0, up_to=3) == 3
    with pytest.raises(ValueRangeError):
        number("audio", "rate", 0, "a rate", above=0, up_to=3)
    assert integer("audio", "rate", 1, "a rate", low=1, high=3) == 1
