"""Values read in the place of a reference: what is written to them, and where it goes."""

from __future__ import annotations

import pytest

from simple_conf.origin.layers import NamedLayer
from simple_conf.references.overlay import escaped, overlay, own_tree, resolver_result
from simple_conf.tree.export import as_written
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, grow, node_of

LAYER = NamedLayer("file", "c.json")


@pytest.fixture
def root():
    return grow({"d": {"x": 1, "in": {"y": 2}}, "r": "${d}", "items": ["${d}"]}, LAYER)


def on_top(root, **values):
    return Overlaid("${d}", node_of(root.__tree__, ("r",), LAYER, values))


def test_keys_are_laid_over_a_copy_of_what_the_reference_names(root):
    raw = on_top(root, z=3)
    made = overlay(root.__raw__["d"], root, "r", raw)
    assert as_written(made) == {"x": 1, "in": {"y": 2}, "z": 3}
    assert as_written(root.__raw__["d"]) == {"x": 1, "in": {"y": 2}}
    assert made.__path__ == ("r",)
    assert made.__tree__ is not root.__tree__
    assert made.__tree__.root is root


def test_what_is_written_to_it_goes_to_the_keys_on_top(root):
    raw = on_top(root)
    made = overlay(root.__raw__["d"], root, "r", raw)
    made.x = 5
    made.__raw__["in"].y = 6
    assert as_written(raw.overrides) == {"x": 5, "in": {"y": 6}}
    assert as_written(root.__raw__["d"]) == {"x": 1, "in": {"y": 2}}


def test_where_the_reference_names_no_mapping_only_the_keys_on_top_are_there(root):
    raw = on_top(root, z=3)
    for below in (5, None, "text", root.__raw__["items"]):
        assert overlay(below, root, "r", raw) is raw.overrides


def test_secrets_of_what_is_named_are_secrets_of_the_copy(root):
    root.__tree__.secrets = {("d", "x")}
    made = overlay(root.__raw__["d"], root, "r", on_top(root))
    assert ("r", "x") in made.__tree__.secrets


def test_the_result_of_a_resolver_reads_as_text_and_replaces_the_reference_when_written_to(root):
    made = resolver_result({"a": "${not}", "items": [1]}, root, "r")
    assert isinstance(made, MappingNode)
    assert made.a == "${not}"
    made.b = 2
    assert as_written(root.__raw__["r"]) == {"a": "$${not}", "items": [1], "b": 2}
    listed = resolver_result([1], root.__raw__["items"], 0)
    assert isinstance(listed, ListNode)
    listed.append(2)
    assert as_written(root.__raw__["items"]) == [[1, 2]]


def test_a_tree_of_its_own_has_the_settings_of_the_one_around(root):
    tree = root.__tree__
    tree.frozen, tree.quiet, tree.secrets = True, True, {("d",)}
    own = own_tree(root)
    assert (own.frozen, own.quiet, own.secrets, own.root) == (True, True, {("d",)}, root)
    assert own.secrets is not tree.secrets
    assert own.write_through is None


def test_texts_are_escaped_wherever_they_are():
    assert escaped({"a": ["${x}", ("${y}",)], "b": 5}) == {"a": ["$${x}", ["$${y}"]], "b": 5}
