"""The text of an edited document: lines, and splices that keep all other bytes."""

import pytest

from simple_conf.sdn.editing.buffer import Buffer, Splice, apply_splices, normalised

BUFFER = Buffer("a: 1\n  b: 2\n\n \t\nc\n")


@pytest.mark.parametrize(
    ("offset", "start", "end", "column"),
    [(0, 0, 4, 0), (3, 0, 4, 3), (4, 0, 4, 4), (5, 5, 11, 0), (7, 5, 11, 2)],
)
def test_the_line_of_an_offset(offset, start, end, column):
    assert (BUFFER.line_start(offset), BUFFER.line_end(offset), BUFFER.column(offset)) == (start, end, column)


def test_an_offset_starts_its_line_after_spaces_only():
    assert [BUFFER.starts_line(offset) for offset in (0, 1, 5, 7, 8)] == [True, False, True, True, False]
    assert not BUFFER.starts_line(15)  # after a tab


def test_a_range_is_blank():
    assert BUFFER.is_blank(11, 16)
    assert BUFFER.is_blank(3, 3)
    assert not BUFFER.is_blank(3, 6)
    assert not BUFFER.is_blank(11, 17)


@pytest.mark.parametrize(
    ("original", "text"),
    [("", ""), ("\ufeff", ""), ("a", "a\n"), ("a\n", "a\n"), ("\ufeffa\r\nb", "a\nb\n"), ("\n", "\n")],
)
def test_a_document_is_normalised(original, text):
    assert normalised(original) == text


@pytest.mark.parametrize(
    ("original", "splices", "text"),
    [
        ("abc\n", [], "abc\n"),
        ("abc\n", [Splice(1, 2, "X")], "aXc\n"),
        ("abc\n", [Splice(2, 3, "Y"), Splice(0, 1, "X")], "XbY\n"),
        ("abc\n", [Splice(1, 1, "X"), Splice(1, 2, "Y")], "aXYc\n"),
        ("a", [Splice(2, 2, "b\n")], "a\nb"),
        ("a\nb", [Splice(0, 2, "")], "b"),
        ("", [Splice(0, 0, "a: 1\n")], "a: 1\n"),
        ("\ufeff", [Splice(0, 0, "a: 1\n")], "\ufeffa: 1\n"),
        ("\ufeffab", [Splice(0, 1, "X")], "\ufeffXb"),
        ("a\r\nb\r\nc\r\n", [Splice(2, 3, "X\nY")], "a\r\nX\r\nY\r\nc\r\n"),
        ("a\r\nb\r\nc\r\n", [Splice(0, 2, ""), Splice(4, 5, "X")], "b\r\nX\r\n"),
        ("a\r\nb\r\nc\r\n", [Splice(1, 1, "X")], "aX\r\nb\r\nc\r\n"),
        ("\ufeffa\r\nb", [Splice(2, 3, "X"), Splice(4, 4, "c\n")], "\ufeffa\r\nX\r\nc"),
        ("a\nb\r\nc\n", [Splice(4, 5, "X\nY")], "a\nb\r\nX\nY\n"),
        ("a\r\nb\nc\n", [Splice(4, 5, "X\nY")], "a\r\nb\nX\r\nY\n"),
        ("\nb\n", [Splice(1, 2, "X\nY")], "\nX\nY\n"),
        ("a", [], "a"),
    ],
)
def test_splices_keep_all_other_bytes(original, splices, text):
    assert apply_splices(original, splices) == text
