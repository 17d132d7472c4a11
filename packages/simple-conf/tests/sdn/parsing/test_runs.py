# ruff: noqa: E501
"""Runs of plain lines: what the fast path reads, where it stops, and what it counts."""

import pytest

from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, ValueLimitFault
from simple_conf.sdn.parsing.runs import read_entries, read_items
from simple_conf.values import MISSING


def entries(text, start=0, column=0, **limits):
    """What is read, the text that is left, and its column."""
    pieces, end, next_column = read_entries(text, start, column, Budget(Limits(**limits)))
    return pieces, text[end:], next_column


def items(text, start=0, column=0):
    values, end, next_column = read_items(text, start, column)
    return values, text[end:], next_column


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("a: 1", 1), ("a = 1", 1), ("a=1", 1), ("a :  1", 1), ("a: -7", -7), ("a: 0", 0), ("a: 007", "007"), ("a: 1_0", 10), ("a: 0x1f", 31),
        ("a: 999999999999999999", 999999999999999999), ("a: 9999999999999999999", 9999999999999999999), ("a: 2.5", 2.5), ("a: 1e3", 1000.0),
        ("a: 2.1.0", "2.1.0"), ("a: true", True), ("a: nil", None), ("a: x y", "x y"), ("a: x  # c", "x"), ("a: x#y", "x#y"),
        ("a: ${b} c", "${b} c"), ('a: "x # y"', "x # y"), ('a: ""', ""), ('a: "1" # c', "1"), ("a: [1, x]", [1, "x"]), ("a: []", []),
        ("a: {b: 1}  # c", {"b": 1}), ("a: {}", {}), ("a:", None), ("a =", None), ("a: # c", None), ("a:   ", None), ("a: １", "１"), ("a: http://b:1/c", "http://b:1/c"),
    ],
)  # fmt: skip
def test_a_plain_line(line, value):
    ((read,), rest, column) = entries(f"{line}\n")
    assert read == {"a": value}
    assert type(read["a"]) is type(value)
    assert (rest, column) == ("", 0)


@pytest.mark.parametrize(
    "line",
    [
        "a: 'b'", "a: [1", "a: [[1]]", "a: [1] x", "a: {b: {}}", "a: {b: c: d}", "a: |", "a: >-", 'a: """', 'a: "b\\n"', "a: ???", "a:#c", "a: #fff",
        "t |a, b|", "a", '"a": 1', "a:1", "- 1", "a: table{i8}", "a: ${b", "a: $$", 'a: say "b"', "[s]", "a: [1,,2]", "a = #fff",
    ],
)  # fmt: skip
def test_a_line_for_the_slow_path_ends_the_run(line):
    assert entries(f"b: 1\n{line}\n") == ([{"b": 1}], f"{line}\n", 0)
    assert entries(f"{line}\n") == ([], f"{line}\n", 0)


def test_blank_lines_and_comments_are_skipped():
    assert entries("a: 1\n\n  # c\n\t\nb: 2\n# d\n") == ([{"a": 1, "b": 2}], "", 0)


def test_blocks_below_a_key():
    text = "a:\n  b: 1\n  c:\n      d: 2\n  e: 3\nf:\ng: [1]\n"
    assert entries(text) == ([{"a": {"b": 1, "c": {"d": 2}, "e": 3}, "f": None, "g": [1]}], "", 0)


def test_several_blocks_can_end_at_once():
    assert entries("a:\n b:\n  c: 1\nd: 2\n") == ([{"a": {"b": {"c": 1}}, "d": 2}], "", 0)
    assert entries("a:\n b:\n  c: 1\n") == ([{"a": {"b": {"c": 1}}}], "", 0)


def test_dashes_below_a_key():
    text = "a:\n  - 1\n  - x y\nb: 2\nc:\n  - 3\n"
    assert entries(text) == ([{"a": [1, "x y"], "b": 2, "c": [3]}], "", 0)
    assert entries("a:\n  - 1\n") == ([{"a": [1]}], "", 0)


def test_a_run_starts_anywhere_and_ends_with_its_block():
    text = "x:\n  a: 1\n  b: 2\ny: 3\n"
    assert entries(text, start=5, column=2) == ([{"a": 1, "b": 2}], "y: 3\n", 0)
    assert entries("x:\n  a:\n    b: 1\ny: 3\n", start=5, column=2) == ([{"a": {"b": 1}}], "y: 3\n", 0)


