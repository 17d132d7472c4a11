"""The text of references: cut into pieces, paths and calls, or refused."""

from __future__ import annotations

import pytest

from simple_conf.template import (
    Call,
    ExpressionError,
    Reference,
    Template,
    closing,
    cut,
    known_path,
    read_arguments,
    read_body,
    read_template,
    split_arguments,
)


def shape(part):
    """A piece of a template as plain data."""
    if isinstance(part, Reference):
        path = [shape(one) for one in part.path.parts] if isinstance(part.path, Template) else part.path
        return ("ref", part.up, path, part.text)
    return ("call", part.name, part.arguments, part.text) if isinstance(part, Call) else part


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ("${a.b}", [("ref", 0, ("a", "b"), "a.b")]),
        ("x ${a} y", ["x ", ("ref", 0, ("a",), "a"), " y"]),
        ("${a}${b}", [("ref", 0, ("a",), "a"), ("ref", 0, ("b",), "b")]),
        ("$${a}", ["${a}"]),
        ("$${a} ${b}", ["${a} ", ("ref", 0, ("b",), "b")]),
        ("a$$ $ {", ["a$$ $ {"]),
        ("${.a}", [("ref", 1, ("a",), ".a")]),
        ("${..a[0]}", [("ref", 2, ("a", 0), "..a[0]")]),
        ("${ a }", [("ref", 0, ("a",), "a")]),
        ("${a.${b}}", [("ref", 0, ["a.", ("ref", 0, ("b",), "b")], "a.${b}")]),
        ("${f:}", [("call", "f", [], "f:")]),
        ("${f:1, a}", [("call", "f", [1, "a"], "f:1, a")]),
        ("${f.g:${a}}", [("call", "f.g", ["${a}"], "f.g:${a}")]),
        ('${f:"}"}', [("call", "f", ["}"], 'f:"}"')]),
    ],
)
def test_a_text_is_cut_into_pieces(text, parts):
    assert [shape(part) for part in cut(text)] == parts
    assert [shape(part) for part in read_template(text).parts] == parts


def test_a_template_is_whole_where_it_is_one_reference():
    assert shape(read_template("${whole.a}").whole) == ("ref", 0, ("whole", "a"), "whole.a")
    assert read_template("x").whole is None
    assert read_template("${a}${a}").whole is None
    assert read_template("${f:1}").whole is not None


def test_simple_paths_are_known_once_they_were_read():
    assert known_path("${only.here}") is None
    read_template("${only.here}")
    assert known_path("${only.here}") == ("only", "here")
    for text in ("${.relative}", "${a[0]}", "x${a}", "${f:1}"):
        read_template(text)
        assert known_path(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${", "'${' is not closed in '${'"),
        ("a ${b", "'${' is not closed in '${b'"),
        ("${}", "'${}' names nothing"),
        ("${ }", "'${}' names nothing"),
        ("${a b}", "'${a b}' is not a path"),
        ("${f:[1}", "argument '[1' is not an SDN value"),
    ],
)
def test_what_cannot_be_read_says_why(text, message):
    with pytest.raises(ExpressionError) as caught:
        cut(text)
    assert str(caught.value).startswith(message)


def test_the_brace_that_closes_is_found_past_others_and_quotes():
    assert closing("${a}", 0) == 3
    assert closing("x${a${b}}y", 1) == 8
    assert closing('${f:"}\\"}"}', 0) == 10


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a,b", ["a", "b"]),
        ("[1,2],b", ["[1,2]", "b"]),
        ("{a: [1,2]},(3,4)", ["{a: [1,2]}", "(3,4)"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("${f:1,2},x", ["${f:1,2}", "x"]),
        ("a,", ["a", ""]),
    ],
)
def test_arguments_are_cut_at_the_commas_outside_quotes_and_brackets(text, pieces):
    assert split_arguments(text) == pieces


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        (" ", []),
        (",", ["", ""]),
        ("true, null, 1.5", [True, None, 1.5]),
        ("%Y-%m, a b, x.txt, .5", ["%Y-%m", "a b", "x.txt", ".5"]),
        ("${a} b", ["${a} b"]),
        ('"5", 5', ["5", 5]),
    ],
)
def test_arguments_are_sdn_values_and_words_are_text(text, values):
    assert read_arguments(text) == values


def test_a_name_and_a_colon_make_a_call():
    assert isinstance(read_body("f:x"), Call)
    assert isinstance(read_body(" f.g : x"), Call)
    assert isinstance(read_body("f"), Reference)
