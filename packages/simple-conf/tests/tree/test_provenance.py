"""Provenance: every assignment of a key, and lines of code that set it again and again."""

from __future__ import annotations

import pytest

from simple_conf import Conf
from simple_conf.origin.layers import ArgumentLayer, CodeLayer, NamedLayer
from simple_conf.tree.assignment import Assignment
from simple_conf.tree.node import ListNode, Tree, grow
from simple_conf.tree.provenance import assignment_of, assignments_of, record

FILE = NamedLayer("file", "c.json")
ARGUMENT = ArgumentLayer("a=1", 3)


def values(assignment):
    found = []
    while assignment is not None:
        found.append((assignment.value, str(assignment.layer.locate(assignment.path))))
        assignment = assignment.before
    return found


def test_a_mapping_that_was_not_changed_was_set_at_once():
    node = grow({"a": {"b": 1}}, FILE).__raw__["a"]
    group = assignments_of(node)
    assert (group.values, group.layer, group.path) == ({"b": 1}, FILE, ("a",))
    assert group.values is not node.__raw__
    assert group.over is group.below is node.__provenance__ is None
    found = assignment_of(node, "b")
    assert (found.value, found.layer, found.path, found.before) == (1, FILE, ("a", "b"), None)


def test_each_assignment_is_recorded_on_top_of_those_before():
    node = grow({"a": 1, "b": 2}, FILE)
    record(node, "a", 3, CodeLayer("run.py", 1))
    record(node, "b", 4, CodeLayer("run.py", 2))
    assert values(assignment_of(node, "a")) == [(3, "code: run.py:1"), (1, "c.json")]
    assert values(assignment_of(node, "b")) == [(4, "code: run.py:2"), (2, "c.json")]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("a", CodeLayer("run.py", 1)), ("a", CodeLayer("run.py", 1))], [2, 0]),
        ([("a", CodeLayer("run.py", 1)), ("a", CodeLayer("run.py", 2))], [2, 1, 0]),
        ([("a", CodeLayer("run.py", 1)), ("a", CodeLayer("other.py", 1))], [2, 1, 0]),
        ([("a", ARGUMENT), ("a", ARGUMENT)], [2, 1, 0]),
        ([("a", CodeLayer("run.py", 1)), ("b", CodeLayer("run.py", 1))], [1, 0]),
    ],
)
def test_the_same_line_of_code_counts_once_for_a_key(steps, expected):
    node = grow({"a": 0, "b": 0}, FILE)
    for number, (key, layer) in enumerate(steps, 1):
        record(node, key, number, layer)
    assert [value for value, _ in values(assignment_of(node, "a"))] == expected


def test_a_loop_leaves_one_entry_and_what_was_before_it():
    cfg = Conf.from_dict({"a": 0, "b": 0})
    for number in range(5):
        cfg.a = number
    assert [entry.value for entry in Conf.history(cfg, "a")] == [4, 0]
    for number in range(5):
        cfg.a = number
        cfg.b = number
    assert [entry.value for entry in Conf.history(cfg, "a")][:2] == [4, 3]


def test_a_line_that_set_several_keys_at_once_is_not_forgotten():
    line = CodeLayer("run.py", 1)
    cfg = Conf.merge(grow({"a": 1, "b": 1}, line))
    record(cfg, "a", 2, line)
    assert [value for value, _ in values(assignment_of(cfg, "a"))] == [2, 1]


def test_items_of_a_list_have_assignments_of_their_own_once_it_was_changed():
    items = ListNode(Tree(), ("a",), FILE, [1, 2])
    found = assignment_of(items, 1)
    assert (found.value, found.layer, found.path, found.before) == (2, FILE, ("a", 1), None)
    own = Assignment(CodeLayer("run.py", 3), ("x",), 2)
    items.__provenance__ = [None, own]
    assert assignment_of(items, 1) is own
    assert assignment_of(items, 0).value == 1


def test_a_key_that_is_a_number_as_text_is_found():
    node = grow({"1": "one"}, FILE)
    record(node, "1", "two", CodeLayer("run.py", 1))
    assert [value for value, _ in values(assignment_of(node, "1"))] == ["two", "one"]
