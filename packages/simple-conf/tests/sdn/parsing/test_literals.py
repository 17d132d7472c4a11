# ruff: noqa: E501
"""Scalar literals: what is a number, a constant, a string, a bare text."""

import math

import pytest

from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.literals import (
    MAX_DIGITS,
    bare_text_end,
    check_comment,
    interpolation_end,
    parse_number,
    parse_scalar,
    read_string,
    unescape,
)
from simple_conf.values import MISSING


def fault(function, *arguments):
    with pytest.raises(Fault) as caught:
        function(*arguments)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-0", 0), ("7", 7), ("-17", -17), ("1_000", 1000), ("0x1F", 31), ("-0xf_f", -255), ("0x0", 0),
        ("1" * 25, int("1" * 25)),
        ("0.5", 0.5), ("-0.5", -0.5), ("10.0", 10.0), ("1e3", 1000.0), ("1E-3", 0.001), ("1.5e+2", 150.0), ("1_0.2_5", 10.25),
        ("0e5", 0.0), ("0.0e-999", 0.0), ("-0.0", -0.0),
    ],
)  # fmt: skip
def test_numbers(text, value):
    got = parse_scalar(text)
    assert (got, type(got)) == (value, type(value))
    assert math.copysign(1, got) == math.copysign(1, value)


@pytest.mark.parametrize(
    "text",
    ["007", "00.5", "01.5", "-01", "1.2.3", "2026-02-06", "12:30", "640K", "0x1G", "1e5x", "-", "+", ".", "..", "-x", "+a", "1-2", "１", "１.5", "1.٥", "1..", "-0_1"],
)  # fmt: skip
def test_what_is_not_wholly_a_number_is_text(text):
    assert parse_scalar(text) == text


def test_a_leading_zero_is_text_but_zero_point_is_not():
    assert parse_number("0.25", 0) == 0.25
    assert parse_number("00.25", 0) == "00.25"


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("1e", "1"), ("1e+", "1"), ("1e-_", "1"), ("1_", "1"), ("1__0", "1_0"), ("+5", "5"), (".5", "0.5"), ("-.5", "-0.5"), ("5.", "5.0"),
        ("+1.e5", "1.0e5"), ("0X1F", "0x1F"), ("-0x_F", "-0xF"), ("1_.5", "1.5"), ("1e1_0", "1e10"), ("0x", None), ("-0x_", None), ("+0X", None),
    ],
)  # fmt: skip
def test_almost_numbers_are_faults_with_a_correction(text, correction):
    found = fault(parse_scalar, text, 9)
    assert (found.message, found.offset) == (f"{text} is not a number, but looks like one", 9)
    if correction is None:
        assert found.hint == f'finish the number, or write "{text}" for the text'
    else:
        assert found.hint == f'write {correction} for the number, or "{text}" for the text'


def test_a_float_neither_overflows_nor_underflows():
    assert fault(parse_scalar, "1e999", 4).message == "1e999 is too large for a float"
    assert fault(parse_scalar, "-1e999", 4).offset == 4
    assert fault(parse_scalar, "1e-999", 4).message == "1e-999 is too small for a float"
    assert fault(parse_scalar, "9" * 310 + ".0").message.endswith("is too large for a float")
    assert fault(parse_scalar, "0." + "0" * 400 + "1").message.endswith("is too small for a float")
    assert parse_scalar("0." + "0" * 290 + "1") == 1e-291
    assert parse_scalar("0." + "0" * 400) == 0.0


def test_a_long_integer_has_a_limit_on_digits():
    assert parse_scalar("1" + "0" * 4_999) == 10**4_999
    token = MAX_DIGITS.set(4_400)
    try:
        assert parse_scalar("1" + "0" * 4_399) == 10**4_399
        found = fault(parse_scalar, "1" * 4_401, 3)
    finally:
        MAX_DIGITS.reset(token)
    assert (found.message, found.offset, found.limit) == ("an integer of more than 4,400 digits", 3, True)
    assert parse_scalar("0x" + "f" * 30_000) == 16**30_000 - 1


def test_constants_are_lower_case():
    texts = ["true", "false", "null", "nil", "???"]
    assert [parse_scalar(text) for text in texts] == [True, False, None, None, MISSING]
    assert [parse_scalar(text) for text in ("True", "NULL", "????")] == ["True", "NULL", "????"]


