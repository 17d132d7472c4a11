# ruff: noqa: E501
"""The lexer: the tokens of a document and of a single value, on the fast and on the slow path."""

import pytest

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, ValueLimitFault
from simple_conf.sdn.parsing.lexer import Lexer


def tokens(text, *, fast=False, **limits):
    return list(Lexer(f"{text}\n", Limits(**limits), fast=fast).document())


def shown(text, *, fast=False):
    """The document as one line: keys with a colon, other values as they are, `>` and `<` for blocks, `;` for the end."""
    signs = {"_INDENT": ">", "_DEDENT": "<", "_END": ";", "DASH": "-", "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}", "COMMA": ",", "BLANK": "_"}  # fmt: skip
    parts = [
        f"{token.value}:" if token.type == "KEY" else signs.get(token.type, token.value)
        for token in tokens(text, fast=fast)
    ]
    return " ".join(map(str, parts))


def value_tokens(text):
    return [(token.type, token.value) for token in Lexer(f"{text}\n", Limits(), fast=False).value()]


def fault(text, *, fast=False, **limits):
    with pytest.raises(Fault) as caught:
        tokens(text, fast=fast, **limits)
    return caught.value.message, caught.value.offset


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("# c", ""),
        ("a: 1", "a: 1 ;"),
        ("a:", "a: ;"),
        ("a: # c", "a: ;"),
        ("a: #\n  b: 1", "a: > b: 1 ; <"),
        ("a: #c\n  b: 1", "a: > b: 1 ; <"),
        ("a:\nb = x y  # c", "a: ; b: x y ;"),
        ("a:\n  b:\n    c: 1\nd: 2", "a: > b: > c: 1 ; < < d: 2 ;"),
        ("a:\n  b: 1\n\n# c\n", "a: > b: 1 ; <"),
        ('"a b": 1', "a b: 1 ;"),
        ('"a":1', "a: 1 ;"),
        ("a:1", "a:1 ;"),
        ("a=1", "a: 1 ;"),
        ("- 1\n-   2", "- 1 ; - 2 ;"),
        ("-", "- ;"),
        ("- # c", "- ;"),
        ("-\n  a: 1", "- > a: 1 ; <"),
        ("- a: 1\n  b: 2\n- 3", "- > a: 1 ; b: 2 ; < - 3 ;"),
        ("- - 1\n  - 2", "- > - 1 ; - 2 ; <"),
        ("- -\n    a: 1", "- > - > a: 1 ; < <"),
        ("-   a: 1\n    b: 2", "- > a: 1 ; b: 2 ; <"),
        ('- "a": 1', "- > a: 1 ; <"),
        ("- t |a|\n      1", "- > ('t', ('a',)) > 1 ; < <"),
        ("a:\n  b c\n  2", "a: > b c ; 2 ; <"),
        ("a: [1, {b: 2}] # c\nc: 3", "a: [ 1 , { b: 2 } ] ; c: 3 ;"),
        ("a: [1,\n2]", "a: [ 1 , 2 ] ;"),
        ('a: "x" # c', "a: x ;"),
        ("a: table{i8}\n  1\nb: 2", "a: ('i8',) > 1 ; < b: 2 ;"),
        ("t |a, b|\n  1, \nb: 2", "('t', ('a', 'b')) > 1 , _ ; < b: 2 ;"),
        ("a: |\n  x\n  # y\nb: 1", "a: x\n# y\n ; b: 1 ;"),
        ("a: >-  # c\n  x\n  y", "a: x y ;"),
        ("- |-\n x\n- 1", "- x ; - 1 ;"),
        ('a: """\n  x\n  """ # c\nb: 1', "a: x ; b: 1 ;"),
    ],
)
def test_a_document(text, line):
    assert shown(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: x", "{'a': 1, 'b': 'x'}"),
        ("a:\n  b: 1", "{'a': {'b': 1}}"),
        ("- 1\n- x", "[1, 'x']"),
        ("a: 1\nb: |\n  x\nc: 2", "{'a': 1} b: x\n ; {'c': 2}"),
        ("a:\n  b: 1\n  c: |\n    x\nd: 2", "a: > {'b': 1} c: x\n ; < {'d': 2}"),
        ("- 1\n- [2]\n- 3", "[1] - [ 2 ] ; [3]"),
        ("a:\n  - 1\n  - b: 2\n  - 3", "a: > [1] - > b: 2 ; < [3] <"),
        ("t |a|\n  1\nb: 2", "('t', ('a',)) > [(1,)] < {'b': 2}"),
    ],
)
def test_the_fast_path_reads_runs_as_one_token(text, line):
    assert shown(text, fast=True) == line


