"""Exact conversions of single values, and how a value is shown that does not fit."""

from __future__ import annotations

import datetime
import enum
import math
from pathlib import Path

import pytest

from simple_conf import MISSING, ConfError
from simple_conf.schemas.conversion import (
    MismatchError,
    Unreadable,
    close_to,
    one_of,
    refuse,
    shown,
    to_bool,
    to_date,
    to_datetime,
    to_enum,
    to_float,
    to_int,
    to_literal,
    to_none,
    to_path,
    to_str,
    to_time,
    to_timedelta,
)

minutes = datetime.timedelta(minutes=1)


class Color(enum.Enum):
    RED = "red"
    TWO = 2


class Index:
    def __index__(self):
        return 7


class Real:
    def __float__(self):
        return 1.5


class Vector(Real):
    def __len__(self):
        return 1


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        (to_int, 5, 5),
        (to_int, "100", 100),
        (to_int, " -1_000 ", -1000),
        (to_int, "0x1F", 31),
        (to_int, 10.0, 10),
        (to_int, Index(), 7),
        (to_float, 1.5, 1.5),
        (to_float, 3, 3.0),
        (to_float, "3.14", 3.14),
        (to_float, ".5", 0.5),
        (to_float, "1e3", 1000.0),
        (to_float, "-INF", -math.inf),
        (to_float, Real(), 1.5),
        (to_bool, True, True),
        (to_bool, " Yes ", True),
        (to_bool, "1", True),
        (to_bool, "off", False),
        (to_str, "x", "x"),
        (to_str, 42, "42"),
        (to_str, 1.5, "1.5"),
        (to_str, Path("a/b"), "a/b"),
        (to_none, None, None),
        (to_path, "a/b", Path("a/b")),
        (to_path, Path("a"), Path("a")),
        (to_date, " 2026-01-31 ", datetime.date(2026, 1, 31)),
        (to_datetime, "2026-01-31T12:00:00", datetime.datetime(2026, 1, 31, 12)),
        (to_time, "12:30", datetime.time(12, 30)),
        (to_timedelta, 90, datetime.timedelta(seconds=90)),
        (to_timedelta, "1h 30m", datetime.timedelta(hours=1, minutes=30)),
        (to_timedelta, "250ms", datetime.timedelta(milliseconds=250)),
        (to_timedelta, "1d", datetime.timedelta(days=1)),
        (to_timedelta, "12:30:05.5", datetime.timedelta(hours=12, minutes=30, seconds=5.5)),
        (to_timedelta, "12:30", datetime.timedelta(hours=12, minutes=30)),
        (to_timedelta, minutes, minutes),
    ],
)
def test_what_is_converted_exactly(change, value, expected):
    made = change(value, True)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("change", "value", "expected", "hint"),
    [
        (to_int, 2.9, "int", "a fraction is never cut off"),
        (to_int, math.nan, "int", None),
        (to_int, True, "int", None),
        (to_int, "2.9", "int", None),
        (to_int, "1__0", "int", None),
        (to_int, None, "int", None),
        (to_float, True, "float", None),
        (to_float, "1e999", "float", "it is too large for a float"),
        (to_float, 10**400, "float", "it is too large for a float"),
        (to_float, 2**53 + 1, "float", "a float cannot hold it exactly"),
        (to_float, "x", "float", None),
        (to_float, Vector(), "float", None),
        (to_bool, 1, "bool", "write true"),
        (to_bool, 0, "bool", "write false"),
        (to_bool, 2, "bool", None),
        (to_bool, "maybe", "bool", None),
        (to_str, True, "str", "put it in double quotes"),
        (to_str, None, "str", None),
        (to_none, 0, "null", None),
        (to_path, "", "a path", None),
        (to_path, 5, "a path", None),
        (to_date, datetime.datetime(2026, 1, 1), "a date such as 2026-01-31", None),
        (to_date, "soon", "a date such as 2026-01-31", None),
        (to_timedelta, "", "a time span such as 1h 30m, 12:30:00 or 90 (seconds)", None),
        (to_timedelta, "1h x", "a time span such as 1h 30m, 12:30:00 or 90 (seconds)", None),
        (to_timedelta, math.inf, "a time span such as 1h 30m, 12:30:00 or 90 (seconds)", None),
    ],
)
def test_what_would_lose_something_is_refused(change, value, expected, hint):
    with pytest.raises(MismatchError) as caught:
        change(value, True)
    assert (caught.value.expected, caught.value.hint) == (expected, hint)
    assert caught.value.got is value


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (to_int, "100"),
        (to_int, 10.0),
        (to_float, "1.5"),
        (to_bool, "true"),
        (to_str, 42),
        (to_str, Path("a")),
        (to_path, "a"),
        (to_date, "2026-01-31"),
        (to_timedelta, 90),
        (to_timedelta, "1h"),
    ],
)
def test_nothing_is_converted_where_that_is_not_wanted(change, value):
    with pytest.raises(MismatchError):
        change(value, False)
    assert to_float(3, False) == 3.0


