# ruff: noqa: E501
"""The writer: which form a value gets, and what it cannot write."""

import pytest

from simple_conf.errors import UnwritableError
from simple_conf.sdn import parse, write
from simple_conf.sdn.writer import without_text_blocks, write_entry, write_inline, write_item, write_row
from simple_conf.values import Table


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ({}, ""),
        ({"a": 1, "b c": "x y"}, 'a: 1\n"b c": x y\n'),
        ({"a": {}, "b": [], "c": ()}, "a: {}\nb: []\nc: []\n"),
        ({"a": [1, "x, y"]}, 'a: [1, "x, y"]\n'),
        ({"a": {"b": 1, "c": 2, "d": 3, "e": 4}}, "a: {b: 1, c: 2, d: 3, e: 4}\n"),
        ({"a": {"b": 1, "c": 2, "d": 3, "e": 4, "f": 5}}, "a:\n  b: 1\n  c: 2\n  d: 3\n  e: 4\n  f: 5\n"),
        ({"a": {"b": [1]}}, "a:\n  b: [1]\n"),
        ({"a": [[1], {"b": {"c": 1}}]}, "a:\n  - [1]\n  - b: {c: 1}\n"),
        ({"a": [[[1], [2]]]}, "a:\n  - - [1]\n    - [2]\n"),
        ({"a": "x\ny\n"}, "a: |\n  x\n  y\n"),
        ({"a": "x\n\ny"}, "a: |-\n  x\n\n  y\n"),
        ({"a": " x\ny"}, "a: |-\n   x\n  y\n"),
        ({"a": " x\n y"}, 'a: " x\\n y"\n'),
        ({"a": "x\ny\n\n"}, 'a: "x\\ny\\n\\n"\n'),
        ({"a": "x\n\x00"}, 'a: "x\\n\\u0000"\n'),
        ({"a": "x\ny\tz"}, "a: |-\n  x\n  y\tz\n"),
        ({"a": ["x\ny"]}, 'a: ["x\\ny"]\n'),
        ({"a": {"b": {"c": "x\ny"}}}, 'a:\n  b: {c: "x\\ny"}\n'),
        ({"a": [[1], "x\ny"]}, "a:\n  - [1]\n  - |-\n    x\n    y\n"),
        ({"a": [{"b": 1, "c": 2}, {"b": 3, "c": None}]}, "a |b, c|\n  1, 2\n  3, null\n"),
        ({"a": [{"b": 1}]}, "a:\n  - {b: 1}\n"),
        ({"a": [{"b": 1, "c": 2}, {"c": 3, "b": 4}]}, "a:\n  - {b: 1, c: 2}\n  - {c: 3, b: 4}\n"),
        ({"a": [{"b": [1]}, {"b": [2]}]}, "a:\n  - b: [1]\n  - b: [2]\n"),
        ({"a": [{"b c": 1}, {"b c": 2}]}, "a:\n  - {\"b c\": 1}\n  - {\"b c\": 2}\n"),
        ({"a": [{"b": 1}, 5]}, "a:\n  - {b: 1}\n  - 5\n"),
        ({"a": [{}, {}]}, "a:\n  - {}\n  - {}\n"),
        ({"a": Table(["b", "c d"], [(1, [2])])}, 'a |b, "c d"|\n  1, [2]\n'),
        ({"a": Table(["b"], [])}, "a |b|\n"),
        ({"a": Table([], [(1, "x")], ["i8", "str"])}, "a: table{i8, str}\n  1, x\n"),
        ([1, {"a": {"b": 1}}, Table([], [(1,)], ["i8"])], "- 1\n- a: {b: 1}\n- table{i8}\n  1\n"),
        ([Table(["a"], [(1,)])], "- - {a: 1}\n"),
    ],
)  # fmt: skip
def test_a_tree(tree, text):
    assert write(tree) == text
    if not isinstance(tree, list):
        assert parse(text).values == {
            key: list(value) if isinstance(value, tuple) else value for key, value in tree.items()
        }


