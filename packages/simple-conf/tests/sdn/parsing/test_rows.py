# ruff: noqa: E501
"""Runs of plain table rows: what the fast path reads, and where it stops."""

import pytest

from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.rows import RUN_SIZES, convert_rows, parse_column, read_rows

SIZE = RUN_SIZES[0]


def rows(body, width, size=SIZE):
    """The rows, the text that is left, and whether a row for the slow path follows."""
    text = f"t |…|\n{body}"
    read, end, special = read_rows(text, 6, width, size)
    return read, text[end:], special


def test_plain_rows_are_read_by_columns():
    assert rows("  1, a b, 2.5\n  -2, /c, 0.5\n", 3) == ([(1, "a b", 2.5), (-2, "/c", 0.5)], "", False)


def test_cells_of_mixed_kinds():
    body = "  1, true\n  x, nil\n  0x1f, \n  , 007\n"
    assert rows(body, 2) == ([(1, True), ("x", None), (31, None), (None, "007")], "", False)


def test_quoted_cells_and_balanced_brackets():
    body = '  1, "a, b"\n  "", f(x)\n  2, s[0]y\n  " x ", z\n'
    assert rows(body, 2) == ([(1, "a, b"), ("", "f(x)"), (2, "s[0]y"), (" x ", "z")], "", False)


def test_plain_and_quoted_rows_keep_their_order():
    body = '  1, a\n  2, "b"\n  3, c\n  4, "d"\n  5, e\n'
    assert rows(body, 2)[0] == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]


@pytest.mark.parametrize(
    "line",
    ["  1, [2]", "  1, {a: 2}", "  1, a # c", "  1", "  1, 2, 3", '  1, a"b"', '  1, "a" b', "  1, ${x}", "  1, |", "  1, f(a, b)", "  1, a(b", '  1, "\\n"', "  1, table{x}", "  'a', 1", "  1, >"],
)  # fmt: skip
def test_a_row_for_the_slow_path_ends_the_run(line):
    assert rows(f"  0, z\n{line}\n  2, b\n", 2) == ([(0, "z")], f"{line}\n  2, b\n", True)
    assert rows(f'  0, "z"\n{line}\n', 2) == ([(0, "z")], f"{line}\n", True)
    assert rows(f"{line}\n", 2) == ([], f"{line}\n", True)


@pytest.mark.parametrize("line", ["", "# c", "  # c", "   3, 4", " 3, 4", "x: 1"])
def test_a_run_ends_at_a_blank_line_a_comment_or_another_column(line):
    assert rows(f"  1, 2\n{line}\n", 2) == ([(1, 2)], f"{line}\n", False)


def test_a_run_that_does_not_start_with_a_row():
    assert rows("# c\n  1\n", 1) == ([], "# c\n  1\n", True)


@pytest.mark.parametrize("size", RUN_SIZES[:2])
def test_a_run_has_a_maximum_size(size):
    read, rest, special = rows("  1\n" * (size + 1), 1, size)
    assert (len(read), rest, special) == (size, "  1\n", False)


def test_only_blanks_are_stripped_from_cells():
    assert rows("  y\t,\t\u00a0x\u00a0\t\n", 2)[0] == [("y", "\u00a0x\u00a0")]
    assert rows('  "y", x\u00a0 \n', 2)[0] == [("y", "x\u00a0")]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "-2", "0"], [1, -2, 0]), (["1.0", "2.5"], [1.0, 2.5]), (["a", "b c", "/x"], ["a", "b c", "/x"]), (["true", "x"], [True, "x"]),
        (["truex", "nil "], ["truex", "nil "]), (["1", "2.5"], [1, 2.5]), (["007", "1"], ["007", 1]), (["", "1"], [None, 1]), (["-0", "1"], [0, 1]),
        (["1" * 18, "2"], [int("1" * 18), 2]), (["1" * 25], [int("1" * 25)]), (["0x1f"], [31]), (["2.1.0", "1.5"], ["2.1.0", 1.5]), (["1e3"], [1000.0]),
        (["é"], ["é"]), (["a", "a", "1", "1"], ["a", "a", 1, 1]),
    ],
)  # fmt: skip
def test_a_column(cells, values):
    got = parse_column(cells)
    assert list(got) == values
    assert [type(value) for value in got] == [type(value) for value in values]


def test_an_almost_number_is_a_fault():
    for body in ("  1, 2\n  1e, 2\n", '  "a", 1e\n'):
        with pytest.raises(Fault):
            rows(body, 2)


def test_rows_are_converted_to_the_types_of_the_columns():
    assert convert_rows([(1, "a", 2)], ("i8", "str", "f64")) == [(1, "a", 2.0)]
    assert type(convert_rows([(2,)], ("f64",))[0][0]) is float
    with pytest.raises(Fault, match="out of range for i8"):
        convert_rows([(1,), (300,)], ("i8",))
