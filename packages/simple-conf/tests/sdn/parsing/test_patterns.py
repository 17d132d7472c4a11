# ruff: noqa: E501
"""The parts of the patterns match exactly what they name, and in linear time."""

import re
import time

import pytest

from simple_conf.sdn.parsing import patterns


@pytest.mark.parametrize(
    ("name", "matching", "other"),
    [
        ("KEY", ["a", "a-b", "src/app", ".text", "0", "키"], ["", "a b", "a:", "a=", "k@y"]),
        ("STRING", ['""', '"a"', '"a \\" b"', '"\\\\"'], ['"', '"a', '"a"b"', '"a\\"', '"a\nb"', '"\\\n"']),
        ("WORD", ["a", "a,b", "${x}", "a${x}b${y.z}", "#x", "'"], ["", "a b", 'a"', "$", "$$", "${a", "${a b}", "a$b"]),
        ("INLINE_WORD", ["a", "${x}", "a${x}b"], ["", "a,b", "a[0]", "(x)", "a#b", "a b", "${a"]),
        ("BARE_TEXT", ["a", "a b", "a\t b", "a,b", "a #b".replace(" #", "#"), "table", "a${x} b"], ["", "a ", " a", "a #b", "'a'", "[a", "{a", "|a", ">a", "#a", "?", "table{x", "table  {x", 'a "b"']),
        ("BLANK_LINES", ["", "\n", "  \n\t\n", "# c\n", "  # c\n\n"], ["a\n", "  ", "# c"]),
    ],
)  # fmt: skip
def test_a_pattern_matches_what_it_names(name, matching, other):
    pattern = re.compile(getattr(patterns, name))
    assert [text for text in matching if pattern.fullmatch(text) is None] == []
    assert [text for text in other if pattern.fullmatch(text) is not None] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("STRING", '"' + "\\n" * 19_000),
        ("WORD", "a${x}" * 90 + "$"),
        ("INLINE_WORD", "a${x}" * 90 + "$"),
        ("BARE_TEXT", "a " * 990 + '"'),
        ("BLANK_LINES", " \t# c\n" * 990 + "x"),
    ],
)
def test_a_match_that_fails_is_fast(name, text):
    pattern = re.compile(getattr(patterns, name))
    start = time.perf_counter()
    for _ in range(20):
        assert pattern.fullmatch(text) is None
    assert time.perf_counter() - start < 2