@pytest.mark.parametrize(
    ("value", "member"), [("red", Color.RED), ("RED", Color.RED), (2, Color.TWO), (Color.TWO, Color.TWO)]
)
def test_enums_are_found_by_value_then_by_name(value, member):
    assert to_enum(Color, value, True) is member


@pytest.mark.parametrize(
    ("value", "hint"), [("rod", "did you mean 'red'?"), (2.0, None), ("2", None), (True, None)]
)
def test_other_values_are_no_members(value, hint):
    with pytest.raises(MismatchError) as caught:
        to_enum(Color, value, True)
    assert (caught.value.expected, caught.value.hint) == ('one of "red", "TWO"', hint)


def test_enums_are_not_converted_where_that_is_not_wanted():
    assert to_enum(Color, Color.RED, False) is Color.RED
    with pytest.raises(MismatchError):
        to_enum(Color, "red", False)


@pytest.mark.parametrize(
    ("choices", "value", "expected"),
    [
        ((1, True), True, True),
        ((1, True), 1, 1),
        ((1, "1"), "1", "1"),
        ((5,), "5", 5),
        ((1.5,), "1.5", 1.5),
        ((Color.RED,), "red", Color.RED),
        ((Color.RED,), "RED", Color.RED),
        ((None, "a"), None, None),
    ],
)
def test_a_literal_is_the_choice_of_the_same_kind_before_one_that_is_converted(choices, value, expected):
    found = to_literal(choices, value, True)
    assert found == expected
    assert type(found) is type(expected)


def test_a_literal_that_is_none_of_the_choices_is_refused():
    for value, convert in (("sdg", True), (5, True), ("5", False)):
        with pytest.raises(MismatchError) as caught:
            to_literal(("sgd", 5.5), value, convert)
        assert caught.value.expected == 'one of "sgd", 5.5'
    with pytest.raises(MismatchError) as caught:
        to_literal(("sgd",), "sdg", True)
    assert (caught.value.expected, caught.value.hint) == ('"sgd"', "did you mean 'sgd'?")


def test_a_value_that_could_not_be_resolved_raises_its_own_error():
    failure = ConfError("why")
    with pytest.raises(ConfError) as caught:
        refuse("int", Unreadable(failure))
    assert caught.value is failure


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MISSING, "???"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ("x", "text 'x'"),
        ("x" * 60, f"text '{'x' * 60}'"),
        ("x" * 61, f"text '{'x' * 60}'…"),
        (5, "5"),
        (1.5, "1.5"),
        ([1, 2], "a list of 2"),
        ((), "a list of 0"),
        ({}, "a mapping"),
        (1j, "complex 1j"),
    ],
)
def test_values_are_shown_in_the_words_of_config_files(value, text):
    assert shown(value) == text


def test_choices_in_words():
    assert one_of(["a"]) == '"a"'
    assert one_of(["a", 1, Color.TWO]) == 'one of "a", 1, "TWO"'
    assert close_to("aple", ["apple", 5]) == "did you mean 'apple'?"
    assert close_to(5, ["apple"]) is None
    assert close_to("zzz", ["apple"]) is None
