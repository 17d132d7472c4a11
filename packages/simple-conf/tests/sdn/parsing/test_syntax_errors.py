# ruff: noqa: E501
"""Explanations: what the grammar does not accept, said in the words of the format it comes from."""

import pytest
from lark import Token as LarkToken
from lark.exceptions import UnexpectedToken

from simple_conf.sdn.parsing.syntax_errors import explain
from simple_conf.sdn.parsing.token import Token


def explained(text, kind="BARE", offset=0, expected=("KEY", "COLUMNS")):
    """The explanation of a token that is not expected, by default a bare text where a key must be."""
    error = UnexpectedToken(Token(kind, None, offset), set(expected))
    return explain(error, f"{text}\n")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("[section]", "SDN has no [section] headers", "write section: and indent the lines below it"),
        ("[[ rows ]]  # c", "SDN has no [section] headers", "write rows: and below it one list for all such sections, each item after a dash"),
        ("[1, 2]", "a list without a key", "write a key before it: items: [1, 2]"),
        ('["a"]', "a list without a key", "write a key before it: items: [1, 2]"),
        ("---", "SDN has no document markers: one file is one document", "remove the ---"),
        ("...  ", "SDN has no document markers: one file is one document", "remove the ..."),
        ("{", "the document is enclosed in { }", "take the outer braces out; `sdn from-json` converts JSON"),
        ("}", "unmatched }", "remove it, or open the bracket after its key"),
        ("]", "unmatched ]", "remove it, or open the bracket after its key"),
        (") x", "unmatched )", "remove it, or open the bracket after its key"),
        ("// note", "// does not start a comment", "start a comment with #"),
        ("/* note", "/* does not start a comment", "start a comment with #"),
        ("; note", "; does not start a comment", "start a comment with #"),
        ("-- note", "-- does not start a comment", "start a comment with #"),
        ("%YAML 1.2", "SDN has no % directives", "remove the line"),
        ("<<: *base", "SDN has no merge keys", "use `extends: base.sdn`, or an interpolation such as ${base}"),
        ("&a", "SDN has no anchors", "use an interpolation such as ${other.key}, or plain values"),
        ("*a", "SDN has no aliases", "use an interpolation such as ${other.key}, or plain values"),
        ("!tag", "SDN has no tags", "use an interpolation such as ${other.key}, or plain values"),
        ("? a", "SDN has no ? keys", "write `key: value`"),
        ("export A=1", "SDN has no `export`", "write A = …"),
        ("let x.y = 1", "SDN has no `let`", "write x.y = …"),
        ("my key: 1", "a bare key with a space", 'put it in double quotes: "my key":'),
        ("my key = 1", "a bare key with a space", 'put it in double quotes: "my key":'),
        ("k@y: 1", "k@y is not a valid bare key", 'use only letters, digits and _ - . / or put the key in double quotes: "k@y":'),
        ("1 | 2 | 3", "SDN has no rows with | between the cells", "write a header, name |a, b|, and below it rows with commas"),
        ("name|a, b", "expected `key: value` or the header of a table", "a header is name |a, b|, with a space before the first |"),
        ("word", "expected `key: value`", "write a key, a colon and a space before the value"),
        ("two words", "expected `key: value`", "write a key, a colon and a space before the value"),
        ("*", "expected `key: value`", "write a key, a colon and a space before the value"),
        ("! x", "expected `key: value`", "write a key, a colon and a space before the value"),
        ("||", "expected `key: value`", "write a key, a colon and a space before the value"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_entry(line, message, hint):
    found = explained(f"a: 1\n{line}\nb: 2", offset=5)
    assert (found.message, found.hint, found.offset) == (message, hint, 5)


def test_a_colon_without_a_space_is_located():
    found = explained("a:1", offset=0)
    assert (found.message, found.offset, found.hint) == ("no space after the colon", 2, "write a: 1")


def test_a_header_without_a_colon_has_lines_below():
    found = explained("x: 1\ntrain  # c\n  lr: 1", offset=5)
    assert (found.message, found.offset, found.hint) == ("a header without a colon", 5, "write train:")
    assert explained("  train\n  lr: 1", offset=2).message == "expected `key: value`"
    assert explained("  train\n   lr: 1", offset=2).message == "a header without a colon"
    assert explained("train\n    ", offset=0).message == "expected `key: value`"


def test_only_the_start_of_a_long_line_is_examined():
    assert explained("a " * 100 + ": 1").message == "expected `key: value`"
    assert explained("a " * 50 + ": 1").message == "a bare key with a space"


@pytest.mark.parametrize("above", ["a:", "a :  # c", "a =", "a:\n# c", "a:\n\n  # c"])
def test_a_list_at_the_column_of_its_key(above):
    text = f"x: 1\n{above}\n- 1"
    found = explained(text, "DASH", text.index("- 1"), {"KEY"})
    assert (found.message, found.hint) == (
        "a list at the column of its key",
        "indent the dashes more than the key",
    )
    assert found.offset == text.index("- 1")


@pytest.mark.parametrize("above", ["a: 1", "a: 1  # b:", "# a:", ""])
def test_an_item_in_a_mapping(above):
    text = f"{above}\n- 1"
    assert explained(text, "DASH", len(above) + 1).message == "an item of a list among `key: value` lines"


@pytest.mark.parametrize("kind", ["KEY", "COLUMNS"])
def test_an_entry_in_a_list(kind):
    found = explained("- 1\na: 2", kind, 4, {"DASH"})
    assert (found.message, found.offset) == ("a `key: value` line among the items of a list", 4)


def test_an_item_without_a_dash():
    found = explained("- 1\nb", "BARE", 4, {"DASH", "ITEMS"})
    assert (found.message, found.offset) == ("an item without a dash in a list with dashes", 4)
    assert explained("b", "BARE", 0, {"DASH", "KEY"}).message == "expected `key: value`"


def test_the_end_of_the_document():
    error = UnexpectedToken(LarkToken("$END", ""), {"_END"})
    assert (explain(error, "a:\n").message, explain(error, "a:\n").offset) == (
        "the document ends too early",
        3,
    )