def test_a_run_that_ends_inside_blocks_gives_their_keys_and_columns():
    text = "a: 1\nb:\n  c: 2\n  d:\n      e: 3\n      f: |\n"
    assert entries(text) == ([{"a": 1}, ("b", 2), {"c": 2}, ("d", 6), {"e": 3}], "f: |\n", 6)
    assert entries("b:\n  d:\n   f: |\n") == ([("b", 2), ("d", 3)], "f: |\n", 3)


def test_a_run_that_ends_inside_dashes_gives_their_items():
    assert entries("a: 1\nb:\n  - 2\n  - k: 3\n") == ([{"a": 1}, ("b", 2), [2]], "- k: 3\n", 2)
    assert entries("b:\n  - k: 3\n") == ([("b", 2)], "- k: 3\n", 2)
    assert entries("b:\n  - 2\n    - 3\n") == ([("b", 2), [2]], "- 3\n", 4)


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2\n", "a:\n    b: 1\n  c: 2\n", "a: 1\n  b: 2\n", "a:\n  b: 1\n  b: 2\n", "a: {b: 1, b: 2}\n"],
)
def test_what_is_wrong_is_located_by_the_slow_path(text):
    with pytest.raises(SlowPathRequired):
        entries(text)


def test_an_almost_number_is_a_fault():
    with pytest.raises(Fault, match="looks like one"):
        entries("a: 1e\n")
    with pytest.raises(Fault, match="looks like one"):
        items("- 1e\n")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: 1\nb: 2\n", 2), ("a: [1, 2, 3]\n", 4), ("a:\n  b: 1\n", 2), ("a:\n  - 1\n  - 2\n", 3), ("a: 1\nb:\n  c: 2\n  d: |\n", 2),
        ("b:\n  - 1\n  - k: 2\n", 1), ("a:\n b:\n  c: 1\nd: 2\n", 4),
    ],
)  # fmt: skip
def test_values_are_counted(text, values):
    budget = Budget(Limits(values=100))
    read_entries(text, 0, 0, budget)
    assert 100 - budget.values == values
    with pytest.raises(ValueLimitFault):
        entries(text, values=values - 1)


def test_nesting_beyond_the_limit_is_located_by_the_slow_path():
    assert entries("a:\n b:\n  c: 1\n", depth=2)[0] == [{"a": {"b": {"c": 1}}}]
    for text in ("a:\n b:\n  c:\n   d: 1\n", "a:\n b:\n  c: [1]\n"):
        with pytest.raises(SlowPathRequired):
            entries(text, depth=2)
    budget = Budget(Limits(depth=2))
    budget.enter(0)
    with pytest.raises(SlowPathRequired):
        read_entries("a:\n b:\n  c: 1\n", 0, 0, budget)


@pytest.mark.parametrize(
    ("line", "value"),
    [("- 1", 1), ("-   x y  # c", "x y"), ('- "a: b"', "a: b"), ("- true", True), ("- http://x", "http://x")],
)
def test_a_plain_item(line, value):
    assert items(f"{line}\n# end\n") == ([value], "", 0)


@pytest.mark.parametrize(
    "line", ["-", "- - 1", "- a: 1", "- a:", "- a=1", "- a |b|", "- a|b", '- "a": 1', '- "a" = 1', "- [1]", "- {a: 1}", "- |", "-\t1", "- ???", "a: 1", "- a  : 1"]
)  # fmt: skip
def test_an_item_for_the_slow_path_ends_the_run(line):
    assert items(f"- 1\n{line}\n") == ([1], f"{line}\n", 0)


def test_items_end_with_their_block():
    assert items("- 1\n- 2\nx: 3\n") == ([1, 2], "x: 3\n", 0)
    assert items("a:\n  - 1\nx: 3\n", start=5, column=2) == ([1], "x: 3\n", 0)
    assert items("- 1\n  - 2\n") == ([1], "- 2\n", 2)


def test_a_missing_item_is_for_the_slow_path():
    assert items('- "???"\n') == (["???"], "", 0)
    assert MISSING not in items("- ???\n")[0]
