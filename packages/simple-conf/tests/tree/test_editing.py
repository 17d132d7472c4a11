"""Changing a tree: keys, lists, what reads them, and what is refused."""

from __future__ import annotations

import pytest

from simple_conf import MISSING, Conf, FrozenConfigError, MissingKeyError, PlacedError
from simple_conf.origin.layers import CodeLayer, NamedLayer
from simple_conf.tree.editing import (
    absent,
    change,
    detached,
    drop,
    keep,
    missing_key,
    put,
    refuse_frozen,
    store,
    throw_on_missing,
    update_holders,
)
from simple_conf.tree.node import ListNode, Tree, grow

LINE = CodeLayer("run.py", 7)


def tree_of(**values):
    return grow(values, NamedLayer("file", "c.json"))


def origin(cfg, path):
    return str(Conf.origin(cfg, path))


def test_a_value_is_put_as_a_copy_with_its_origin():
    root = tree_of(a=1)
    values = {"b": [1]}
    put(root, "a", values, LINE)
    values["b"].append(2)
    assert root.__raw__ == {"a": {"b": [1]}}
    assert root.__raw__["a"].__path__ == ("a",)
    assert origin(root, "a.b") == "code: run.py:7"
    assert [entry.value for entry in Conf.history(root, "a")] == [{"b": [1]}, 1]


def test_putting_forgets_what_was_resolved_and_the_results_below():
    root = tree_of(a=1, r="${a}")
    assert root.r == 1
    root.__tree__.calls = {(("a", "x"), "", ""): 1, (("b",), "", ""): 2}
    put(root, "a", 2, LINE)
    assert "r" not in root.__dict__
    assert list(root.__tree__.calls) == [(("b",), "", "")]


def test_what_is_put_into_a_tree_with_a_target_goes_there_too():
    root, seen = tree_of(a=1), []
    root.__tree__.write_through = lambda path, value, layer: seen.append((path, value, layer))
    put(root, "a", 2, LINE)
    assert seen == [(("a",), 2, LINE)]


@pytest.mark.parametrize(
    ("before", "value", "visible"),
    [
        ({"a": 1, "b": 2}, 3, {"a": 3, "b": 2}),
        ({"a": 1, "b": 2}, "${b}", {"b": 2}),
        ({"a": 1, "b": "${a}"}, 3, {"a": 3}),
        ({"a": 1, "b": "${a}"}, MISSING, {}),
        ({"a": "${b}", "b": 2}, 3, {"a": 3, "b": 2}),
    ],
)
def test_storing_keeps_apart_what_needs_resolving(before, value, visible):
    root = tree_of(**before)
    store(root, "a", value)
    assert root.__raw__ == {**before, "a": value}
    assert root.__dict__ == visible
    assert list(root.__raw__) == list(before)


def test_storing_interns_the_key():
    root = tree_of()
    store(root, "".join(["some", "key"]), 1)
    assert next(iter(root.__raw__)) is __import__("sys").intern("somekey")


def test_dropping_removes_a_key_everywhere():
    root = tree_of(a=1, r="${a}")
    assert root.r == 1
    drop(root, "a")
    assert (root.__raw__, root.__dict__) == ({"r": "${a}"}, {})
    drop(root, "r")
    assert (root.__raw__, root.__dict__) == ({}, {})
    with pytest.raises(MissingKeyError, match="there is no key 'a' here"):
        drop(root, "a")


def test_nothing_is_dropped_from_what_is_read_through_a_reference():
    root = tree_of(a=1)
    root.__tree__.write_through = lambda *_: None
    with pytest.raises(PlacedError, match="nothing can be deleted from it") as caught:
        drop(root, "a")
    assert caught.value.path == "a"
    assert root.__raw__ == {"a": 1}


def test_what_stays_in_a_list_keeps_its_origin_and_what_is_new_gets_one():
    cfg = Conf.parse_sdn("items: [1, 1, {a: 1}]\n", "c.sdn")
    items = cfg["items"]
    inner = items[2]
    change(items, lambda values: values.insert(1, "new"), LINE)
    assert items == [1, "new", 1, {"a": 1}]
    origins = [origin(cfg, ("items", index)) for index in range(4)]
    assert origins == ["c.sdn:1:9", "code: run.py:7", "c.sdn:1:12", "c.sdn:1:15"]
    assert items[3] is not inner  # it has another path now
    assert items[3].__path__ == ("items", 3)
    change(items, lambda values: values.append(2), LINE)
    assert origin(cfg, "items[2]") == "c.sdn:1:12"


def test_an_item_that_comes_more_often_than_before_has_the_last_known_origin():
    cfg = Conf.parse_sdn("items: [5, 5]\n", "c.sdn")
    change(cfg["items"], lambda values: values.extend([values[0]] * 2), LINE)
    origins = [origin(cfg, ("items", index)) for index in range(4)]
    assert origins == ["c.sdn:1:9", "c.sdn:1:12", "c.sdn:1:12", "c.sdn:1:12"]


def test_a_node_is_kept_where_it_is_at_its_path_already():
    root = tree_of(m={"a": 1}, x=[1])
    m, x, tree = root.__raw__["m"], root.__raw__["x"], root.__tree__
    assert keep(m, tree, ("m",), LINE) is m
    assert keep(x, tree, ("x",), LINE) is x
    assert keep(m, tree, ("n",), LINE) is not m
    assert keep(m, Tree(), ("m",), LINE) is not m
    assert keep(5, tree, ("m",), LINE) == 5


