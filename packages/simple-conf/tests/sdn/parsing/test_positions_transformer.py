# ruff: noqa: E501
"""The transformer to positions."""

import pytest

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.lark_parser import ParserInput, positions_parser, run


def positions(text, *, single_value=False):
    source = ParserInput(f"{text}\n", Limits(), fast=False, single_value=single_value)
    return run(positions_parser(), source)


def tree(text, position):
    """A position as its kind, its key, its text, and the same of what is inside it."""
    inner = [tree(text, child) for child in position.items()]
    key = text[position.key_start : position.key_end]
    return (position.kind, key, text[position.start : position.end], *inner)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = x  # c", ("bare", "a =", "x")),
        ('"a b": "c"', ("string", '"a b":', '"c"')),
        ("a: |  # c\n  x\n\n", ("text_block", "a:", "|  # c\n  x")),
        ('a: """x"""', ("text_block", "a:", '"""x"""')),
        ("a:", ("null", "a:", "a:")),
        ("a : # c", ("null", "a :", "a :")),
        ("a: [1, [x], ]", ("inline_list", "a:", "[1, [x], ]", ("bare", "", "1"), ("inline_list", "", "[x]", ("bare", "", "x")))),
        ("a: []", ("inline_list", "a:", "[]")),
        ("a: {b : 1, c=2}", ("inline_dict", "a:", "{b : 1, c=2}", ("bare", "b :", "1"), ("bare", "c=", "2"))),
        ("a:\n  b: 1\n  c:  # d\ne: 2", ("mapping", "a:", "b: 1\n  c:", ("bare", "b:", "1"), ("null", "c:", "c:"))),
        ("a:\n  - 1\n  -\n  -  b: 2", ("dash_list", "a:", "- 1\n  -\n  -  b: 2", ("bare", "-", "1"), ("null", "-", "-"), ("mapping", "-", "b: 2", ("bare", "b:", "2")))),
        ("a:\n  b c\n  [1]", ("plain_list", "a:", "b c\n  [1]", ("bare", "", "b c"), ("inline_list", "", "[1]", ("bare", "", "1")))),
        ("t |p, q| # c\n  1, \n", ("named_table", "t |p, q|", "t |p, q| # c\n  1, ", ("row", "", "1, ", ("bare", "", "1"), ("blank", "", "")))),
        ("t |p| 1  # c", ("named_table", "t |p|", "t |p| 1", ("row", "", "1", ("bare", "", "1")))),
        ("t |p|  # c", ("named_table", "t |p|", "t |p|")),
        ("a: table{i8}\n  1", ("typed_table", "a:", "table{i8}\n  1", ("row", "", "1", ("bare", "", "1")))),
        ("a: table{i8}", ("typed_table", "a:", "table{i8}")),
        ("a: table{i8} = [(1)]", ("short_table", "a:", "table{i8} = [(1)]", ("short_row", "", "(1)", ("bare", "", "1")))),
    ],
)  # fmt: skip
def test_an_entry(text, expected):
    root = positions(text)
    assert root.kind == "mapping"
    assert tree(text, root.items()[0]) == expected


def test_a_document_starts_with_its_first_key_and_ends_with_its_last_value():
    root = positions("# c\n a: 1\n b: x  # d\n")
    assert (root.kind, root.start, root.end, list(root.children)) == ("mapping", 5, 15, ["a", "b"])
    assert (positions("# c").start, positions("# c").end, positions("# c").children) == (0, 0, {})
    assert positions("- 1").kind == "dash_list"


def test_the_rows_of_a_named_table_know_its_columns():
    table = positions("t |p, q|\n  1, 2\n  3, 4").child("t")
    assert table.columns == ("p", "q")
    assert [row.columns for row in table.items()] == [("p", "q")] * 2
    assert (table.child(1).child("q").start, table.child(1).child("p").start) == (21, 18)
    assert positions("a: table{i8}\n  1").child("a").columns == ()


def test_a_single_value():
    assert positions("[1]", single_value=True).kind == "inline_list"
    assert positions("", single_value=True).kind == "null"
