"""Differences between two trees."""

import pytest

from simple_conf.sdn.editing.diff import Difference, differences
from simple_conf.values import Table


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [(("a",), (1,), (2,))]),
        ({"a": 1}, {"a": True}, [(("a",), (1,), (True,))]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": None}, {}, [(("a",), (None,), None)]),
        ({}, {"a": None}, [(("a",), None, (None,))]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, [(("a", "b"), (1,), None), (("a", "c"), (2,), (3,))]),
        ({"b": 1}, {"a": 0, "b": 2}, [(("b",), (1,), (2,)), (("a",), None, (0,))]),
        ([1, 2, 3], [1, 4], [((1,), (2,), (4,)), ((2,), (3,), None)]),
        ([1], [2, 3, 4], [((0,), (1,), (2,)), ((1,), None, (3,)), ((2,), None, (4,))]),
        ([{"a": 1}], [{"a": 2}], [((0, "a"), (1,), (2,))]),
        ({"a": [1]}, {"a": {"0": 1}}, [(("a",), ([1],), ({"0": 1},))]),
        ({"t": Table(["x"], [(1,)])}, {"t": [{"x": 1}]}, []),
        ({"t": Table(["x"], [(1,)])}, {"t": [{"x": 2}]}, [(("t", 0, "x"), (1,), (2,))]),
        (1, 2, [((), (1,), (2,))]),
    ],
)
def test_differences(old, new, found):
    assert differences(old, new) == found


def test_a_difference_has_names():
    (difference,) = differences({"a": 1}, {"a": 2})
    assert isinstance(difference, Difference)
    assert (difference.path, difference.old, difference.new) == (("a",), (1,), (2,))
