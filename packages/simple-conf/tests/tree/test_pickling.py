"""Trees as tuples and back: values, origins and settings stay, and nothing else."""

from __future__ import annotations

import pickle

import pytest

from simple_conf import MISSING, Conf, Table
from simple_conf.origin.layers import CodeLayer, NamedLayer
from simple_conf.tree.assignment import Assignment, AssignmentGroup
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, Tree, grow
from simple_conf.tree.pickling import (
    is_plain,
    pack,
    pack_value,
    plain_assignment,
    plain_group,
    unpack,
    unpack_value,
)

FILE = NamedLayer("file", "c.json")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (1, True),
        (None, True),
        (True, True),
        (1.5, True),
        ("x", True),
        ([1, {"a": [None]}], True),
        ({"a": 1}, True),
        ((1,), False),
        ({"a": object()}, False),
        ([1, object()], False),
        (object(), False),
    ],
)
def test_what_resolvers_return_is_kept_where_it_is_plain_data(value, plain):
    assert is_plain(value) is plain


def test_settings_come_back():
    root = grow({"a": 1}, FILE)
    tree = root.__tree__
    tree.frozen, tree.quiet, tree.instant, tree.secrets, tree.patches = True, True, 5.0, {("a",)}, []
    tree.calls = {"kept": [1], "dropped": object()}
    other = unpack(pack(root)).__tree__
    assert (other.frozen, other.quiet, other.instant) == (True, True, 5.0)
    assert (other.secrets, other.patches, other.calls) == ({("a",)}, [], {"kept": [1]})


def test_values_come_back_with_their_paths_and_layers():
    values = {"a": 1, "gap": MISSING, "r": "${a}", "items": [1, {"x": "${a}"}], "t": Table(["c"], [[1]])}
    root = grow(values, FILE)
    copy = unpack(pack(root))
    assert copy.__tree__.root is copy
    assert copy.__tree__ is not root.__tree__
    assert copy.__raw__ == root.__raw__
    assert set(copy.__dict__) == {"a", "items"}
    assert copy.__raw__["items"][1].__path__ == ("items", 1)
    assert copy.__raw__["items"][1].__layer__ is FILE
    assert isinstance(copy.__raw__["items"], ListNode)
    assert isinstance(copy.__raw__["items"][1], MappingNode)


def test_keys_are_interned_again():
    copy = pickle.loads(pickle.dumps(Conf.from_dict({"some_key": 1})))
    assert next(iter(copy)) is __import__("sys").intern("some_key")


def test_marks_of_replacing_and_keys_on_top_of_references_come_back():
    root = grow({"m": {"x": 1}, "r": "${m}"}, FILE)
    object.__setattr__(root.__raw__["m"], "__barrier__", True)
    top = Overlaid("${m}", root.__raw__["m"])
    copy = unpack_value(pack_value(top), Tree(), ("r",))
    assert (copy.reference, copy.overrides.__raw__, copy.overrides.__barrier__) == ("${m}", {"x": 1}, True)
    assert copy.overrides.__path__ == ("r",)


def test_assignments_come_back_as_plain_data():
    cfg = Conf.merge(grow({"m": {"x": 1}, "items": [{"y": 1}]}, FILE), {"m": {"x": 2}})
    cfg["items"].append({"y": "${m.x}"})
    cfg.m = {"z": [1]}
    copy = unpack(pack(cfg))
    assert repr(Conf.history(copy, "m")) == repr(Conf.history(cfg, "m"))
    assert repr(Conf.history(copy, "items[1]")) == repr(Conf.history(cfg, "items[1]"))
    assert type(copy.__provenance__.values["m"]) is dict
    assert copy.__raw__["items"].__provenance__[1].value == {"y": "${m.x}"}
    untouched = unpack(pack(grow({"items": [1]}, FILE)))
    assert untouched.__provenance__ is untouched.__raw__["items"].__provenance__ is None


def test_assignments_are_made_plain_through_all_that_is_behind_and_below_them():
    node = grow({"x": {"a": 1}}, FILE).__raw__["x"]
    line = CodeLayer("run.py", 1)
    group = AssignmentGroup({"k": node}, FILE, ("p",), AssignmentGroup({"k": node}, line, ("q",)))
    group = AssignmentGroup({"k": 5}, line, (), None, group)
    plain = plain_group(group)
    assert (plain.values, plain.layer, plain.path, plain.over) == ({"k": 5}, line, (), None)
    assert (plain.below.values, plain.below.layer, plain.below.path) == ({"k": {"a": 1}}, FILE, ("p",))
    assert (plain.below.over.values, plain.below.over.layer) == ({"k": {"a": 1}}, line)
    assert plain_group(None) is None
    one = plain_assignment(Assignment(FILE, ("p",), 1, Assignment(line, ("q",), node)))
    assert (one.value, one.layer, one.path, one.before.value) == (1, FILE, ("p",), {"a": 1})
    assert (one.before.layer, one.before.path, one.before.before) == (line, ("q",), None)
