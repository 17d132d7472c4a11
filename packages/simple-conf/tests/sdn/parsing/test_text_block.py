# ruff: noqa: E501
"""Text blocks: which lines belong to them, and what text they are."""

import pytest

from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.text_block import HEADER, dedent, read_text_block, read_triple_quoted, take_lines


@pytest.mark.parametrize("text", ["|\n", "|-\n", ">\n", ">-\n", "|  \n", "| # c\n", ">-\t# c\n"])
def test_a_header_is_alone_on_its_line(text):
    assert HEADER.match(text)[0] == text.split()[0]


@pytest.mark.parametrize("text", ["| a\n", "|+\n", "|2\n", "||\n", "|#c\n", "|--\n", "|"])
def test_what_is_no_header(text):
    assert HEADER.match(text) is None


@pytest.mark.parametrize(
    ("lines", "column", "fold", "strip", "value"),
    [
        ("  a\n  b\n", 0, False, False, "a\nb\n"),
        ("  a\n  b\n", 0, False, True, "a\nb"),
        ("  a\n  b\n", 0, True, False, "a b\n"),
        ("  a\n    b\n  c\n", 0, False, False, "a\n  b\nc\n"),
        ("  a\n\n  b\n\n\n", 0, False, False, "a\n\nb\n"),
        ("\n  a\n", 0, False, False, "\na\n"),
        ("    a\n  b\n", 2, False, False, "a\n"),
        ("", 0, False, False, ""),
        ("b: 1\n", 0, False, False, ""),
        ("\n  \n", 0, False, False, ""),
        ("  a\n\t\n  b\n", 0, False, False, "a\n\nb\n"),
        ("  a\n \tb\n", 0, False, False, " a\n\tb\n"),
    ],
)
def test_a_text_block(lines, column, fold, strip, value):
    text = f"k: |\n{lines}x: 1\n"
    assert read_text_block(text, 5, column, fold=fold, strip=strip)[0] == value


def test_the_offset_after_a_text_block_is_that_of_the_next_statement_line():
    text = "k: |\n  a\n\nx: 1\n"
    assert read_text_block(text, 5, 0, fold=False, strip=False) == ("a\n", text.index("x"))
    assert read_text_block("k: |\n  a\n", 5, 0, fold=False, strip=False) == ("a\n", 9)


def test_lines_end_before_the_trailing_blank_lines():
    assert take_lines("  a\n  b\n\n \nx: 1\n", 0, 0) == (["a", "b"], 8, 11)
    assert take_lines("\n\n", 0, 0) == ([], 0, 2)


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("a|b", "a b"), ("a||b", "a\nb"), ("a|||b", "a\n\nb"), ("a| b|c", "a\n b\nc"), ("a|  b|  c|d", "a\n  b\n  c\nd"),
        ("|a", "\na"), ("||a|b", "\n\na b"), (" a|b", " a\nb"), ("a|\tb", "a\n\tb"), ("a|| b", "a\n\n b"), (" a||b", " a\n\nb"),
    ],
)  # fmt: skip
def test_folding(lines, value):
    text = "".join(f"  {line}\n" if line else "\n" for line in lines.split("|")) + "  end\n"
    folded, _ = read_text_block(text, 0, 0, fold=True, strip=True)
    last = lines.split("|")[-1]
    assert folded == value + ("\n" if last[0] in " \t" else " ") + "end"


def test_dedent():
    assert dedent(["  a", "", " b", "   "]) == [" a", "", "b", "  "]
    assert dedent(["  a", " "]) == ["a", ""]
    assert dedent(["", "  "]) == ["", ""]
    assert dedent([]) == []
    assert dedent(["\ta"]) == ["\ta"]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a", "a"), ("", ""), (" a ", " a "), ("\na\n", "a"), ("\n  a\n    b\n  ", "a\n  b"), ("a\n  b\n", "a\nb"), ("\n  a", "a"),
        ("\n\n  a\n", "\na"), ("  \n a\n", "a"), ("\n a\n\t", "a"), ("\n", ""), ("\n\\n # x\n", "\\n # x"),
    ],
)  # fmt: skip
def test_triple_quotes(body, value):
    text = f'k: """{body}""" # c\n'
    assert read_triple_quoted(text, 3) == (value, 9 + len(body))


def test_unclosed_triple_quotes_are_a_fault_at_the_opening_ones():
    with pytest.raises(Fault, match='unclosed """') as caught:
        read_triple_quoted('k: """a""\n', 3)
    assert caught.value.offset == 3
    assert read_triple_quoted('""""""', 0) == ("", 6)
