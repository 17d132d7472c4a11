"""Joining arrays: which items are paired, what identifies an item, and where the result comes from."""

from __future__ import annotations

import pytest

from simple_conf import Conf, MergeStrategy
from simple_conf.merging.arrays import combine, goes_over, identities, items_of, joined, paired
from simple_conf.merging.merge import lay_over
from simple_conf.origin.layers import NamedLayer
from simple_conf.tree.export import as_written
from simple_conf.tree.node import ListNode, grow

ONE, TWO = NamedLayer("file", "one"), NamedLayer("file", "two")


def items(*values, layer=ONE):
    return grow({"items": list(values)}, layer).__raw__["items"]


def named(*names):
    return items_of(items(*({"name": name} for name in names)))


def origins(result):
    return [str(one.layer.locate(one.path)) for one in result.__provenance__]


@pytest.mark.parametrize(
    ("how", "expected", "sources"),
    [
        ("append", [1, 2, 3, 4, 5], ["one", "one", "two", "two", "two"]),
        ("prepend", [3, 4, 5, 1, 2], ["two", "two", "two", "one", "one"]),
        ("by_index", [3, 4, 5], ["two", "two", "two"]),
    ],
)
def test_arrays_of_scalars_are_joined_with_the_origin_of_each_item(how, expected, sources):
    mine, other = items(1, 2), items(3, 4, 5, layer=TWO)
    result = combine(mine, other, how, lay_over)
    assert isinstance(result, ListNode)
    assert list(result) == expected
    assert origins(result) == sources
    assert (result.__path__, result.__tree__, result.__layer__) == (mine.__path__, mine.__tree__, ONE)
    assert (list(mine), list(other)) == ([1, 2], [3, 4, 5])


def test_by_index_keeps_the_items_that_have_no_partner():
    assert list(combine(items(1, 2, 3), items(4), "by_index", lay_over)) == [4, 2, 3]
    assert list(combine(items(1), items(4, 5), "by_index", lay_over)) == [4, 5]
    assert list(combine(items(), items(4, 5), "by_index", lay_over)) == [4, 5]


def test_references_are_joined_as_written():
    result = combine(items("${a}", 1), items("${b}", layer=TWO), "append", lay_over)
    assert result.__raw__ == ["${a}", 1, "${b}"]
    assert [(one[0], one[2]) for one in items_of(items("${a}", 1))] == [("${a}", 0), (1, 1)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], [(str, "a", 0), (str, "b", 0)]),
        (["a", "a", "b", "a"], [(str, "a", 0), (str, "a", 1), (str, "b", 0), (str, "a", 2)]),
        ([1, 2.5], [(float, 1, 0), (float, 2.5, 0)]),
        ([1, 1.0, True], [(float, 1, 0), (float, 1.0, 1), (bool, True, 0)]),
        ([0, False, ""], [(float, 0, 0), (bool, False, 0), (str, "", 0)]),
        (["1", 1], [(str, "1", 0), (float, 1, 0)]),
        ([None, ["a"], {"b": 1}], [None, None, None]),
    ],
)
def test_an_item_is_identified_by_the_kind_and_the_value_of_its_field(names, expected):
    assert identities(named(*names), "name") == expected


def test_an_item_without_the_field_has_no_identity():
    assert identities(items_of(items({"x": 1}, 5, ["a"], None)), "name") == [None] * 4


def pairs_of(below, above):
    """Where each pair comes from: the side and the index of the first, the index of the second."""
    mine = below[0][1]
    return [
        ("below" if first[1] is mine else "above", first[2], None if second is None else second[2])
        for first, second in paired(below, above, "name")
    ]


def test_items_are_paired_by_identity_and_the_rest_is_kept_in_order():
    below, above = named("a", "b", "c"), named("x", "c", "a", "y")
    assert pairs_of(below, above) == [
        ("below", 0, 2),
        ("below", 1, None),
        ("below", 2, 1),
        ("above", 0, None),
        ("above", 3, None),
    ]


def test_items_of_another_kind_are_not_paired():
    below, above = named(1, True, "1", 1.5), named(True, 1.0, 1.5, "1.5")
    assert pairs_of(below, above) == [
        ("below", 0, 1),
        ("below", 1, 0),
        ("below", 2, None),
        ("below", 3, 2),
        ("above", 3, None),
    ]


def test_items_without_identity_are_never_paired():
    below, above = items_of(items(1, {"x": 1})), items_of(items(1, {"x": 1}))
    assert pairs_of(below, above) == [
        ("below", 0, None),
        ("below", 1, None),
        ("above", 0, None),
        ("above", 1, None),
    ]


def test_fields_with_floats_identify_items():
    base = {"rows": [{"lr": 0.1, "a": 1}, {"lr": 1, "a": 2}]}
    over = {"rows": [{"lr": 1.0, "b": 3}, {"lr": 0.1, "b": 4}]}
    merged = Conf.merge_with(base, over, MergeStrategy({"key": "lr"}))
    assert merged == {"rows": [{"lr": 0.1, "a": 1, "b": 4}, {"lr": 1.0, "a": 2, "b": 3}]}


def test_paired_mappings_are_merged_and_anything_else_is_replaced():
    mine, other = items({"a": 1}, {"b": 1}, 3, 4), items({"x": 1}, 7, {"y": 1}, layer=TWO)
    result = combine(mine, other, "by_index", lay_over)
    assert as_written(result) == [{"a": 1, "x": 1}, 7, {"y": 1}, 4]
    assert [getattr(item, "__barrier__", None) for item in result] == [False, None, True, None]
    assert origins(result) == ["one", "two", "two", "one"]
    assert result[0].__path__ == ("items", 0)
    assert result[0] is not mine[0]
    assert as_written(mine) == [{"a": 1}, {"b": 1}, 3, 4]


def test_a_mapping_that_replaces_is_not_merged_into_another():
    below, above = items({"a": 1}), items({"b": 1})
    assert goes_over(above[0], below[0]) is True
    object.__setattr__(above[0], "__barrier__", True)
    assert goes_over(above[0], below[0]) is False
    assert goes_over(5, below[0]) is goes_over(below[0], 5) is False
    result = joined(below, [(items_of(below)[0], items_of(above)[0])], lay_over)
    assert as_written(result) == [{"b": 1}]
    assert result[0].__barrier__ is True


def test_the_items_of_a_part_leave_their_references_behind():
    root = grow({"a": 1, "m": {"items": ["${a}"]}, "items": []}, ONE)
    result = combine(root.__raw__["items"], root.__raw__["m"].__raw__["items"], "append", lay_over)
    assert list(result) == [1]
