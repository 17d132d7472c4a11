# ruff: noqa: E501
"""Inline values: tokens between brackets, and where a bare text between commas ends."""

import pytest

from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.inline import InlineLexer, before_blanks, inline_text_end, read_inline_scalar

SIGNS = {"LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "COMMA": ","}


def lexed(text, types=(), **limits):
    """The tokens of the collection that a text starts with, in short form, and the offset after it."""
    lexer = InlineLexer(f"{text}\n", Budget(Limits(**limits)), types)
    shown = [
        f"{token.value}:" if token.type == "KEY" else SIGNS.get(token.type, token.value)
        for token in lexer.tokens(0)
    ]
    return shown, lexer.offset


def fault(text, types=(), **limits):
    with pytest.raises(Fault) as caught:
        lexed(text, types, **limits)
    return caught.value.message, caught.value.offset


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("[]", ["[", "]"]),
        ("[ ]", ["[", "]"]),
        ("[1]", ["[", 1, "]"]),
        ("[1, b c,]", ["[", 1, ",", "b c", ",", "]"]),
        ("[1\n2]", ["[", 1, ",", 2, "]"]),
        ("[1,\n2\n]", ["[", 1, ",", 2, "]"]),
        ("[1\n, 2]", ["[", 1, ",", 2, "]"]),
        ("[ # c, ]\n 1 # d\n\n # e\n 2]", ["[", 1, ",", 2, "]"]),
        ("[1\n]", ["[", 1, "]"]),
        ("[[], [1]]", ["[", "[", "]", ",", "[", 1, "]", "]"]),
        ("{}", ["{", "}"]),
        ('{a: 1, "b c": x, d=2}', ["{", "a:", 1, ",", "b c:", "x", ",", "d:", 2, "}"]),
        ('{"a":1, "b" = 2}', ["{", "a:", 1, ",", "b:", 2, "}"]),
        ("{a: [1], b: {}}", ["{", "a:", "[", 1, "]", ",", "b:", "{", "}", "}"]),
        ("{a: b: c}", ["{", "a:", "b: c", "}"]),
        ("{a: ${x y: z}}", ["{", "a:", "${x y: z}", "}"]),
        ("{a: x http://y}", ["{", "a:", "x http://y", "}"]),
        ("[a: 1]", ["[", "a: 1", "]"]),
        ("[a b: 1]", ["[", "a b: 1", "]"]),
        ('["", "]"]', ["[", "", ",", "]", "]"]),
        ("[${a,b}, f(x, y), s[0:1]]", ["[", "${a,b}", ",", "f(x, y)", ",", "s[0:1]", "]"]),
    ],
)
def test_a_collection(text, tokens):
    assert lexed(f"{text} # rest") == (tokens, len(text))


def test_tokens_know_where_they_start_and_end():
    lexer = InlineLexer('x: {a : [1 , "b"]}\n', Budget(Limits()))
    tokens = [(token.type, token.start, token.end) for token in lexer.tokens(3) if token.type != "COMMA"]
    assert tokens == [
        ("LBRACE", 3, 4), ("KEY", 4, 7), ("LSQB", 8, 9), ("BARE", 9, 10), ("STRING", 13, 16), ("RSQB", 16, 17), ("RBRACE", 17, 18),
    ]  # fmt: skip


def test_very_many_lines_between_two_items():
    assert lexed("[1" + "\n" * 2_500 + "2]")[0] == ["[", 1, ",", 2, "]"]


@pytest.mark.parametrize(
    ("text", "types", "tokens"),
    [
        ("[]", ("i8",), ["[", "]"]),
        ("[(1)]", ("i8",), ["[", "(", 1, ")", "]"]),
        ("[(1, a), (2, b),]", ("i8", "str"), ["[", "(", 1, ",", "a", ")", ",", "(", 2, ",", "b", ")", ",", "]"]),
        ("[(1)\n(2)]", ("f64",), ["[", "(", 1.0, ")", ",", "(", 2.0, ")", "]"]),
        ("[(1,)]", ("i8",), ["[", "(", 1, ",", ")", "]"]),
    ],
)  # fmt: skip
def test_the_rows_of_a_short_table(text, types, tokens):
    shown, end = lexed(text, types)
    assert (shown, end) == (tokens, len(text))
    assert [type(token) for token in shown] == [type(token) for token in tokens]


