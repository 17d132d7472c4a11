"""The parser of conditions: its tokens, its precedence, what it looks up, and where it stops."""

import math

import pytest

from simple_track.catalog.where_parser import DEEPEST, LONGEST, MISSING, Token, WhereParser, lookup
from simple_track.errors import WhereError

FIELDS = ("a", "b", "config")
FACTS = {
    "a": 1,
    "b": "text",
    "config": {"x.y": 1, "x": {"y": 2, "z": 3}, "deep": {"p.q": {"r": 4}}, "none": None},
}


def holds(text, facts=FACTS):
    return WhereParser(text, FIELDS).parse()(facts)


def error(text, **options):
    with pytest.raises(WhereError) as caught:
        WhereParser(text, FIELDS, **options).parse()
    return caught.value.column, caught.value.reason


def test_tokens_have_a_kind_a_text_and_an_offset():
    assert WhereParser(" a <= -1.5e3 and 'x y'", FIELDS)._tokens == [
        Token("word", "a", 1),
        Token("symbol", "<=", 3),
        Token("number", "-1.5e3", 6),
        Token("word", "and", 13),
        Token("text", "'x y'", 17),
        Token("end", "the end", 22),
    ]


@pytest.mark.parametrize(
    ("number", "value"),
    [("1", 1), ("-1", -1), ("1_000", 1000), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1E-3", 0.001)],
)
def test_numbers(number, value):
    found = WhereParser(number, FIELDS)._operand()(FACTS)
    assert repr(found) == repr(value)


@pytest.mark.parametrize("text", ["1x", "1.2.3", "1e", "--1"])
def test_what_only_begins_like_a_number_is_refused(text):
    assert error(f"a == {text}")[0] in (6, 7)


@pytest.mark.parametrize(
    ("text", "value"),
    [("'x'", "x"), ('"x"', "x"), (r"'it\'s'", "it's"), (r'"\\"', "\\"), ("''", ""), (r"'\n'", "n")],
)
def test_texts(text, value):
    assert WhereParser(text, FIELDS)._operand()(FACTS) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("True", True), ("false", False), ("False", False)]
    + [(word, None) for word in ("null", "None", "nil")],
)
def test_constants(word, value):
    assert WhereParser(word, FIELDS)._operand()(FACTS) is value


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a == 1", True),
        ("a != 1", False),
        ("a < 1", False),
        ("a <= 1", True),
        ("a > 1", False),
        ("a >= 1", True),
        ("a in [1, 2]", True),
        ("a in []", False),
        ("a not in [2]", True),
        ("a not in [1,2]", False),
        ("'ex' in b", True),
        ("1 == 1", True),
        ("[1, 'x'] == [1, 'x']", True),
        ("[a, b] == [1, 'text']", True),
        ("[[1]] == [[1]]", True),
    ],
)
def test_comparisons(text, fits):
    assert holds(text) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a == 1 or a == 2 and a == 3", True),  # and binds closer than or
        ("(a == 1 or a == 2) and a == 3", False),
        ("not a == 2 and a == 1", True),  # not binds closer than and
        ("not (a == 1 and a == 1)", False),
        ("not not a == 1", True),
        ("a == 2 or a == 3 or a == 1", True),
        ("a == 1 and b == 'text' and a == 2", False),
    ],
)
def test_precedence(text, fits):
    assert holds(text) is fits


@pytest.mark.parametrize(
    ("text", "fits"), [("a", True), ("b", True), ("0", False), ("''", False), ("null", False)]
)
def test_a_value_alone_is_judged_as_python_does(text, fits):
    assert holds(text) is fits
    assert holds(f"not {text}") is not fits