@pytest.mark.parametrize(
    ("text", "value"),
    [('""', ""), ('"a b"', "a b"), ('"\\n\\t\\r\\\\\\""', '\n\t\r\\"'), ('"\\u00e9"', "é"), ('"\\ud83d\\ude00"', "😀")],
)  # fmt: skip
def test_strings(text, value):
    assert read_string(f'x{text} "y"', 1) == (value, 1 + len(text))


def test_a_string_ends_at_its_first_quote_without_a_backslash():
    assert read_string('"a\\\\" "b"', 0) == ("a\\", 5)
    assert read_string('"a\\" b" "c"', 0) == ('a" b', 7)


def test_a_wrong_escape_in_a_string_is_located():
    assert fault(read_string, 'a: "x\\q"', 3).offset == 5


def test_a_string_with_very_many_escapes():
    assert read_string('"' + '\\"' * 30_000 + '" tail', 0) == ('"' * 30_000, 60_002)
    text = '"' + "\\n" * 30_000 + '" tail'
    assert read_string(text, 0) == ("\n" * 30_000, 60_002)
    assert fault(read_string, '"' + "\\n" * 30_000 + "\n", 0).message == "unclosed string"


@pytest.mark.parametrize("text", ['"', '"a', '"a\n"', '"a\\"', '"a\\\n"'])
def test_an_unclosed_string_is_a_fault_at_its_quote(text):
    found = fault(read_string, f"ab{text}\n", 2)
    assert (found.message, found.offset) == ("unclosed string", 2)


@pytest.mark.parametrize(
    ("body", "message", "offset"),
    [
        ("ab\\q", "unknown escape \\q", 102),
        ("\\n\\x41", "unknown escape \\x", 102),
        ("a\\u12", "\\u needs four hexadecimal digits", 101),
        ("\\uzzzz", "\\u needs four hexadecimal digits", 100),
        ("a\\ud800", "unpaired surrogate", 101),
        ("\\n\\udc00 \\n", "unpaired surrogate", 102),
        ("\\u0041\\uDBFFx", "unpaired surrogate", 106),
        ("\\ud7ff\\ud800", "unpaired surrogate", 106),
    ],
)
def test_a_wrong_escape_is_a_fault_at_its_offset(body, message, offset):
    found = fault(unescape, body, 100)
    assert (found.message, found.offset) == (message, offset)


def test_escapes_next_to_each_other_keep_the_text_between_them():
    assert unescape("a\\nb\\tc", 0) == "a\nb\tc"
    assert unescape("\\u0041\\u00e9z", 0) == "Aéz"


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("a b c", "a b c"), ("a # b", "a"), ("a\t# b", "a"), ("a#b", "a#b"), ("a#b # c", "a#b"), ('say "a" # b', 'say "a"'),
        ("${a # b} c # d", "${a # b} c"), ("$${a # b}", "$${a"), ('5" # disk', '5"'), ('a "b" "c # d', 'a "b" "c'),
    ],
)  # fmt: skip
def test_a_bare_text_ends_before_a_comment(line, bare):
    text = f"k: {line}\n"
    end = bare_text_end(text, 3, len(text) - 1)
    assert text[3:end].rstrip(" \t") == bare


def test_a_comment_sign_between_quotes_is_ambiguous():
    text = 'k: a "b # c" d\nx"\n'
    found = fault(bare_text_end, text, 3, 14)
    assert (found.message, found.offset) == ("this # could be a comment or text", 8)
    check_comment(text, 8, -1, 14)  # no quote is open
    check_comment('k: a "b # c\n"', 8, 5, 11)  # no quote follows on the line
    check_comment('"', 0, 0, 0)
    assert fault(check_comment, '" "', 1, 0, 3).offset == 1  # the quote at offset 0 counts


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("${a}", 4),
        ("${a}}", 4),
        ("${f:{x}}y", 8),
        ('${a:"}"}', 8),
        ("${a:'}", 6),
        ('${a"} x', 5),
        ('${a:"}" "}', 10),
        ('${a:"}" "}" }', 13),
    ],
)
def test_an_interpolation_ends_at_its_brace(text, end):
    assert interpolation_end(f"{text}\n", 0, len(text)) == end


@pytest.mark.parametrize("text", ["${a", "${a{b}", '${"}"', "${\n}", "x${a"])
def test_an_unclosed_interpolation_is_a_fault(text):
    start = text.index("$")
    line_end = len(text.split("\n")[0])
    found = fault(interpolation_end, f"{text}\n", start, line_end)
    assert (found.message, found.offset) == ("unclosed ${", start)
