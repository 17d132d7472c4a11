"""Indentation: statements, blocks, and what may follow a value on its line."""

import pytest

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.layout import Layout, trailing_text_fault, with_final_newline


def begun(text, **limits):
    layout = Layout(text, Limits(**limits))
    layout.begin()
    return layout


def fault(function, *arguments):
    with pytest.raises(Fault) as caught:
        list(function(*arguments) or ())
    return caught.value


@pytest.mark.parametrize(
    ("text", "offset", "column"),
    [
        ("a: 1\n", 0, 0),
        ("  a: 1\n", 2, 2),
        ("\n# c\n  # d\n a: 1\n", 12, 1),
        ("#\n" * 2_500 + "  a:\n", 5_002, 2),
    ],
)
def test_a_document_begins_at_its_first_statement(text, offset, column):
    layout = begun(text)
    assert (layout.offset, layout.column, layout.levels) == (offset, column, [column])
    assert not layout.at_end
    assert not layout.indented


@pytest.mark.parametrize("text", ["\n", "# c\n", "  \n\t\n", ""])
def test_a_document_without_statements_is_at_its_end(text):
    layout = begun(text)
    assert layout.at_end
    assert list(layout.end()) == []


def test_the_end_of_a_document_is_not_indented():
    layout = begun("a:\n  ")
    layout.skip_to_statement(3)
    assert (layout.column, layout.at_end, layout.indented) == (2, True, False)


def test_blocks_open_and_close():
    layout = begun("a:\n  b:\n    c: 1\nd: 2\n")
    layout.skip_to_statement(3)
    assert layout.indented
    opened = layout.indent(2, 5)
    assert (opened.type, opened.start, layout.levels) == ("_INDENT", 5, [0, 2])
    layout.skip_to_statement(8)
    layout.indent(4, 12)
    assert (layout.levels, layout.budget.depth) == ([0, 2, 4], 2)
    layout.skip_to_statement(17)
    closed = list(layout.dedent())
    assert [(token.type, token.start) for token in closed] == [("_DEDENT", 17)] * 2
    assert (layout.levels, layout.budget.depth) == ([0], 0)


def test_the_end_closes_all_blocks_but_the_outermost():
    layout = begun("a:\n b:\n  c: 1\n")
    layout.indent(1, 4)
    layout.indent(2, 9)
    assert [(token.type, token.start) for token in layout.end()] == [("_DEDENT", 14)] * 2
    assert layout.levels == [0]


def test_a_column_to_the_right_of_the_block_is_a_fault():
    layout = begun("  a: 1\n")
    layout.move(0, 4)
    found = fault(layout.dedent)
    assert found.message == "unexpected indentation"
    assert found.hint == "start it at column 3; a key that opens a block ends with a colon"


def test_a_column_between_two_blocks_is_a_fault():
    layout = begun("a: 1\n")
    layout.indent(4, 0)
    layout.move(3, 2)
    found = fault(layout.dedent)
    assert (found.message, found.offset) == ("this line is indented less than its block", 3)
    assert found.hint == "start it at column 1 or 5"


def test_a_tab_in_the_indentation_is_a_fault():
    for text, offset in (("a:\n\tb: 1\n", 3), ("a:\n  \tb: 1\n", 5)):
        layout = begun(text)
        found = fault(layout.skip_to_statement, 3)
        assert (found.message, found.offset) == ("a tab in the indentation", offset)
    assert fault(begun, "\ta: 1\n").offset == 0


def test_nesting_has_a_limit():
    layout = begun("a:\n", depth=1)
    layout.indent(1, 0)
    assert fault(layout.indent, 2, 3).offset == 3


def test_the_next_column_is_that_of_the_statement_below():
    layout = begun("a: 1\n\n   # c\n  b: 2\nc: 3\n")
    assert layout.next_column(1) == 2
    assert layout.next_column(16) == 0
    assert layout.next_column(21) == -1


@pytest.mark.parametrize(
    ("rest", "ends"),
    [
        ("\n", True),
        ("  \n", True),
        (" # c\n", True),
        ("#c\n", True),
        ("x\n", False),
        (" x\n", False),
        (" x # c\n", False),
    ],
)
def test_a_line_ends_with_blanks_or_a_comment(rest, ends):
    assert begun("k" + rest).is_line_end(1) is ends


def test_a_statement_ends_with_its_line():
    layout = begun("a: 1  # c\n  # d\n b: 2\n")
    layout.end_statement(4)
    assert (layout.offset, layout.column) == (17, 1)
    assert fault(layout.end_statement, 2).message == "unexpected text after the closing :"


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ('"a"# c\n', "no space before this #", 3),
        ("[1] , 2\n", "a comma after a value", 4),
        ('"a" \tb\n', "unexpected text after the closing quote", 5),
        ("[1] b\n", "unexpected text after the closing ]", 4),
        ("{a: 1}b\n", "unexpected text after the closing }", 6),
    ],
)
def test_text_after_a_value(text, message, offset):
    end = next(index for index in range(len(text), 0, -1) if text[index - 1] in ']}"')
    found = trailing_text_fault(text, end)
    assert (found.message, found.offset) == (message, offset)


def test_a_final_newline_is_added_once():
    assert [with_final_newline(text) for text in ("", "a", "a\n", "a\n\n")] == ["\n", "a\n", "a\n", "a\n\n"]