def test_a_list_knows_whether_it_needs_resolving_after_a_change_and_so_do_its_holders():
    root = tree_of(a=1, m={"rows": [[1], [2]]})
    rows = root.m["rows"]
    change(rows[0], lambda values: values.append("${a}"), LINE)
    assert rows[0].__raw__ == [1, "${a}"]
    assert rows.__raw__ is not None
    assert "rows" not in root.m.__dict__
    assert root.m["rows"] == [[1, 1], [2]]
    change(rows[0], lambda values: values.pop(), LINE)
    assert rows[0].__raw__ is rows.__raw__ is None
    assert root.m.__dict__["rows"] is rows


def test_the_holders_of_a_list_on_top_of_a_reference_are_found():
    cfg = Conf.from_dict({"d": {"x": [1]}, "a": 2, "r": "${d}"})
    Conf.set(cfg, "r.items", [1])
    items = cfg.__raw__["r"].overrides.__raw__["items"]
    change(items, lambda values: values.append("${a}"), LINE)
    assert "items" not in cfg.__raw__["r"].overrides.__dict__
    assert Conf.get(cfg, "r.items") == [1, 2]
    update_holders(items)


def test_a_change_of_a_list_with_a_target_goes_there():
    root, seen = tree_of(items=[1]), []
    items = root.__raw__["items"]
    root.__tree__.write_through = lambda path, value, layer: seen.append((path, value is items, layer))
    change(items, lambda values: values.append(2), LINE)
    assert seen == [(("items",), True, LINE)]


def test_a_change_without_a_layer_comes_from_the_line_that_is_running():
    root = tree_of(items=[1])
    change(root.__raw__["items"], lambda values: values.append(2))
    assert origin(root, "items[1]").startswith("code: ")
    assert "test_editing.py" in origin(root, "items[1]")


def test_a_frozen_tree_refuses_every_change_before_it_does_anything():
    root = tree_of(a=1, items=[1])
    root.__tree__.frozen = True
    called = []
    for attempt in (
        lambda: put(root, "a", 2, LINE),
        lambda: drop(root, "a"),
        lambda: change(root.__raw__["items"], called.append),
        lambda: throw_on_missing(root, False),
    ):
        with pytest.raises(FrozenConfigError, match="this config is frozen"):
            attempt()
    assert called == []
    assert root.__raw__ == {"a": 1, "items": [1]}
    with pytest.raises(FrozenConfigError) as caught:
        refuse_frozen(root.__tree__, ("a", 0))
    assert (caught.value.path, caught.value.hint) == ("a[0]", "Conf.unfreeze(cfg) returns a copy that can")
    refuse_frozen(Tree(), ("a",))


def test_absent_keys_raise_until_they_are_said_to_be_none():
    root = tree_of(a=1, r="${a}")
    with pytest.raises(MissingKeyError):
        absent(root, "b")
    assert root.r == 1
    throw_on_missing(root, False)
    assert "r" not in root.__dict__
    assert absent(root, "b") is None
    throw_on_missing(root, True)
    with pytest.raises(MissingKeyError):
        absent(root, "b")


def test_the_error_for_an_absent_key_says_what_was_meant_or_who_deleted_it():
    cfg = Conf.parse_sdn("train:\n    epochs: 1\n", "c.sdn")
    failure = missing_key(cfg.train, "epocs")
    assert (failure.path, str(failure.origin), failure.hint) == (
        "train.epocs",
        "c.sdn:1:1",
        "did you mean 'epochs'?",
    )
    assert "Conf.get(cfg, 'train.epochs')" in missing_key(cfg, "train.epochs").hint
    assert missing_key(cfg, "other.epochs").hint == "known: train"
    deleted = Conf.merge(cfg, Conf.parse_dotlist(["~train.epochs"]))
    failure = missing_key(deleted.train, "epochs")
    assert failure.message == "there is no key 'epochs' here, it was deleted"
    assert (str(failure.origin), failure.hint) == ("command line: ~train.epochs", None)


def test_a_whole_tree_is_detached_with_all_its_settings():
    root = tree_of(a=1, m={"x": 1})
    tree = root.__tree__
    tree.quiet, tree.frozen, tree.secrets, tree.instant = True, True, {("m", "x")}, 5.0
    tree.calls, tree.patches = {(("a",), "", ""): 1}, []
    tree.removed = {("b",): LINE}
    copy = detached(root)
    other = copy.__tree__
    assert other is not tree
    assert other.root is copy
    assert (other.quiet, other.frozen, other.secrets, other.instant) == (True, True, {("m", "x")}, 5.0)
    assert (other.calls, other.removed) == (tree.calls, tree.removed)
    assert copy.__raw__ == root.__raw__


def test_a_part_is_detached_with_the_settings_that_are_about_it():
    root = tree_of(a=1, m={"x": {"y": 1}}, n=1)
    tree = root.__tree__
    tree.quiet, tree.secrets = True, {("m", "x"), ("n",), ("a",)}
    tree.calls = {(("m", "x"), "", ""): 1}
    tree.removed = {("m", "gone"): LINE, ("other",): LINE}
    copy = detached(root.__raw__["m"])
    other = copy.__tree__
    assert (copy.__path__, other.root) == ((), copy)
    assert (other.quiet, other.frozen, other.calls) == (True, False, {})
    assert other.secrets == {("x",)}
    assert list(other.removed) == [("gone",)]
    assert tree.secrets == {("m", "x"), ("n",), ("a",)}


def test_lists_are_made_where_there_were_none():
    root = tree_of(a=1)
    put(root, "a", ["${b}", 1], LINE)
    assert isinstance(root.__raw__["a"], ListNode)
    assert "a" not in root.__dict__
