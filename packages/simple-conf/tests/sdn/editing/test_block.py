# ruff: noqa: E501
"""Edits of whole lines: each text before, the edit, and the text after it."""

import pytest

from simple_conf.sdn import parse
from simple_conf.sdn.editing import block
from simple_conf.sdn.editing.buffer import Buffer, apply_splices
from simple_conf.values import Table


def located(text, *path):
    """The buffer, the position at a path, and that of what is around it."""
    holder = position = parse(text).positions
    for part in path:
        holder, position = position, position.child(part)
    return Buffer(text), position, holder


def replaced(text, path, value):
    buffer, position, holder = located(text, *path)
    key = path[-1] if isinstance(path[-1], str) else None
    return apply_splices(text, block.replace(buffer, position, holder, key, value))


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("a: 1  # c\n", 2, "a: 2  # c\n"),
        ("  a   =  1\n", 2, "  a   = 2\n"),
        ("a:\n", 2, "a: 2\n"),
        ("a:  # c\n", 2, "a: 2  # c\n"),
        ('a:  "x"  # c\n', "y", 'a:  "y"  # c\n'),
        ('a:  "x"  # c\n', 1, "a: 1  # c\n"),
        ('a: "x"\nb: 1\n', "y\nz", "a: |-\n  y\n  z\nb: 1\n"),
        ("a: [1,\n  2]  # c\nb: 1\n", 3, "a: 3  # c\nb: 1\n"),
        ("a:  # c\n    b: 1\n\n    c: 2  # d\n# e\nf: 1\n", 3, "a: 3  # c\n# e\nf: 1\n"),
        ("a:  # c\n  b: 1\n", {"x": {"y": 1}}, "a:  # c\n  x: {y: 1}\n"),
        ("a:\n  - 1\n  - 2\nb: 1\n", [], "a: []\nb: 1\n"),
        ("a:\n  x\n  y\n", 1, "a: 1\n"),
        ("a: |  # c\n  x\n  y\n\nb: 1\n", 3, "a: 3  # c\n\nb: 1\n"),
        ('a: """x\n  y"""  # c\nb: 1\n', 3, "a: 3  # c\nb: 1\n"),
        ("a: 1  # c\n", {"b": [[1], [2]]}, "a:  # c\n  b:\n    - [1]\n    - [2]\n"),
        ("a: 1  # c\n", Table(["x"], [(1,)]), "a |x|  # c\n  1\n"),
        ("a = 1\n", Table(["x"], []), "a |x|\n"),
        ("a: table{i8}  # c\n  1\nb: 2\n", 3, "a: 3  # c\nb: 2\n"),
        ("a: table{i8} = [(1)]  # c\n", 3, "a: 3  # c\n"),
        ("a: 1\n", Table([], [(1,)], ["i8"]), "a: table{i8}\n  1\n"),
        ("a |x|  # c\n  1\n  # d\n  2\nb: 3\n", 3, "a: 3  # c\nb: 3\n"),
        ("a |x|\nb: 3\n", 3, "a: 3\nb: 3\n"),
        ("a |x| 1  # c\nb: 3\n", 3, "a: 3  # c\nb: 3\n"),
        ("a |x|\n  1\n", Table(["y"], [(2,)]), "a |y|\n  2\n"),
    ],
)
def test_replace_the_value_of_a_key(text, value, after):
    assert replaced(text, ["a"], value) == after


def test_replace_the_value_of_a_quoted_key():
    assert replaced('"a: |b": 1  # c\n', ["a: |b"], 2) == '"a: |b": 2  # c\n'
    assert replaced('"a: |b" = 1\n', ["a: |b"], Table(["x"], [(1,)])) == '"a: |b" |x|\n  1\n'


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("- 1  # c\n- 2\n", 3, "- 3  # c\n- 2\n"),
        ("-\n- 2\n", 3, "- 3\n- 2\n"),
        ("- a: 1  # c\n  b: 2\n- 2\n", 3, "- 3\n- 2\n"),
        ("-  # c\n  a: 1\n- 2\n", 3, "- 3\n- 2\n"),
        ("- - 1\n  - 2\n- 3\n", {"a": {"b": 1}}, "- a: {b: 1}\n- 3\n"),
        ("- 1  # c\n", {"a": [[1]], "b": 2}, "- a:  # c\n    - [1]\n  b: 2\n"),
        ("  - 1\n", [[1], [2]], "  - - [1]\n    - [2]\n"),
        ("- [1,\n  2]\n- 3\n", 4, "- 4\n- 3\n"),
    ],
)
def test_replace_an_item(text, value, after):
    assert replaced(text, [0], value) == after


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("a:\n  x  # c\n  y\n", "z", "a:\n  z  # c\n  y\n"),
        ("a:\n  x\n  y\n", "k: v", 'a:\n  "k: v"\n  y\n'),
        ("a:\n  table{i8}\n    1\n  y\n", 5, "a:\n  5\n  y\n"),
        ("a:\n  x\n", [1, 2], "a:\n  [1, 2]\n"),
    ],
)
def test_replace_an_item_without_a_dash(text, value, after):
    assert replaced(text, ["a", 0], value) == after


@pytest.mark.parametrize(
    "value", [[[1, 2], [3]], [[1]], {"a": [[1]]}, {"a": {"b": 1}}, "x\ny", Table([], [(1,)], ["i8"])]
)
def test_an_item_without_a_dash_is_on_one_line(value):
    with pytest.raises(ValueError, match="must fit on one line"):
        block.plain_list_item(value)


