"""Edits between brackets and commas: each text before, the edit, and the text after it."""

import pytest

from simple_conf.sdn import parse
from simple_conf.sdn.editing import inline
from simple_conf.sdn.editing.buffer import Buffer, apply_splices


def located(text, *path):
    """The buffer, the position at a path, and that of what is around it."""
    holder = position = parse(text).positions
    for part in path:
        holder, position = position, position.child(part)
    return Buffer(text), position, holder


@pytest.mark.parametrize(
    ("text", "path", "value", "after"),
    [
        ("a: [1, 2]\n", ("a", 1), "x y", "a: [1, x y]\n"),
        ("a: [1 , 2]\n", ("a", 0), "x, y", 'a: ["x, y" , 2]\n'),
        ('a: ["x"]\n', ("a", 0), "y", 'a: ["y"]\n'),
        ('a: ["x"]\n', ("a", 0), 1, "a: [1]\n"),
        ('a: ["x"]\n', ("a", 0), "y\nz", 'a: ["y\\nz"]\n'),
        ("a: {b: 1, c = [2]}\n", ("a", "c"), {"d": 1}, "a: {b: 1, c = {d: 1}}\n"),
        ("t |x, y|\n  1,  2 # c\n", ("t", 0, "y"), "a, b", 't |x, y|\n  1,  "a, b" # c\n'),
        ("t |x, y|\n  1,  2 # c\n", ("t", 0), {"y": 4, "x": 3}, "t |x, y|\n  3, 4 # c\n"),
        ("t |x, y|\n  1, \n", ("t", 0, "y"), 5, "t |x, y|\n  1, 5\n"),
        ("t: table{i8, i8}\n  1, 2\n", ("t", 0), [3, 4], "t: table{i8, i8}\n  3, 4\n"),
        ("t: table{i8, i8} = [(1, 2), (3, 4)]\n", ("t", 1), (5, 6), "t: table{i8, i8} = [(1, 2), (5, 6)]\n"),
        ("t: table{i8, i8} = [(1, 2)]\n", ("t", 0, 1), 9, "t: table{i8, i8} = [(1, 9)]\n"),
    ],
)
def test_replace(text, path, value, after):
    _, position, holder = located(text, *path)
    assert apply_splices(text, inline.replace(position, holder, value)) == after


def test_the_cells_of_a_row():
    assert inline.row_cells({"y": 2, "x": 1}, ("x", "y")) == (1, 2)
    assert inline.row_cells([1, None], ()) == (1, None)
    assert inline.row_cells((1,), ()) == (1,)


@pytest.mark.parametrize(
    ("value", "columns", "message"),
    [
        ({"x": 1}, ("x", "y"), "a row of this table is a dict with the columns x, y"),
        ({"x": 1, "y": 2, "z": 3}, ("x", "y"), "a row of this table is a dict with the columns x, y"),
        ([1, 2], ("x", "y"), "a row of this table is a dict with the columns x, y"),
        (5, (), "a row of this table is a list of cells"),
        ({"x": 1}, (), "a row of this table is a list of cells"),
        ("ab", (), "a row of this table is a list of cells"),
    ],
)
def test_what_is_no_row(value, columns, message):
    with pytest.raises(ValueError) as caught:
        inline.row_cells(value, columns)
    assert str(caught.value) == message


def test_the_text_of_an_item():
    _, lists, _ = located("a: []\n", "a")
    _, tables, _ = located("a: table{i8} = []\n", "a")
    assert inline.item_text(lists, None, [1]) == "[1]"
    assert inline.item_text(lists, "a b", "x") == '"a b": x'
    assert inline.item_text(tables, None, [1]) == "(1)"


@pytest.mark.parametrize(
    ("text", "index", "after"),
    [
        ("a: []\n", 0, "a: [X]\n"),
        ("a: [  ]\n", 0, "a: [X  ]\n"),
        ("a: {}\n", 0, "a: {X}\n"),
        ("a: table{i8} = [ ]\n", 0, "a: table{i8} = [X ]\n"),
        ("a: [1, 2]\n", 0, "a: [X, 1, 2]\n"),
        ("a: [1, 2]\n", 1, "a: [1, X, 2]\n"),
        ("a: [1, 2]\n", 2, "a: [1, 2, X]\n"),
        ("a: [1, 2,]\n", 2, "a: [1, 2, X,]\n"),
        ("a: {b: 1}\n", 0, "a: {X, b: 1}\n"),
        ("a: [\n  1,  # c\n  2\n]\n", 0, "a: [\n  X,\n  1,  # c\n  2\n]\n"),
        ("a: [\n  1,  # c\n  2\n]\n", 1, "a: [\n  1,  # c\n  X,\n  2\n]\n"),
        ("a: [\n  1,  # c\n  2\n]\n", 2, "a: [\n  1,  # c\n  2\n  X\n]\n"),
        ("a: [\n  1,\n  2,  # c\n]\n", 2, "a: [\n  1,\n  2,  # c\n  X,\n]\n"),
        ("a: [\n  1  # c\n]\n", 1, "a: [\n  1  # c\n  X\n]\n"),
        ("a: {\n  b: 1\n}\n", 1, "a: {\n  b: 1\n  X\n}\n"),
        ("  a: [1,\n    2, 3\n  ]\n", 3, "  a: [1,\n    2, 3\n    X\n  ]\n"),
        ("  a: [1, 2\n  ]\n", 2, "  a: [1, 2\n  X\n  ]\n"),
    ],
)
def test_insert(text, index, after):
    buffer, position, _ = located(text, "a")
    assert apply_splices(text, inline.insert(buffer, position, index, "X")) == after


@pytest.mark.parametrize(
    ("text", "index", "after"),
    [
        ("a: [1]\n", 0, "a: []\n"),
        ("a: [1 , ]\n", 0, "a: []\n"),
        ("a: [1, 2, 3]\n", 0, "a: [2, 3]\n"),
        ("a: [1, 2, 3]\n", 1, "a: [1, 3]\n"),
        ("a: [1, 2, 3]\n", 2, "a: [1, 2]\n"),
        ("a: [1, 2, 3,]\n", 2, "a: [1, 2,]\n"),
        ("a: {b: 1, c: 2}\n", 0, "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", 1, "a: {b: 1}\n"),
        ("a: [\n  1,  # c\n  2  # d\n]\n", 0, "a: [\n  2  # d\n]\n"),
        ("a: [\n  1,  # c\n  2  # d\n]\n", 1, "a: [\n  1,  # c\n]\n"),
        ("a: [1,  # c\n  2\n]\n", 0, "a: [# c\n  2\n]\n"),
        ("a: [1,\n  2]\n", 1, "a: [1,\n  ]\n"),
        ("a: [1, 2,  # c\n  3]\n", 1, "a: [1, # c\n  3]\n"),
        ("a: table{i8} = [(1), (2)]\n", 0, "a: table{i8} = [(2)]\n"),
    ],
)
def test_delete(text, index, after):
    buffer, position, _ = located(text, "a")
    assert apply_splices(text, inline.delete(buffer, position, index)) == after