def test_a_line_has_at_most_80_characters():
    fits = {"key": ["x" * 36, "y" * 35]}
    assert len(write(fits).split("\n")[0]) == 80
    assert write({"key": ["x" * 36, "y" * 36]}).startswith("key:\n  - ")
    assert write({"a": {"key": ["x" * 35, "y" * 34], "b": {"c": [1]}}}).split("\n")[1].startswith("  key: [")
    assert write({"a": {"key": ["x" * 35, "y" * 35], "b": {"c": [1]}}}).split("\n")[1] == "  key:"
    assert write([[["x" * 36, "y" * 35], [1]]]).split("\n")[0].startswith("- - [x")
    assert write([[["x" * 36, "y" * 37], [1]]]).split("\n")[0].startswith("- - - x")
    assert write({"a": [1] * 25}).startswith("a: [1, 1")
    assert write({"a": [1] * 26}).startswith("a:\n  - 1")


def test_the_cells_of_a_row():
    assert write_row([1, None, "a, b", [2]]) == '1, , "a, b", [2]'
    assert write_row([None, None, None]) == "null, , null"
    assert write_row([None]) == "null"


def test_inline_values():
    value = {"a b": [1, (2, {})], "c": Table(["d"], [(None,)]), "e": "x: y"}
    assert write_inline(value) == '{"a b": [1, [2, {}]], c: [{d: null}], e: "x: y"}'
    assert write_inline("a b") == "a b"


def test_one_entry_and_one_item():
    assert write_entry("a", {"b": [[1]]}, 2) == ["  a:", "    b:", "      - [1]"]
    assert write_item({"b": [[1]]}, 2) == ["  - b:", "      - [1]"]
    assert write_item("x\ny", 0) == ["- |-", "  x", "  y"]


def test_texts_without_text_blocks():
    value = {"a": "x\ny", "b": ["x\ny", ("z",)], "c": 5, "t": Table(["d"], [("x\ny",)])}
    without = without_text_blocks(value)
    assert without == {**value, "b": ["x\ny", ["z"]]}
    assert write(without).split("\n")[0] == 'a: "x\\ny"'
    assert write_item(without["a"], 0) == ['- "x\\ny"']


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (5, "(top): a document is a mapping, or a list that is not empty"),
        ([], "(top): a document is a mapping, or a list that is not empty"),
        ("ab", "(top): a document is a mapping, or a list that is not empty"),
        (b"ab", "(top): a document is a mapping, or a list that is not empty"),
        ({"a": {1}}, "a: a value of type set cannot be written as SDN: convert it first"),
        ({"a": {"a": {"b": {1}, "c": [[1]]}}}, "a.a.b: a value of type set cannot be written as SDN: convert it first"),
        ({"a": [[[1], [[{1}], 2]]]}, "a[0][1][0]: a value of type set cannot be written as SDN: convert it first"),
        ([[[1], {1}], 2], "[0][1]: a value of type set cannot be written as SDN: convert it first"),
        ({"t": Table(["a"], [(1,), ({1},)])}, "t[1]: a value of type set cannot be written as SDN: convert it first"),
        ({"a": {5: 1, "b": [[1]]}}, "a.5: the key 5 is not a str: convert it first"),
        ({"a": "\ud800"}, "a: a text with an unpaired surrogate cannot be written as UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_named_by_its_path(tree, message):
    with pytest.raises(UnwritableError) as caught:
        write(tree)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("tree", "depth"),
    [
        ({"a": 1}, 1), ({"a": [1]}, 1), ({"a": {"b": {"c": 1}}}, 2), ({"a": [[[1]]]}, 3), ({"a": Table(["b"], [(1,)])}, 1), ({"a": Table(["b"], [([1],)])}, 2),
        ([1], 1), ([[[1]]], 2),
    ],
)  # fmt: skip
def test_nesting_has_a_limit(tree, depth):
    assert write(tree, depth=depth)
    with pytest.raises(UnwritableError, match="nests too deeply, or contains itself"):
        write(tree, depth=depth - 1)


def test_a_tree_deeper_than_python_can_follow():
    tree = []
    for _ in range(5_000):
        tree = [tree, 1]
    with pytest.raises(UnwritableError, match="more deeply than Python can follow"):
        write(tree, depth=10_000)
