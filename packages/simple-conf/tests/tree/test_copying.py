"""Copies: what plain data and nodes become in another tree, with their origins, references and secrets."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from simple_conf import MISSING, Conf, ConfError, Config, PlacedError, Secret, Table
from simple_conf.origin.layers import NamedLayer
from simple_conf.tree.copying import (
    adopt,
    copy_list,
    copy_mapping,
    copy_secrets,
    copy_value,
    key_text,
    leaves,
    planted,
    resolved_copy,
    same_depth,
)
from simple_conf.tree.export import as_written
from simple_conf.tree.node import MAX_DEPTH, ListNode, MappingNode, Overlaid, Tree, grow, node_of
from simple_conf.tree.provenance import assignment_of

CODE, FILE = NamedLayer("code", "test"), NamedLayer("file", "c.json")


def tree_of(**values):
    return grow(values, FILE)


def origins(node, key):
    found, assignment = [], assignment_of(node, key)
    while assignment is not None:
        found.append((assignment.layer, assignment.path))
        assignment = assignment.before
    return found


@pytest.mark.parametrize(
    "value", [1, 1.5, None, True, "x", "${a}", Secret("x"), Table(["a"], [[1]]), MISSING]
)
def test_leaves_are_adopted_as_they_are(value):
    assert adopt(value, Tree(), (), CODE) is value


def test_marks_of_gaps_are_adopted_as_missing():
    assert adopt("???", Tree(), (), CODE) is MISSING


def test_mappings_lists_and_tuples_are_adopted_as_nodes_with_their_paths():
    tree = Tree()
    values = MappingProxyType({1: "one", "items": [1, ("x", {"a": "${b}"})]})
    node = adopt(values, tree, ("at",), CODE)
    assert as_written(node) == {"1": "one", "items": [1, ["x", {"a": "${b}"}]]}
    items = node.__raw__["items"]
    assert isinstance(items, ListNode)
    assert [items.__path__, items[1].__path__, items[1][1].__path__] == [
        ("at", "items"),
        ("at", "items", 1),
        ("at", "items", 1, 1),
    ]
    assert items[1][1].__tree__ is tree
    assert items[1][1].__layer__ is CODE


def test_nodes_are_adopted_with_their_origins():
    root = tree_of(m={"x": 1}, items=[1, {"y": 2}])
    tree = Tree()
    m, items = (adopt(root.__raw__[key], tree, ("to",), CODE) for key in ("m", "items"))
    assert (as_written(m), as_written(items)) == ({"x": 1}, [1, {"y": 2}])
    assert [m.__tree__, m.__path__, items.__tree__, items.__path__] == [tree, ("to",), tree, ("to",)]
    assert m.__layer__ is items.__layer__ is FILE
    assert origins(items, 0) == [(FILE, ("items", 0))]


def test_adopted_data_are_copies():
    values = {"a": [1, {"b": 2}]}
    node = planted(values, CODE)
    values["a"][1]["b"] = 3
    values["a"].append(4)
    assert node.__raw__ == {"a": [1, {"b": 2}]}
    assert node.__tree__.root is node


@pytest.mark.parametrize(
    ("key", "text"), [("a", "a"), (1, "1"), (-2, "-2"), (type("S", (str,), {})("x"), "x")]
)
def test_keys_become_interned_text(key, text):
    made = key_text(key)
    assert (made, type(made)) == (text, str)
    assert key_text("".join(["long", "key"])) is key_text("longkey")


@pytest.mark.parametrize("key", [True, 1.5, None, ("a",)])
def test_other_keys_are_refused_with_their_place(key):
    with pytest.raises(PlacedError, match="a key must be text or a whole number") as caught:
        adopt({"a": {key: 1}}, Tree(), (), CODE)
    assert caught.value.path == "a"


def test_keys_that_are_the_same_as_text_are_refused():
    with pytest.raises(ConfError, match="two keys read as '1': '1' and another"):
        adopt({1: 1, "1": 2}, Tree(), (), CODE)


def test_values_that_contain_themselves_are_refused():
    values = {}
    values["a"] = [values]
    with pytest.raises(ConfError, match="does a dict or list contain itself"):
        adopt(values, Tree(), (), CODE)
    deep = 1
    for _ in range(MAX_DEPTH):
        deep = {"a": deep}
    assert isinstance(adopt(deep, Tree(), (), CODE), MappingNode)
    with pytest.raises(ConfError, match="nested more than"):
        adopt({"a": {"a": deep}}, Tree(), (), CODE)


def test_a_whole_tree_is_copied_with_its_references_and_without_new_assignments():
    root = tree_of(a=1, r="${a}", items=["${a}", {"x": "${r}"}], m={"y": 2})
    tree = Tree()
    copy = copy_mapping(root, tree, ())
    assert type(copy) is Config
    assert as_written(copy) == as_written(root)
    assert copy.__raw__ is not root.__raw__
    assert copy.__raw__["items"] is not root.__raw__["items"]
    assert copy.__raw__["m"] is not root.__raw__["m"]
    assert (copy.__layer__, copy.__path__, copy.__provenance__) == (FILE, (), None)
    assert copy.__raw__["items"][1].__tree__ is tree
    assert set(copy.__dict__) == {"a", "m"}
    assert origins(copy, "a") == [(FILE, ("a",))]


def test_the_assignments_of_a_copied_tree_are_those_of_the_tree():
    root = Conf.merge(tree_of(a=1, items=[1]), {"a": 2})
    copy = copy_mapping(root, Tree(), ())
    assert copy.__provenance__ is root.__provenance__
    items = root.__raw__["items"]
    items.append(3)
    copied = copy_list(items, Tree(), ("items",))
    assert copied.__provenance__ == items.__provenance__
    assert copied.__provenance__ is not items.__provenance__


def test_a_part_takes_its_origins_along_and_the_values_of_its_references():
    root = tree_of(a=1, m={"r": "${a}", "t": "${a}$${a}", "in": {"deep": "${a}"}, "items": ["${a}", 5]})
    copy = copy_mapping(root.__raw__["m"], Tree(), ())
    assert copy.__raw__ == {"r": 1, "t": "1$${a}", "in": {"deep": 1}, "items": [1, 5]}
    assert copy.__dict__["r"] == 1
    assert "t" not in copy.__dict__
    assert origins(copy, "r") == [(FILE, ("m", "r"))]
    assert origins(copy.__raw__["items"], 1) == [(FILE, ("m", "items", 1))]
    written = copy_mapping(root.__raw__["m"], Tree(), (), written=True)
    assert as_written(written) == as_written(root.__raw__["m"])


def test_a_reference_that_cannot_be_resolved_stays_text():
    root = tree_of(m={"r": "${nope}", "gap": MISSING})
    copy = copy_mapping(root.__raw__["m"], Tree(), ())
    assert copy.__raw__ == {"r": "${nope}", "gap": MISSING}
    assert resolved_copy(root.__raw__["m"], "r", "${nope}", Tree(), ("r",)) == "${nope}"


def test_a_reference_to_a_mapping_is_copied_as_that_mapping():
    root = tree_of(d={"x": 1}, m={"r": "${d}"})
    copy = copy_mapping(root.__raw__["m"], Tree(), ())
    assert copy.__raw__["r"].__raw__ == {"x": 1}
    assert copy.__raw__["r"] is not root.__raw__["d"]
    assert copy.__raw__["r"].__path__ == ("r",)


def test_a_part_that_moves_within_its_tree_keeps_its_references_at_the_same_depth():
    root = tree_of(a=1, m={"r": "${a}"}, n={})
    tree, part = root.__tree__, root.__raw__["m"]
    assert copy_mapping(part, tree, ("n",)).__raw__ == {"r": "${a}"}
    assert copy_mapping(part, tree, ("n", "deeper")).__raw__ == {"r": 1}
    assert copy_mapping(part, Tree(), ("m",)).__raw__ == {"r": "${a}"}
    assert [leaves(part, tree, ("n",)), leaves(part, tree, ("n", "x")), leaves(part, Tree(), ("n",))] == [
        False,
        True,
        True,
    ]
    assert leaves(part, Tree(), ("m",)) is False


def test_keys_on_top_of_a_reference_are_copied_with_it():
    root = tree_of(d={"x": 1}, r="${d}")
    top = Overlaid("${d}", node_of(root.__tree__, ("r",), CODE, {"y": 2}))
    copy = copy_value(top, root, "r", Tree(), ("r",))
    assert (copy.reference, copy.overrides.__raw__) == ("${d}", {"y": 2})
    assert copy.overrides is not top.overrides


def test_a_mapping_that_replaced_something_still_does_as_a_copy():
    node = tree_of(a=1)
    assert copy_mapping(node, Tree(), ()).__barrier__ is False
    object.__setattr__(node, "__barrier__", True)
    assert copy_mapping(node, Tree(), ()).__barrier__ is True
    assert copy_mapping(node, Tree(), ("x",)).__barrier__ is True


def test_nodes_have_the_same_depth_where_their_paths_are_as_long():
    root = tree_of(m={"x": {}}, n={})
    m, n = root.__raw__["m"], root.__raw__["n"]
    assert same_depth(m, n) is True
    assert same_depth(m.__raw__["x"], n) is False


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (("m", "x"), {("to", "x")}),
        (("m",), {("to",)}),
        ((), {("to",)}),
        (("n",), set()),
        (("m", "x", 0, "y"), {("to", "x", 0, "y")}),
    ],
)
def test_secrets_in_or_around_a_node_come_along(secret, expected):
    root = tree_of(m={"x": [{"y": 1}]}, n=1)
    root.__tree__.secrets = {secret}
    tree = Tree()
    copy_secrets(root.__raw__["m"], tree, ("to",))
    assert tree.secrets == expected
    other = Tree()
    adopt(root.__raw__["m"], other, ("to",), CODE)
    assert other.secrets == expected
    items = root.__raw__["m"].__raw__["x"]
    list_tree = Tree()
    adopt(items, list_tree, ("to",), CODE)
    assert bool(list_tree.secrets) is bool(expected)
