"""Assignments: entries of a key, newest first, through the groups that were merged."""

from __future__ import annotations

from simple_conf.origin.layers import NamedLayer
from simple_conf.tree.assignment import Assignment, AssignmentGroup, entries

ONE, TWO, THREE = (NamedLayer("file", name) for name in ("one", "two", "three"))


def test_an_assignment_and_a_group_hold_what_they_are_made_of():
    first = Assignment(ONE, ("x",), 1)
    second = Assignment(TWO, ("y", 0), 2, first)
    assert (first.layer, first.path, first.value, first.before) == (ONE, ("x",), 1, None)
    assert (second.layer, second.path, second.value, second.before) == (TWO, ("y", 0), 2, first)
    below, over = AssignmentGroup({}, ONE, ()), AssignmentGroup({}, TWO, ())
    group = AssignmentGroup({"a": 1}, THREE, ("z",), over, below)
    assert (group.values, group.layer, group.path) == ({"a": 1}, THREE, ("z",))
    assert (group.over, group.below, below.over, below.below) == (over, below, None, None)


def test_the_entries_of_a_key_are_the_newest_first():
    first = AssignmentGroup({"a": 1, "b": 2}, ONE, ("x",))
    second = AssignmentGroup({"a": 3}, TWO, ("y", 0), None, first)
    assert entries(second, "a") == [(TWO, ("y", 0, "a"), 3), (ONE, ("x", "a"), 1)]
    assert entries(second, "b") == [(ONE, ("x", "b"), 2)]
    assert entries(second, "c") == []
    assert entries(None, "a") == []


def test_the_assignments_behind_a_group_take_its_place_for_the_keys_that_they_know():
    behind = AssignmentGroup({"a": 1}, ONE, ("x",))
    group = AssignmentGroup({"a": 1, "b": 2}, TWO, ("y",), behind, AssignmentGroup({"a": 0}, THREE, ()))
    assert entries(group, "a") == [(ONE, ("x", "a"), 1), (THREE, ("a",), 0)]
    assert entries(group, "b") == [(TWO, ("y", "b"), 2)]