@pytest.mark.parametrize(
    ("text", "types", "message", "offset"),
    [
        ("[1]", ("i8",), "expected a row in ( )", 1),
        ("[(1), 2]", ("i8",), "expected a row in ( )", 6),
        ("[(1)]", ("i8", "i8"), "this row has 1 cell, the table has 2 columns", 1),
        ("[(1, 2, 3)]", ("i8", "i8"), "this row has 3 cells, the table has 2 columns", 1),
        ("[(1, x)]", ("i8", "i8"), "expected i8, found the text 'x'", 5),
        ("[(x, 1)]", ("i8", "str"), "expected i8, found the text 'x'", 2),
        ("[(1, 2)]", ("i8", "str"), "expected str, found 2", 5),
        ("[([1])]", ("i8",), "expected i8, found a collection", 2),
        ("[({a: 1})]", ("i8",), "expected i8, found a collection", 2),
        ("[()]", ("i8",), "this row has 0 cells, the table has 1 column", 1),
    ],
)
def test_a_wrong_row_of_a_short_table(text, types, message, offset):
    assert fault(text, types) == (message, offset)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("[1", "unclosed [", 0),
        ("{a: [1", "unclosed {", 0),
        ("[1,", "unclosed [", 0),
        ("[1, 2}", "expected ] to close the [, found }", 5),
        ("{a: 1]", "expected } to close the {, found ]", 5),
        ("[[1}]", "expected ] to close the [, found }", 3),
        ("[,1]", "a value is missing before this comma", 1),
        ("[1,,2]", "a value is missing before this comma", 3),
        ("[1\n,\n,2]", "a value is missing before this comma", 5),
        ('["a" 1]', "expected , or ] after this value", 5),
        ('{a: "b" c: 1}', "expected , or } after this value", 8),
        ("{a: 1 b: 2}", "a second key in one value: is a comma missing?", 6),
        ('{a: x "b c": 2}', "a second key in one value: is a comma missing?", 6),
        ("{a: x b=2}", "a second key in one value: is a comma missing?", 6),
        ("{a: x b:}", "a second key in one value: is a comma missing?", 6),
        ("{a:}", "a value is missing after this key", 1),
        ("{a: , b: 1}", "a value is missing after this key", 1),
        ("{a=\n1}", "a value is missing after this key", 1),
        ("{a:1}", "expected a space after the colon of a key", 3),
        ("{'a': 1}", "a key in single quotes", 1),
        ('{"a: 1}', "unclosed string", 1),
        ('{"a" 1}', "expected a key in { }", 1),
        ("{a}", "expected a key in { }", 1),
        ("{[1]: 2}", "expected a key in { }", 1),
        ("['a']", "a string in single quotes", 1),
        ("[#fff]", "this # could be a comment or text", 1),
        ("[1,#fff]", "this # could be a comment or text", 3),
        ("[|]", "a value cannot start with | here", 1),
        ("[> a]", "a value cannot start with > here", 1),
        ("[table{i8}]", "a typed table inside brackets", 1),
        ("[table  {i8}]", "a typed table inside brackets", 1),
        ('["""a"""]', 'a """ string inside brackets or cells', 1),
        ("[a(b]", "unbalanced ( in a bare text", 2),
        ("[a[b\n]", "unbalanced [ in a bare text", 2),
        ("[a(b[c)]", "unbalanced [ in a bare text", 4),
        ("[1e]", "1e is not a number, but looks like one", 1),
    ],
)
def test_a_fault_is_located(text, message, offset):
    assert fault(text) == (message, offset)


def test_closing_brackets_have_their_counts():
    """The items of a closed bracket do not count as items of the one around it."""
    assert fault("[[1, 2] 3]") == ("expected , or ] after this value", 8)
    assert lexed("[[\n1], 2]")[0] == ["[", "[", 1, "]", ",", 2, "]"]


def test_depth_and_values_have_limits():
    assert lexed("[[1], [2]]", depth=2)[0].count("[") == 3
    assert fault("[[1]]", depth=1) == ("nested more than 1 levels deep", 1)
    assert lexed("[1, 2]", values=2)[1] == 6
    assert fault("[1, 2, 3]", values=2) == ("more than 2 values", 7)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("a b, c", "a b"), ("a]", "a"), ("a}", "a"), ("a)", "a"), ("a\nb", "a"), ("a # c", "a"), ("a#b, c", "a#b"), ("f(a, [b]), c", "f(a, [b])"),
        ("${a, b}, c", "${a, b}"), ("$${a}, b", "$${a}"), ('5" x, y', '5" x'), ("a {b, c} d]", "a {b, c} d"), ('a "b" # c', 'a "b"'),
    ],
)  # fmt: skip
def test_a_bare_text_between_commas_ends_outside_its_own_brackets(text, bare):
    end = inline_text_end(f"x{text}\n", 1)
    assert f"x{text}"[1:end].rstrip(" ") == bare


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("(a]", "unbalanced ( in a bare text", 0),
        ("a (b", "unbalanced ( in a bare text", 2),
        ("a [b # c]", "unbalanced [ in a bare text", 2),
        ("${a\n}", "unclosed ${", 0),
        ('a "b # c"', "this # could be a comment or text", 5),
    ],
)
def test_a_bare_text_with_an_unbalanced_bracket_is_a_fault(text, message, offset):
    with pytest.raises(Fault) as caught:
        inline_text_end(f"{text}\n", 0)
    assert (caught.value.message, caught.value.offset) == (message, offset)


def test_a_scalar_between_commas():
    token, end = read_inline_scalar("a, 1.5  , b\n", 3)
    assert (token.type, token.value, token.start, token.end, end) == ("BARE", 1.5, 3, 6, 8)
    token, end = read_inline_scalar('a, "b c" , d\n', 3)
    assert (token.type, token.value, token.start, token.end, end) == ("STRING", "b c", 3, 8, 8)


def test_a_second_key_matters_only_in_a_dict():
    assert read_inline_scalar("x b: 2\n", 0)[0].value == "x b: 2"
    with pytest.raises(Fault, match="a second key"):
        read_inline_scalar("x b: 2\n", 0, in_dict=True)


def test_the_blanks_before_an_offset():
    assert before_blanks("a: \t b", 5) == 2
    assert before_blanks("a:b", 2) == 2
