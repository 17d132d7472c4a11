"""Nodes: what is read natively, what needs resolving, and what the nodes of a tree share."""

from __future__ import annotations

from datetime import date

import pytest

from simple_conf import MISSING, Conf, ConfError, Config, Table
from simple_conf.config.config import ConfigList
from simple_conf.origin.layers import NamedLayer
from simple_conf.tree.node import (
    MAX_DEPTH,
    ListNode,
    MappingNode,
    Overlaid,
    Tree,
    grow,
    has_item,
    is_lazy,
    marked,
    node_of,
    raw_item,
    raw_items,
    read_item,
    wrap,
    wrap_list,
)

LAYER = NamedLayer("code", "test")


def mapping(**values):
    return node_of(Tree(), (), LAYER, values)


@pytest.mark.parametrize("value", [1, 1.5, True, None, "text", "$x {y}", object(), (1,)])
def test_plain_values_read_natively(value):
    assert is_lazy(value) is False


@pytest.mark.parametrize(
    "value", ["${a}", "a ${b}", "$${a}", MISSING, Table(["a"], [[1]]), Overlaid("${a}", mapping())]
)
def test_references_gaps_tables_and_keys_on_top_of_references_need_resolving(value):
    assert is_lazy(value) is True


def test_a_list_needs_resolving_where_something_in_it_does():
    assert is_lazy(ListNode(Tree(), ("a",), LAYER, [1, "x"])) is False
    assert is_lazy(ListNode(Tree(), ("a",), LAYER, [1, "${x}"])) is True
    assert is_lazy(wrap_list([[1, ["${x}"]]], Tree(), ("a",), LAYER)) is True
    assert is_lazy(wrap_list([{"x": "${y}"}], Tree(), ("a",), LAYER)) is False  # the mapping in it does


def test_a_mapping_keeps_one_dict_while_everything_in_it_reads_natively():
    plain = mapping(a=1, b="x")
    assert plain.__dict__ is plain.__raw__
    lazy = mapping(a=1, b="${a}", c=MISSING)
    assert lazy.__dict__ == {"a": 1}
    assert lazy.__raw__ == {"a": 1, "b": "${a}", "c": MISSING}
    assert list(lazy.__raw__) == ["a", "b", "c"]


def test_a_list_keeps_what_is_written_only_where_something_needs_resolving():
    plain = ListNode(Tree(), ("a",), LAYER, [1, 2])
    assert plain.__raw__ is None
    assert raw_items(plain) is plain
    written = [1, "${x}"]
    lazy = ListNode(Tree(), ("a",), LAYER, written)
    assert raw_items(lazy) is lazy.__raw__ is written
    assert list.__len__(lazy) == 2


def test_nodes_are_made_as_configs_and_config_lists():
    root = grow({"a": {"b": [1, {"c": 2}]}}, LAYER)
    assert type(root) is type(root.__raw__["a"]) is Config
    items = root.__raw__["a"].__raw__["b"]
    assert type(items) is ConfigList
    assert type(items[1]) is Config
    assert isinstance(root, MappingNode)
    assert isinstance(items, ListNode)


def test_nodes_know_their_tree_their_path_and_their_layer():
    root = grow({"a": {"b": [1, {"c": 2}, [3]]}}, LAYER)
    tree, inner = root.__tree__, root.__raw__["a"]
    items = inner.__raw__["b"]
    assert tree.root is root
    nodes = [root, inner, items, items[1], items[2]]
    assert [node.__path__ for node in nodes] == [(), ("a",), ("a", "b"), ("a", "b", 1), ("a", "b", 2)]
    assert all(node.__tree__ is tree and node.__layer__ is LAYER for node in nodes)
    assert [node.__provenance__ for node in nodes] == [None] * 5
    assert root.__barrier__ is inner.__barrier__ is False


def test_wrapping_finds_what_needs_resolving_and_keeps_the_dict():
    lazy = {"r": "${n}", "rows": ["${n}"], "gap": MISSING, "t": Table(["a"], [[1]])}
    plain = {"n": 1, "text": "x", "m": {"r": "${n}"}, "items": [1], "none": None, "day": date(2026, 1, 2)}
    values = {**lazy, **plain}
    node = wrap(values, Tree(), (), LAYER)
    assert node.__raw__ is values
    assert set(node.__dict__) == set(plain)
    assert set(values["m"].__dict__) == set()