@pytest.mark.parametrize(
    "text", ["a < 'x'", "b < 1", "a in 1", "1 in a", "config.x < 1", "a > null", "null < a"]
)
def test_what_cannot_be_compared_is_false(text):
    assert holds(text) is False


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("config.gone == null", True),
        ("null == config.gone", True),
        ("config.none == null", True),
        ("config.gone == config.gone", False),
        ("config.gone == config.none", True),
        ("config.gone != 1", False),
        ("config.gone", False),
        ("not config.gone", True),
    ],
)
def test_a_field_that_a_run_does_not_have_equals_null_alone(text, fits):
    assert holds(text) is fits


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", 1),
        ("config.x.y", 1),  # the key with a dot outweighs nesting
        ("config.x.z", 3),
        ("config.deep.p.q.r", 4),
        ("config.none", None),
        ("config.gone", MISSING),
        ("config.x.gone", MISSING),
        ("a.b", MISSING),
        ("gone", MISSING),
        ("config.none.x", MISSING),
        ("", FACTS),
    ],
)
def test_fields_are_looked_up_by_their_path(path, value):
    assert lookup(FACTS, path) is value or lookup(FACTS, path) == value


def test_a_field_may_be_quoted():
    for text in ('config["x.y"] == 1', "config['x.y'] == 1"):
        assert holds(text) is True
    assert holds('config["top 5"] == 2', {"config": {"top 5": 2}}) is True


def test_the_fields_that_were_parsed_are_known():
    parser = WhereParser('a == 1 and config["x.y"] in [b, 2]', FIELDS)
    parser.parse()
    assert parser.named == ["a", "config.x.y", "b"]


def test_a_single_field():
    assert WhereParser("config.x.z", FIELDS).parse_field()(FACTS) == 3
    for text, column in (("a b", 1), ("1", 1), ("", 1), ("a == 1", 1)):
        with pytest.raises(WhereError, match=r"expected a field such as summary\.val/acc") as caught:
            WhereParser(text, FIELDS).parse_field()
        assert caught.value.column == column


def test_messages_are_about_the_whole_text_at_its_column():
    column, reason = error("c == 1", whole_text="order: c == 1", shift=7)
    assert (column, reason) == (8, "no field 'c'; there are a, b, config")


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("a == ", 5, "expected a field or a value, found 'the end'"),
        ("a == and", 6, "expected a field or a value, found 'and'"),
        ("(a == 1", 8, "expected ')', found 'the end'"),
        ("a in [1 2]", 9, "expected ',', found '2'"),
        ("a in [1", 8, "expected ',', found 'the end'"),
        ("a == 1)", 7, "expected 'and', 'or' or the end, found ')'"),
        ("a 1", 3, "expected 'and', 'or' or the end, found '1'"),
        ("a == 1 # b", 8, "cannot read '#'"),
        ("a | b", 3, "cannot read '|'; write 'or'"),
        ("!a", 1, "cannot read '!'; write 'not', or !="),
        ("a == c", 6, "no field 'c'; a text is written in quotes: 'c'"),
        ("a in [c]", 7, "no field 'c'; a text is written in quotes: 'c'"),
        ("a in [1, c]", 10, "no field 'c'; a text is written in quotes: 'c'"),
        ('a == "x', 6, 'a text that begins with " and does not end'),
    ],
)
def test_mistakes_are_named_at_their_column(text, column, reason):
    assert error(text) == (column, reason)


def test_depth_is_limited_and_side_by_side_it_is_not():
    nested = "(" * (DEEPEST - 1) + "a == 1" + ")" * (DEEPEST - 1)
    assert holds(nested) is True
    assert error(f"({nested})")[1] == f"nested deeper than {DEEPEST}"
    assert holds(" and ".join(["not a == 2"] * 2 * DEEPEST)) is True
    assert holds(" and ".join(["a in [1]"] * 2 * DEEPEST)) is True
    lists = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert holds(f"{lists} == {lists}") is True
    assert error(f"[{lists}] == 1")[1] == f"nested deeper than {DEEPEST}"


def test_the_length_of_numbers_is_limited():
    assert holds(f"a < {'9' * LONGEST}") is True
    assert error(f"a < {'9' * (LONGEST + 1)}") == (5, f"a number of {LONGEST + 1} digits")


def test_nan_equals_nothing():
    assert holds("a == a", {"a": math.nan}) is False
    assert holds("a != a", {"a": math.nan}) is True
