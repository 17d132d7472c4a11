# ruff: noqa: E501
"""Quoting: what is written bare, what in quotes, and in which context."""

import pytest

from simple_conf.errors import UnwritableError
from simple_conf.sdn.quoting import inline_text, item_text, key_text, line_text, non_string_text, quote
from simple_conf.values import MISSING, Secret


@pytest.mark.parametrize(
    ("value", "bare"),
    [
        ("a", "line item inline"), ("a b", "line item inline"), ("/a/b", "line item inline"), ("a@3.11", "line item inline"), ("é", "line item inline"),
        ("2.1.0", "line item inline"), ("12:30", "line item inline"), ("-x", "line item inline"), ("a-b", "line item inline"), ("${a}", "line item inline"),
        ("a, b", "line item"), ("f(x)", "line item"), ("a]", "line item"), ("a#b", "line item"), ("${a, b}", ""), ("a: b", "line"), ("a = b", "line"),
        ("k=v", "line inline"), ("a:", "line inline"), ("- a", "line inline"), ("-", "line inline"), ("a |b", "line inline"), ("http://x", "line item inline"),
        ("", ""), (" a", ""), ("a ", ""), ("true", ""), ("nil", ""), ("???", ""), ("42", ""), ("-1.5", ""), ("1e", ""), ("+5", ""), ("#fff", ""), ("a # b", ""),
        ("[a]", ""), ("{a}", ""), ("'a'", ""), ('"a"', ""), ('a "b"', ""), ("|", ""), ("> a", ""), ("?", ""), ("table{i8}", ""), ("${a", ""), ("$${a", ""), ("a\nb", ""),
        ("a\tb", ""), ("\u00a0", ""), ("a\u2028b", ""),
    ],
)  # fmt: skip
def test_a_text_is_bare_where_it_reads_back(value, bare):
    texts = {"line": line_text(value), "item": item_text(value), "inline": inline_text(value)}
    assert " ".join(context for context, text in texts.items() if text == value) == bare
    assert {text for text in texts.values() if text != value} <= {quote(value)}


@pytest.mark.parametrize("key", ["a", "a.b", "0", "-a", "a-", "src/app", "true", "42", "키"])
def test_a_bare_key(key):
    assert key_text(key) == key


@pytest.mark.parametrize("key", ["", "-", "a b", "a:", "a=b", "k@y", '"', "a\nb", "#a", "???"])
def test_a_quoted_key(key):
    assert key_text(key) == quote(key)


def test_a_key_is_a_str():
    with pytest.raises(UnwritableError) as caught:
        key_text(5)
    assert str(caught.value) == "5: the key 5 is not a str: convert it first"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (False, "false"), (0, "0"), (-17, "-17"), (1.5, "1.5"), (1e300, "1e+300"), (float("inf"), "inf"), (MISSING, "???"),
        (Secret("x"), "••••"),
    ],
)  # fmt: skip
def test_other_scalars(value, text):
    for write in (non_string_text, line_text, item_text, inline_text):
        assert write(value) == text


def test_an_integer_too_long_for_decimal_digits_is_hexadecimal():
    assert non_string_text(7**6000) == hex(7**6000)
    assert non_string_text(2**12_898) == str(2**12_898)
    assert non_string_text(-(2**12_899)) == hex(-(2**12_899))


def test_a_subclass_of_a_number_is_written_as_the_number():
    class Int(int):
        def __repr__(self):
            return "Int"

    class Float(float):
        def __repr__(self):
            return "Float"

    assert (non_string_text(Int(3)), non_string_text(Float(2.5))) == ("3", "2.5")


@pytest.mark.parametrize("value", [{1}, b"x", object(), 1j])
def test_what_cannot_be_written(value):
    for write in (non_string_text, line_text, item_text, inline_text):
        with pytest.raises(
            UnwritableError, match=f"a value of type {type(value).__name__} cannot be written as SDN"
        ):
            write(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'), ("a # b", '"a # b"'), ('a"b', '"a\\"b"'), ("a\\b", '"a\\\\b"'), ("\n\t\r", '"\\n\\t\\r"'), ("\x00\x7f", '"\\u0000\\u007f"'), ("é\x01", '"é\\u0001"'),
        ("\U000e0001", '"\\udb40\\udc01"'), ("\u2028", '"\\u2028"'),
    ],
)  # fmt: skip
def test_quote(value, text):
    assert quote(value) == text


@pytest.mark.parametrize("value", ["\ud800", "a\udfff"])
def test_an_unpaired_surrogate_cannot_be_written(value):
    with pytest.raises(UnwritableError, match="unpaired surrogate"):
        quote(value)
