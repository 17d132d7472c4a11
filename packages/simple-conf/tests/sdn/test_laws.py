# ruff: noqa: E501
"""Laws that hold for any tree and any text."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simple_conf.errors import SdnSyntaxError
from simple_conf.sdn import Limits, parse, parse_value, write
from simple_conf.sdn.parsing.lark_parser import ParserInput, run, values_parser
from simple_conf.values import MISSING, Table

LOOKALIKES = st.sampled_from(
    [
        "true", "nil", "null", "42", "0x1F", "1e-3", "+5", ".5", "5.", "1e", "1_", "007", "2.1.0", "inf", "-inf", "nan",
        "", " ", " x", "x ", "#fff", "a # b", "a#b", "a: b", "a = b", "k=v", "- a", "-", "--x", "[a]", "{a}", "a, b",
        "(x)", "s[0:end]", "|", "| a", ">", "> a", "'a'", '"', 'say "a"', 'a "b # c" d', "${a}", "${a", "$${a", "$$", "$",
        "${a, b}", '${a:"}"}', "table{i32}", "table {i32}", "a:", "a:b", "http://a:80/b", "C:\\x", "???", "a\tb", "a\nb",
        "a\r\nb", "\x00", "\x7f", "\x85", "\u2028", "\ufeffa", "\U0001f600", "\U000e0001", "é", "=", "==", ":", "a |b| c",
        "name |a, b| 1", "---", "[", "]", "}", ")", "a)", "a]", '"""', "x" * 200, "1" * 5000,
    ]
)  # fmt: skip
TEXTS = st.one_of(LOOKALIKES, st.text(max_size=12), st.text('ab 1.:=#,-|>"[]{}()$\\\n', max_size=8))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.just(MISSING),
)


def tables(cells):
    columns = st.lists(
        TEXTS.filter(lambda name: not set(name) & set("|,\n")), min_size=1, max_size=4, unique=True
    )
    return columns.flatmap(
        lambda names: st.lists(st.tuples(*[cells] * len(names)), max_size=4).map(
            lambda rows: Table(names, rows)
        )
    )


def uniform(cells):
    return st.lists(st.sampled_from("abcde"), min_size=1, max_size=3, unique=True).flatmap(
        lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells)), min_size=2, max_size=4)
    )


VALUES = st.recursive(
    SCALARS | tables(SCALARS) | uniform(SCALARS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5) | tables(inner),
    max_leaves=25,
)
TREES = st.dictionaries(TEXTS, VALUES, max_size=6) | st.lists(VALUES, min_size=1, max_size=6)


def same(left, right):
    """Equal, and of the same types all the way down; a table and the list of its rows are the same."""
    if isinstance(left, Table) or isinstance(right, Table):
        left, right = list(left), list(right)
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and list(left) == list(right)
            and all(same(value, right[key]) for key, value in left.items())
        )
    if isinstance(left, list | tuple):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return type(right) is float and left == right and math.copysign(1, left) == math.copysign(1, right)
    return type(left) is type(right) and left == right


@given(TREES)
@settings(deadline=None, max_examples=150)
def test_what_is_written_reads_back_to_the_same_tree(tree):
    text = write(tree)
    assert same(tree, parse(text).values), text


@given(VALUES)
@settings(deadline=None)
def test_every_value_has_a_position(value):
    tree = {"key": value}
    parsed = parse(write(tree))

    def check(value, path):
        assert parsed.locate(path) is not None, path
        if isinstance(value, dict):
            for key, inner in value.items():
                check(inner, (*path, key))
        elif isinstance(value, list | Table):
            for number, inner in enumerate(value):
                check(inner, (*path, number))

    check(tree, ())


LINES = st.lists(
    st.builds(
        lambda margin, text: " " * margin + text,
        st.sampled_from([0, 0, 0, 2, 2, 4, 1]),
        st.one_of(
            LOOKALIKES,
            st.builds("{}{}{}".format, st.sampled_from("abcd"), st.sampled_from([": ", "=", ":", " = ", " |a, b| "]), LOOKALIKES),
            st.builds("- {}".format, LOOKALIKES),
            st.sampled_from(
                ["a:", "b:", "- c: 1", "-", "t |a, b|", "1, 2", "x, ", "x, y, ", "# c", "", "a: |", "a: >-", "u: table{i32, str}", '1, "x"',
                 "w: [", "]", "{", "}", "a: [1, 2]  # c", "a: {b: 1, c: [x]}", "a: {", 'a: """', '"""', "a:  # c", "a: 1  # c"]
            ),
        ),
    ),
    max_size=8,
).map("\n".join)  # fmt: skip


def outcome(text, *, fast):
    """What the parser makes of a text, on the fast path or on the slow one."""
    closed = text if text.endswith("\n") else text + "\n"
    try:
        return run(values_parser(), ParserInput(closed, Limits(), fast=fast))
    except Exception as error:
        return error


@given(LINES | st.text('ab1 :=-,|\n#"[]{}$', max_size=40))
@settings(deadline=None, max_examples=400)
@example("a: 1\na: 2")
@example("a:# -")
@example("- -\t# c")
@example("-\t- a")
@example("a: 1\n- : 2")
@example("a=# -")
@example('t |a, b|\n  1, 2\n  3, 4\n  x, "y"')
def test_the_fast_path_and_the_slow_path_agree(text):
    try:
        text.encode()
        parse(text)
    except (SdnSyntaxError, UnicodeEncodeError):
        slow = outcome(text, fast=False)
        assert isinstance(slow, Exception) or not text.isprintable()
    else:
        fast, slow = outcome(text, fast=True), outcome(text, fast=False)
        assert same(fast, slow), (fast, slow)


@given(st.text(max_size=60) | LINES | st.text("ab1 :=-,|>\n\t#'\"[]{}()$\\", max_size=60))
@settings(deadline=None, max_examples=500)
def test_any_text_gives_a_tree_or_a_syntax_error(text):
    for reader in (parse, parse_value):
        try:
            reader(text)
        except SdnSyntaxError as error:
            seen = error
        else:
            continue
        assert seen.message
        assert min(seen.line, seen.column) >= 1
        assert seen.excerpt


def test_a_number_too_long_for_decimal_digits_is_written_in_hexadecimal():
    huge = -(7**6000)
    assert parse(write({"a": huge, "b": [huge, 1]})).values == {"a": huge, "b": [huge, 1]}


def test_a_tree_that_holds_itself_is_refused():
    tree = {}
    tree["again"] = tree
    with pytest.raises(ValueError, match="nests too deeply"):
        write(tree)