def test_items_are_found_as_written_and_resolved():
    root = grow({"a": 1, "r": "${a}", "items": [5, "${a}"]}, LAYER)
    items = root.__raw__["items"]
    assert [raw_item(root, "r"), raw_item(items, 0), raw_item(items, 1)] == ["${a}", 5, "${a}"]
    assert raw_item(grow({"x": [7]}, LAYER).__raw__["x"], 0) == 7
    assert [read_item(root, "r"), read_item(root, "a"), read_item(items, 1), read_item(items, 0)] == [
        1,
        1,
        1,
        5,
    ]


def test_a_node_that_is_no_config_cannot_read():
    with pytest.raises(NotImplementedError):
        MappingNode.__read__(mapping(a=1), "a")
    with pytest.raises(NotImplementedError):
        ListNode.__read__(ListNode(Tree(), (), LAYER, [1]), 0)


@pytest.mark.parametrize(
    ("path", "key", "there"),
    [
        ("m", "a", True),
        ("m", "b", False),
        ("m", 0, False),
        ("items", 0, True),
        ("items", 1, True),
        ("items", 2, False),
        ("items", -2, True),
        ("items", -3, False),
        ("items", "0", False),
        ("n", 0, False),
    ],
)
def test_whether_there_is_an_item(path, key, there):
    root = grow({"m": {"a": None}, "items": [1, "${n}"], "n": 1}, LAYER)
    assert has_item(root.__raw__[path], key) is there


def test_marks_of_gaps_become_missing_and_too_deep_values_are_refused():
    assert marked({"a": ["???", {"b": "???"}], "c": "x"}) == {"a": [MISSING, {"b": MISSING}], "c": "x"}
    deep = "x"
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert marked(deep) == deep
    with pytest.raises(ConfError, match=f"values are nested more than {MAX_DEPTH} deep"):
        marked([deep])


def test_a_tree_forgets_what_was_resolved_and_the_results_at_and_below_a_path():
    tree = Tree()
    visible = {"a": 1, "b": 2}
    tree.memo.append((visible, "a"))
    tree.memo.append((visible, "gone"))
    tree.calls = {
        (("x",), "${f}", "[]"): 1,
        (("x", "y"), "${f}", "[]"): 2,
        (("z",), "${f}", "[]"): 3,
        ((), "f", "[]"): 4,
    }
    tree.forget(("x",))
    assert visible == {"b": 2}
    assert tree.memo == []
    assert list(tree.calls.values()) == [3, 4]
    tree.memo.append((visible, "b"))
    tree.forget_reads()
    assert visible == {}
    assert len(tree.calls) == 2


def test_a_tree_hides_what_is_at_or_below_a_secret():
    tree = Tree()
    assert tree.hides(("a",)) is False
    tree.secrets = {("a", "b"), ("c",)}
    hidden = [
        path for path in [(), ("a",), ("a", "b"), ("a", "b", "x"), ("b",), ("c", 0)] if tree.hides(path)
    ]
    assert hidden == [("a", "b"), ("a", "b", "x"), ("c", 0)]


def test_settings_are_copied_and_not_shared():
    one, two = Tree(), Tree()
    one.quiet, one.instant, one.patches = True, 5.0, ["p"]
    one.calls[1] = 2
    one.secrets.add(("a",))
    one.removed["b",] = LAYER
    two.copy_settings(one)
    assert (two.quiet, two.instant, two.patches) == (True, 5.0, ["p"])
    assert (two.calls, two.secrets, two.removed) == ({1: 2}, {("a",)}, {("b",): LAYER})
    assert two.patches is not one.patches
    assert two.calls is not one.calls
    assert two.secrets is not one.secrets
    assert two.removed is not one.removed
    two.copy_settings(Tree())
    assert two.patches is None


def test_a_change_anywhere_makes_resolved_values_absent_again():
    cfg = Conf.from_dict({"a": {"n": 1}, "r": "${a.n}"})
    assert "r" not in cfg.__dict__
    assert cfg.r == 1
    assert cfg.__dict__["r"] == 1
    cfg.a.n = 2
    assert "r" not in cfg.__dict__
    assert cfg.r == 2
