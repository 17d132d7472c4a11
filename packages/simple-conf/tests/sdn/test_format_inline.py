# ruff: noqa: E501
"""The canonical format of inline values and rows."""

import pytest

from simple_conf.sdn import parse
from simple_conf.sdn.format_inline import InlineFormatter, join_names


def formatted(text, column=0):
    document = f"a: {text}\n"
    return InlineFormatter(document).value(parse(document).positions.child("a"), column)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1_0", "1_0"),
        ('"x\\ty"', '"x\\ty"'),
        ("[ 1,2 ,  x y ]", "[1, 2, x y]"),
        ("[1,]", "[1]"),
        ("[ ]", "[]"),
        ("{ }", "{}"),
        ('{b:  1,c=2 , "d e":[3]}', '{b: 1, c: 2, "d e": [3]}'),
        ("table { i8 ,str }=[ (1,a) , (2, b), ]", "table{i8, str} = [(1, a), (2, b)]"),
        ("table{i8} = []", "table{i8} = []"),
        ("[\n1,\n      2]", "[\n  1,\n  2]"),
        ("[\n1\n2\n]", "[\n  1\n  2\n]"),
        ("[1,2,\n3]", "[1, 2,\n  3]"),
        ("[\n1,   # one,\n# two\n\n2 # three\n]", "[\n  1,  # one,\n  # two\n\n  2  # three\n]"),
        ("[\n\n\n1\n\n\n2\n\n]", "[\n  1\n\n  2\n\n]"),
        ("[ # a\n\n1]", "[  # a\n  1]"),
        ("[\n# a\n]", "[\n  # a\n]"),
        ("[\n1\n,\n2]", "[\n  1,\n\n  2]"),
        ("{\nb: {\nc: 1\n}\n}", "{\n  b: {\n    c: 1\n  }\n}"),
        ("[1 # a, b\n2]", "[1  # a, b\n  2]"),
    ],
)
def test_a_value(text, result):
    assert formatted(text) == result
    assert parse(f"a: {result}\n").values == parse(f"a: {text}\n").values


def test_further_lines_are_indented_from_the_column():
    assert formatted("[\n1\n]", 4) == "[\n      1\n    ]"


@pytest.mark.parametrize(
    ("row", "result"),
    [
        ("1,x", "1, x"), ("1  ,  ", "1,"), (",", ","), ('"a,b",[1,2]', '"a,b", [1, 2]'), ("1, 2,", "1, 2"), ("1, 2,  # c", "1, 2"),
        ('1, 2" x,  # say "y"', '1, 2" x,'), ('1, 2" x  # y', '1, 2" x'),
    ],
)  # fmt: skip
def test_a_row(row, result):
    document = f"t |a, b|\n  {row}\n"
    assert InlineFormatter(document).row(parse(document).positions.child("t").child(0)) == result


def test_a_row_of_one_empty_cell():
    document = "t |a|\n  ,\n"
    assert InlineFormatter(document).row(parse(document).positions.child("t").child(0)) == ","


def test_keys_and_headers():
    document = '"a b" = table { i8 }  # c\nd.e: 1\n'
    positions = parse(document).positions
    inline = InlineFormatter(document)
    assert [inline.key(item) for item in positions.items()] == ['"a b"', "d.e"]
    assert inline.typed_header(positions.child("a b")) == ("table{i8}", 20)
    assert join_names(" a,b ,\tc") == "a, b, c"
