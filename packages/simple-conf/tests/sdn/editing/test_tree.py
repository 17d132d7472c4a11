# ruff: noqa: E501
"""Edits of plain trees."""

import pytest

from simple_conf.errors import DocumentError
from simple_conf.sdn.editing.tree import equal_trees, plain, with_inserted, with_value, without_value
from simple_conf.values import Table

TREE = {"a": {"b": [1, {"c": 2}], "n": None}, "t": Table(["x"], [(1,), (2,)])}


def test_a_plain_value_has_only_dicts_lists_and_scalars():
    value = plain({"t": Table(["x"], [([1],)]), "u": Table([], [(1,)], ["i8"]), "v": ((1, "s"), None)})
    assert value == {"t": [{"x": [1]}], "u": [[1]], "v": [[1, "s"], None]}
    assert (type(value["t"]), type(value["v"])) == (list, list)


def test_a_plain_value_is_a_copy():
    tree = {"a": [1]}
    copy = plain(tree)
    copy["a"].append(2)
    assert tree == {"a": [1]}


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1, True), (1, 1.0, True), (1, 2, False), (1, True, False), (0, False, False), (True, True, True), (None, None, True), ("a", "a", True),
        ([1], [1], True), ([1], [True], False), ([1], [1, 2], False), ([1, 2], [1], False), ([], {}, False), ({}, [], False), ([], None, False), (1, [1], False),
        ({"a": 1}, {"a": 1}, True), ({"a": 1}, {"a": True}, False), ({"a": 1}, {"b": 1}, False), ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False), ({"a": {"b": [1]}}, {"a": {"b": [1]}}, True), ({"a": {"b": [1]}}, {"a": {"b": [0]}}, False),
    ],
)  # fmt: skip
def test_equal_trees(left, right, equal):
    assert equal_trees(left, right) is equal


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        (("z",), {"a": {"b": [1, {"c": 2}], "n": None}, "t": [{"x": 1}, {"x": 2}], "z": 0}),
        (("a",), {"a": 0, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "b", 0), {"a": {"b": [0, {"c": 2}], "n": None}, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "b", -1), {"a": {"b": [1, 0], "n": None}, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "b", 1, "c"), {"a": {"b": [1, {"c": 0}], "n": None}, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "n", "y", "z"), {"a": {"b": [1, {"c": 2}], "n": {"y": {"z": 0}}}, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "y", "z"), {"a": {"b": [1, {"c": 2}], "n": None, "y": {"z": 0}}, "t": [{"x": 1}, {"x": 2}]}),
        (("t", 1, "x"), {"a": {"b": [1, {"c": 2}], "n": None}, "t": [{"x": 1}, {"x": 0}]}),
    ],
)
def test_with_value(path, tree):
    assert equal_trees(with_value(TREE, path, 0), tree)


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        (("a",), {"t": [{"x": 1}, {"x": 2}]}),
        (("a", "b"), {"a": {"n": None}, "t": [{"x": 1}, {"x": 2}]}),
        (("a", "b", 0), {"a": {"b": [{"c": 2}], "n": None}, "t": [{"x": 1}, {"x": 2}]}),
        (("t", -2), {"a": {"b": [1, {"c": 2}], "n": None}, "t": [{"x": 2}]}),
    ],
)
def test_without_value(path, tree):
    assert equal_trees(without_value(TREE, path), tree)


def test_with_inserted():
    assert with_inserted([1, 2], (0,), 0) == [0, 1, 2]
    assert with_inserted([1, 2], (2,), 0) == [1, 2, 0]
    assert with_inserted({"a": [1, 2]}, ("a", 1), 0) == {"a": [1, 0, 2]}
    assert list(with_inserted({"a": 1, "b": 2}, ("c",), 0)) == ["a", "b", "c"]
    assert list(with_inserted({"a": 1, "b": 2}, ("c",), 0, before="b")) == ["a", "c", "b"]
    assert with_inserted({"a": [{"b": 1}]}, ("a", -1, "c"), 0) == {"a": [{"b": 1, "c": 0}]}


def test_the_tree_is_not_changed():
    tree = {"a": {"b": [1]}}
    with_value(tree, ("a", "b", 0), 0)
    without_value(tree, ("a", "b", 0))
    with_inserted(tree, ("a", "b", 0), 0)
    assert tree == {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda: with_value(TREE, ("a", "b", "c"), 0), "a.b.c: a.b is not a mapping"),
        (lambda: with_value(TREE, ("a", 0), 0), "a[0]: a is not a list"),
        (lambda: with_value(TREE, ("a", "b", 2), 0), "a.b[2]: a.b has 2 items"),
        (lambda: with_value(TREE, ("a", "b", -3), 0), "a.b[-3]: a.b has 2 items"),
        (lambda: with_value(TREE, (0,), 0), "[0]: the document is not a list"),
        (lambda: with_value(TREE, ("a", "n", 0), 0), "a.n[0]: a.n is not a list"),
        (lambda: with_value(TREE, ("z", 0), 0), "z[0]: z is not a list"),
        (lambda: without_value(TREE, ("z",)), "z: there is nothing at this path"),
        (lambda: without_value(TREE, ("a", "z")), "a.z: there is nothing at this path"),
        (lambda: without_value(TREE, ("z", "y")), "z.y: there is no z"),
        (lambda: without_value(TREE, ("a", "z", "y")), "a.z.y: there is no a.z"),
        (lambda: without_value(TREE, ("a", "n", "y")), "a.n.y: a.n is not a mapping"),
        (lambda: with_inserted([1], (2,), 0), "[2]: the document has 1 items"),
        (lambda: with_inserted([1], (-1,), 0), "[-1]: the document has 1 items"),
        (lambda: with_inserted(TREE, ("a", 0), 0), "a[0]: a is not a list"),
        (lambda: with_inserted(TREE, ("t", "x"), 0), "t.x: t is not a mapping"),
        (lambda: with_inserted(TREE, ("a", "b"), 0), "a.b: the key exists already: set it instead"),
        (lambda: with_inserted(TREE, ("a", "z"), 0, before="y"), "a.z: there is no key y to insert before"),
        (lambda: with_inserted(TREE, ("z", "y", 0), 0), "z.y[0]: there is no z"),
        (lambda: with_inserted(TREE, ("z", 0), 0), "z[0]: there is no z"),
        (lambda: with_inserted(TREE, ("a", "n", 0), 0), "a.n[0]: a.n is not a list"),
    ],
)
def test_an_edit_that_is_not_possible_names_its_path(edit, message):
    with pytest.raises(DocumentError) as caught:
        edit()
    assert str(caught.value) == message