def test_tokens_know_where_they_start_and_end():
    found = [
        (token.type, token.start, token.end) for token in tokens('a : x y  # c\n- "b"\nc: |  # d\n  e\n\n')
    ]
    assert found == [
        ("KEY", 0, 3), ("BARE", 4, 7), ("_END", 4, 0), ("DASH", 13, 14), ("STRING", 15, 18), ("_END", 15, 0),
        ("KEY", 19, 21), ("TEXT_BLOCK", 22, 32), ("_END", 22, 0),
    ]  # fmt: skip


def test_an_empty_text_block_ends_after_its_header():
    (_, block, _, _, _, _) = tokens("a: |\n\nb: 1")
    assert (block.value, block.start, block.end) == ("", 3, 4)
    assert tokens('a: """x\n"""')[1].end == 11


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("-\ta", "a tab after a dash", 1),
        ("- \ta", "a tab after a dash", 2),
        ("- -\ta", "a tab after a dash", 3),
        ("|a|", "a table without a name", 0),
        ("a: 'b'", "a string in single quotes", 3),
        ("a: #fff", "this # could be a comment or text", 3),
        ("a:   #fff\nb: 1", "this # could be a comment or text", 5),
        ("a:\n  b\n  #x\n  - #c", "this # could be a comment or text", 16),
        ("a: > b", "a value cannot start with >", 3),
        ("a: | b", "a value cannot start with |", 3),
        ("a: |+\n  b", "|+ does not start a text block", 3),
        ("a: |2\n  b", "|2 does not start a text block", 3),
        ("a: |b, c|", "a table header in the place of a value", 3),
        ("a: [1] 2", "unexpected text after the closing ]", 7),
        ('a: "b" c', "unexpected text after the closing quote", 7),
        ("a: [1\nb: 2", "unclosed [", 3),
        ("  a: 1\n b: 2", "this line is indented less than its block", 8),
        ("a:\n    b: 1\n  c: 2", "this line is indented less than its block", 14),
        ("a: 1\n  b: 2", "unexpected indentation", 7),
        ("a: 1e", "1e is not a number, but looks like one", 3),
        ("a: |\n  b\n\tc: 1", "a tab in the indentation", 9),
        ('"a\n', "unclosed string", 0),
    ],
)
def test_a_fault_is_located(text, message, offset):
    assert fault(text) == (message, offset)


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: 1\n  b: 2", "a: 1e", "- 1e", "a: {b: 1, b: 2}"])
def test_the_fast_path_leaves_faults_in_runs_to_the_slow_path(text):
    with pytest.raises(SlowPathRequired):
        tokens(text, fast=True)


def test_a_limit_on_values_ends_both_paths():
    assert fault("a: 1\nb: 2\nc: 3", values=2) == ("more than 2 values", 13)
    assert fault('a: 1\nb: ""\nc: [1]', values=2) == ("more than 2 values", 15)
    assert fault("a: |\n  x\nb: |\n  y", values=1) == ("more than 1 values", 12)
    for text in ("a: 1\nb: 2\nc: 3", "- 1\n- 2\n- 3"):
        with pytest.raises(ValueLimitFault):
            tokens(text, fast=True, values=2)
        assert tokens(text, fast=True, values=3)


def test_every_value_counts_once():
    for text, count in (
        ("a: 1\nb: x", 2),
        ("- 1\n- 2", 2),
        ('a: ""', 1),
        ("a: |\n  x", 1),
        ("a: [1, 2]", 2),
        ('a: """x"""', 1),
    ):
        lexer = Lexer(f"{text}\n", Limits(values=count), fast=False)
        list(lexer.document())
        assert lexer.layout.budget.values == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []), ("  ", []), ("5", [("BARE", 5)]), (" a b ", [("BARE", "a b")]), ("a # b", [("BARE", "a # b")]), ("a: b", [("BARE", "a: b")]), ("- a", [("BARE", "- a")]),
        ('"a # b" ', [("STRING", "a # b")]), ('"""a\nb"""', [("TEXT_BLOCK", "a\nb")]), ("[1]", [("LSQB", None), ("BARE", 1), ("RSQB", None)]), ("\t7", [("BARE", 7)]),
    ],
)  # fmt: skip
def test_a_single_value(text, found):
    assert value_tokens(text) == [*found, ("_END", None)]


def test_a_single_value_is_stripped():
    token, _ = Lexer("  a b  \n", Limits(), fast=False).value()
    assert (token.start, token.end) == (2, 5)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a\nb", "a value of more than one line", 1),
        ("[1] b", "unexpected text after the closing ]", 4),
        ('"a"\nb', "unexpected text after the closing quote", 3),
        ("'a'", "a string in single quotes", 0),
        ("#fff", "this # could be a comment or text", 0),
        ("> a", "a value cannot start with >", 0),
    ],
)
def test_a_wrong_single_value(text, message, offset):
    with pytest.raises(Fault) as caught:
        value_tokens(text)
    assert (caught.value.message, caught.value.offset) == (message, offset)
