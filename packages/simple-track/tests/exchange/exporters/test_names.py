"""Names in other formats: no two meet, and those that the format takes stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.exchange.exporters.names import changed_names, column_name, distinct_names

NAMES = st.lists(st.text("ab_2@# ", max_size=6), unique=True, max_size=12)


def clean(name):
    return re.sub(r"[^\w]", "_", name) or "_"


@given(NAMES, st.none() | st.integers(4, 8))
def test_no_two_names_meet(names, longest):
    given_ = distinct_names({name: name for name in names}, clean, ["b", "a_2"], longest)
    assert list(given_) == names
    assert len(set(given_.values())) == len(names)
    assert not {"b", "a_2"} & set(given_.values())
    for name, found in given_.items():
        assert clean(found) == found
        assert longest is None or len(found) <= longest
        if clean(name) == name and name not in ("b", "a_2") and len(name) <= (longest or 99):
            assert found == name
    assert {found: name for name, found in given_.items() if found != name} == changed_names(given_)


def test_a_name_that_is_changed_never_takes_one_that_is_not():
    wanted = {name: name for name in ("acc@1", "acc#1", "acc_1", "acc_1_2")}
    assert list(distinct_names(wanted, clean).values()) == ["acc_1_3", "acc_1_4", "acc_1", "acc_1_2"]


def test_things_with_one_wanted_name_are_told_apart():
    wanted = {("scalar", "a"): "a", ("image", "a"): "a", ("image", "a_2"): "a_2"}
    assert list(distinct_names(wanted).values()) == ["a", "a_3", "a_2"]


@given(st.text())
def test_the_column_of_a_metric_is_its_own(key):
    assert column_name(key) not in ("run",)
    assert (column_name(key) == key) != bool(re.fullmatch("~*run", key))


@pytest.mark.parametrize(
    ("key", "column"), [("run", "~run"), ("~run", "~~run"), ("runs", "runs"), ("~a", "~a")]
)
def test_only_the_column_of_runs_is_evaded(key, column):
    assert column_name(key) == column
