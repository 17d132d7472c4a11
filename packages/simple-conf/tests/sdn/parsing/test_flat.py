# ruff: noqa: E501
"""The fast path for flat collections: what it reads, and what it leaves to the slow path."""

import re

import pytest

from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired
from simple_conf.sdn.parsing.flat import CONTENT, read_flat_dict, read_flat_list
from simple_conf.values import MISSING


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("1", [1]), ("1, 2.5, x y", [1, 2.5, "x y"]), (" 1 ,\t2 ", [1, 2]), ("1,", [1]), ("true, nil, ???", [True, None, MISSING]),
        ('"a, b", c', ["a, b", "c"]), ('"", "42" ', ["", "42"]), ('"a",', ["a"]), ('a, "b" , -1', ["a", "b", -1]), ("a: 1", ["a: 1"]),
    ],
)  # fmt: skip
def test_a_flat_list(content, values):
    got = read_flat_list(content)
    assert got == values
    assert [type(item) for item in got] == [type(item) for item in values]


@pytest.mark.parametrize(
    "content", [",", "1,,2", ",1", "1, ,2", 'a "b"', '"a" b', '"a""b"', '"a', '"a", , 1', '1,, "a"']
)
def test_a_list_for_the_slow_path(content):
    assert read_flat_list(content) is None


def test_an_empty_list_is_flat():
    assert read_flat_list("") == []
    assert read_flat_list("  ") == []


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("a: 1", {"a": 1}), ("a: 1, b = x y,c=2", {"a": 1, "b": "x y", "c": 2}), (" a : 1 , ", {"a": 1}), ('a: "b, c", d: ""', {"a": "b, c", "d": ""}),
        ("a: true", {"a": True}), ('a="x: y"', {"a": "x: y"}), ("", {}), (" ", {}),
    ],
)  # fmt: skip
def test_a_flat_dict(content, values):
    got = read_flat_dict(content)
    assert got == values
    assert [type(item) for item in got.values()] == [type(item) for item in values.values()]


@pytest.mark.parametrize(
    "content", ["a", "a:1", "a:", "a: , b: 1", "a: b: c", "a: b=c", "a: 1,,b: 2", ",", '"a": 1', 'a: "b" c', 'a: b "c"', 'a: "b', "a b: 1", "k@y: 1"]
)  # fmt: skip
def test_a_dict_for_the_slow_path(content):
    assert read_flat_dict(content) is None


def test_a_duplicate_key_is_located_by_the_slow_path():
    with pytest.raises(SlowPathRequired):
        read_flat_dict("a: 1, b: 2, a: 3")


def test_an_almost_number_is_a_fault():
    for reader, content in (
        (read_flat_list, "1, 1e"),
        (read_flat_list, '"a", 1e'),
        (read_flat_dict, "a: 1e"),
    ):
        with pytest.raises(Fault):
            reader(content)


def test_very_many_items_are_for_the_slow_path():
    assert read_flat_list('"a", ' * 900) == ["a"] * 900
    assert read_flat_list('"a", ' * 2_000) is None
    assert read_flat_list("1, " * 2_000) == [1] * 2_000


@pytest.mark.parametrize("content", ["", "a, b", 'a, "b [1]"', '"#", ""', "a: b = c"])
def test_plain_content(content):
    assert re.fullmatch(CONTENT, content)


@pytest.mark.parametrize("content", ["[1]", "(1)", "{", "#", "$", "'", "|", ">", "\n", '"a', '"\\n"', '"\n"'])
def test_content_that_is_not_plain(content):
    assert not re.fullmatch(CONTENT, content)