def test_an_item_without_a_dash():
    items = [1, "x y", "a: b", "- z", [], {}, {"a": 1}]
    assert [block.plain_list_item(item) for item in items] == [
        "1",
        "x y",
        '"a: b"',
        '"- z"',
        "[]",
        "{}",
        "{a: 1}",
    ]


@pytest.mark.parametrize(
    ("index", "after"),
    [
        (0, "# h\n  x: 1\n  y: 2\n  a: 1  # c\n  # d\n  b:\n    c: 2\n# t\n"),
        (1, "# h\n  a: 1  # c\n  x: 1\n  y: 2\n  # d\n  b:\n    c: 2\n# t\n"),
        (2, "# h\n  a: 1  # c\n  # d\n  b:\n    c: 2\n  x: 1\n  y: 2\n# t\n"),
    ],
)
def test_insert_lines(index, after):
    text = "# h\n  a: 1  # c\n  # d\n  b:\n    c: 2\n# t\n"
    buffer, position, _ = located(text)
    assert apply_splices(text, block.insert_lines(buffer, position, index, ["  x: 1", "  y: 2"])) == after


def test_insert_lines_after_a_dash():
    text = "- a: 1  # c\n  b: 2\n"
    buffer, position, _ = located(text, 0)
    assert apply_splices(text, block.insert_lines(buffer, position, 0, ["  x:", "    y: 1"])) == (
        "- x:\n    y: 1\n  a: 1  # c\n  b: 2\n"
    )


@pytest.mark.parametrize(
    ("text", "path", "index", "after"),
    [
        ("a: 1  # c\n# d\nb: 2\n", (), 0, "# d\nb: 2\n"),
        ("a: 1\n# d\nb:\n  c: 2\n  d: 3  # e\n\nf: 1\n", (), 1, "a: 1\n# d\n\nf: 1\n"),
        ("a: 1\nb: [1,\n2]\n", (), 1, "a: 1\n"),
        ("- 1\n- a: 2\n  b: 3\n- 4\n", (), 1, "- 1\n- 4\n"),
        ("- a: 1  # c\n  b: 2\n", (0,), 0, "- b: 2\n"),
        ("- a: 1\n\n  b: 2\n", (0,), 0, "- b: 2\n"),
        ("-  a: 1  # c\n   # d\n   b: 2\n", (0,), 0, "-\n   # d\n   b: 2\n"),
        ("- a: 1\n  b: 2\n", (0,), 1, "- a: 1\n"),
    ],
)
def test_delete(text, path, index, after):
    buffer, position, _ = located(text, *path)
    assert apply_splices(text, block.delete(buffer, position, index)) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a:  # c\n  b: 1  # d\n# e\n", "a: {}  # c\n# e\n"),
        ("a:\n  - 1\nb: 2\n", "a: []\nb: 2\n"),
        ("a:\n  x\n", "a: []\n"),
        ("a:\n  b:\n    c: 1\n", "a: {}\n"),
    ],
)
def test_delete_the_only_item(text, after):
    buffer, position, _ = located(text, "a")
    assert apply_splices(text, block.delete_only(buffer, position)) == after


@pytest.mark.parametrize(
    ("text", "index", "after"),
    [
        ("  t |x, y|  # c\n", 0, "  t |x, y|  # c\n    7, 8\n"),
        ("t |x, y|\n      1, 2\n      # d\n      3, 4  # e\n", 0, "t |x, y|\n      7, 8\n      1, 2\n      # d\n      3, 4  # e\n"),
        ("t |x, y|\n      1, 2\n      # d\n      3, 4  # e\n", 1, "t |x, y|\n      1, 2\n      7, 8\n      # d\n      3, 4  # e\n"),
        ("t |x, y|\n      1, 2\n      # d\n      3, 4  # e\n", 2, "t |x, y|\n      1, 2\n      # d\n      3, 4  # e\n      7, 8\n"),
        ("t |x, y| 1, 2  # c\n", 0, "t |x, y|\n  7, 8\n  1, 2  # c\n"),
        ("t |x, y| 1, 2  # c\n", 1, "t |x, y|\n  1, 2\n  7, 8  # c\n"),
        ("t: table{i8, i8}  # c\n", 0, "t: table{i8, i8}  # c\n  7, 8\n"),
        ("t: table{i8, i8}  # c\n  1, 2\n", 1, "t: table{i8, i8}  # c\n  1, 2\n  7, 8\n"),
    ],
)  # fmt: skip
def test_insert_a_row(text, index, after):
    buffer, position, _ = located(text, "t")
    assert apply_splices(text, block.insert_row(buffer, position, index, (7, 8))) == after


@pytest.mark.parametrize(
    ("text", "index", "after"),
    [
        ("t |x|  # c\n  1  # d\n  # e\n  2\n", 0, "t |x|  # c\n  # e\n  2\n"),
        ("t |x|  # c\n  1  # d\n  # e\n  2\n", 1, "t |x|  # c\n  1  # d\n  # e\n"),
        ("t |x|  1  # c\n", 0, "t |x|  # c\n"),
        ("t: table{i8}\n  1\n", 0, "t: table{i8}\n"),
    ],
)
def test_delete_a_row(text, index, after):
    buffer, position, _ = located(text, "t")
    assert apply_splices(text, block.delete_row(buffer, position, index)) == after
