"""Hostile input: it is read or refused quickly, with a clear error."""

import pytest

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.sdn import Limits, parse, parse_value, write

REFUSED = [
    ("a: " + "[" * 100_000, "nested more than 64 levels deep"),
    ("a: " + "{b: " * 100_000, "nested more than 64 levels deep"),
    ("".join(" " * depth + "a:\n" for depth in range(3_000)), "nested more than 64 levels deep"),
    ("- " * 100_000, "nested more than 64 levels deep"),
    ("a: " + "x" * 50_000_000, "the text is longer than the limit of 16,777,216 characters"),
    ("a: " + "${" * 100_000, "unclosed ${"),
    ("a: [" + "${x, " * 100_000, "unclosed ${"),
    ("a: ${" + '"x' * 100_000, "unclosed ${"),
    ("a: ${" + '\\"' * 100_000, "unclosed ${"),
    ("a: [" + "(" * 100_000, "unbalanced ( in a bare text"),
    ("a: [" + "]" * 100_000, "unexpected text after the closing ]"),
    ("a: [" + "," * 100_000, "a value is missing before this comma"),
    ('a: "' + "x" * 1_000_000, "unclosed string"),
    ('a: "' + "\\n" * 200_000, "unclosed string"),
    ('a: """' + "\n  x" * 200_000, 'unclosed """'),
    ("a: " + "1" * 1_000_000, "an integer of more than 20,000 digits"),
    ("a: 1" + "_1" * 100_000 + "_", "is not a number, but looks like one"),
    ("a: 1\n" * 20_000, "duplicate key a, first defined in line 1"),
    ("key " * 200_000 + ": 1", "expected `key: value`"),
    ("|" * 100_000, "a table without a name"),
    ("t |" + "a, " * 100_000 + "b|", "duplicate column a"),
    ("t |a, b|\n" + "  1, 2\n" * 50_000 + "  1\n", "this row has 1 cell, the table has 2 columns"),
    ("a: table{" + "i8," * 100_000, "the types of a table are not closed"),
    ("a: [" + "1, " * 1_000_001 + "]", "more than 1,000,000 values"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_hostile_text_is_refused_quickly(text, message):
    with pytest.raises(SdnSyntaxError) as caught:
        parse(text)
    assert message in caught.value.message
    assert len(str(caught.value)) < 500 + len(caught.value.message)


READ = [
    ("a: " + "x" * 5_000_000, 1),
    ("a: " + "x " * 500_000, 1),
    ("a: " + "x " * 500_000 + "# c", 1),
    ("a: x" + " " * 1_000_000 + 'y "', 1),
    ('a: "' + "\\n" * 100_000 + '"', 1),
    ("a: " + "${x}" * 100_000, 1),
    ("a: 1" + "\n" * 1_000_000 + "b: 2", 2),
    ("#\n" * 500_000 + "a: 1", 1),
    ("a: 0x" + "f" * 1_000_000, 1),
    ("a: " + "1." * 500_000, 1),
    ("a" * 1_000_000 + ": 1", 1),
    ("a: |\n" + "  x\n" * 100_000, 1),
    ("t |a, b|\n" + '  "x", y\n  [1], z\n' * 5_000, 1),
    ("".join(f"k{number}:\n{' ' * (number % 500 + 1)}a: 1\n" for number in range(2_000)), 2_000),
    ("a: [\n" + "# c\n" * 100_000 + "1]", 1),
]


@pytest.mark.parametrize(("text", "keys"), READ, ids=[repr(text[:12]) for text, _ in READ])
def test_large_text_is_read_quickly(text, keys):
    assert len(parse(text).values) == keys


def test_whole_numbers_are_long():
    text = "9" * 5_000
    value = parse(f"a: {text}\nb: [-{text}, x]\nc: 1\n").values
    assert value == {"a": 10**5_000 - 1, "b": [1 - 10**5_000, "x"], "c": 1}
    assert parse(write(value)).values == value
    assert parse_value("1" + "0" * 30_000, limits=Limits(digits=40_000)) == 10**30_000
    with pytest.raises(SdnLimitError):
        parse_value("1" + "0" * 30_000)
    with pytest.raises(SdnLimitError) as caught:
        parse("a: 1\nb: " + "1" * 30_000)
    assert (caught.value.line, caught.value.column) == (2, 4)
    assert parse("b: " + "1" * 30_000, limits=Limits(digits=30_000)).locate(("b",)).column == 4


def test_a_limit_beyond_what_python_can_follow_is_an_error_too():
    with pytest.raises(SdnLimitError, match="more deeply than Python can follow"):
        parse("- " * 3_000 + "x", limits=Limits(depth=10_000))


def test_limits_can_be_raised():
    deep = "a: " + "[" * 500 + "]" * 500
    with pytest.raises(SdnLimitError):
        parse(deep)
    value = parse(deep, limits=Limits(depth=500)).values["a"]
    for _ in range(499):
        (value,) = value
    assert value == []
    blocks = "".join(" " * depth + "a:\n" for depth in range(250))
    assert write(parse(blocks, limits=Limits(depth=250)).values, depth=250).count("a") == 250


@pytest.mark.parametrize("text", ["[" * 100_000, "${" * 100_000, "x" * 1_000_000, '"' + "\\" * 99_999])
def test_a_hostile_value_alone(text):
    try:
        assert parse_value(text) == text
    except SdnSyntaxError as error:
        assert str(error).count("\n") >= 2  # noqa: PT017
