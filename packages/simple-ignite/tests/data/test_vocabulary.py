"""The files of a tokenizer."""

from pathlib import Path

import pytest

from simple_ignite.data.vocabulary import parse_merges, parse_vocab
from simple_ignite.errors import CacheError

JSON, TEXT, MERGES = Path("vocab.json"), Path("vocab.txt"), Path("merges.txt")


def test_an_object_of_json():
    assert parse_vocab('{"a": 0, "Ġé": 7, "": -1, "\\ud83d\\ude00": 2}'.encode(), JSON) == {
        "a": 0,
        "Ġé": 7,
        "": -1,
        "😀": 2,
    }
    assert parse_vocab(b" {} ", Path("VOCAB.JSON")) == {}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("[PAD]\nun\n##do\n", ["[PAD]", "un", "##do"]),
        ("a\r\nb", ["a", "b"]),
        ("\ufeffa\n b \n\t", ["a", " b ", "\t"]),
        ("a\u2028b\n\x85\n\x0c\n", ["a\u2028b", "\x85", "\x0c"]),  # other ends of lines are tokens
        ("", []),
    ],
)
def test_a_token_a_line(content, wanted):
    assert parse_vocab(content.encode(), TEXT) == {token: number for number, token in enumerate(wanted)}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("#version: 0.2\nĠ t\ni n\n", [("Ġ", "t"), ("i", "n")]),
        ("# #\n#version x\n", [("#", "#"), ("#version", "x")]),
        ("a b\r\n\nc d", [("a", "b"), ("c", "d")]),
        ("a\u00a0 \u3000\n", [("a\u00a0", "\u3000")]),
        ("#version: 0.2", []),
        ("", []),
    ],
)
def test_pairs(content, wanted):
    assert parse_merges(content.encode(), MERGES) == wanted


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        (JSON, b'{"a": 0,\n "b" 1}', "vocab.json:2:6: is not valid JSON: Expecting ':' delimiter"),
        (JSON, b"", "vocab.json:1:1: is not valid JSON: Expecting value"),
        (JSON, b'["a"]', "vocab.json: is a list; expected an object of tokens with their numbers"),
        (JSON, b'{"a": 0, "b": 1, "a": 2}', "vocab.json: 'a' stands twice in an object; remove one"),
        (
            JSON,
            b'{"version": "1.0", "model": {}}',
            "vocab.json: token 'version' has a text for a number; expected an object of tokens "
            "with their numbers, such as vocab.json (not a whole tokenizer.json)",
        ),
        (
            JSON,
            b'{"a": true}',
            "vocab.json: token 'a' has a truth value for a number; expected an object of tokens "
            "with their numbers, such as vocab.json (not a whole tokenizer.json)",
        ),
        (
            TEXT,
            b"a\nb\na\n",
            "vocab.txt:3: token 'a' stands in line 1 already; remove one, since a token has one number",
        ),
        (TEXT, b"a\n\nb\n", "vocab.txt:2: is empty; expected a token in each line"),
        (TEXT, b"a\n\xff\n", "vocab.txt:2: is not UTF-8: invalid start byte at byte 2"),
    ],
)
def test_vocabularies_that_are_not_valid(path, content, problem):
    with pytest.raises(CacheError) as caught:
        parse_vocab(content, path)
    assert str(caught.value) == problem
    assert caught.value.path == path


@pytest.mark.parametrize("line", ["ab", "a b c", "a  b", " a", "a ", "#version: 0.2 x"])
def test_merges_that_are_no_pairs(line):
    with pytest.raises(CacheError) as caught:
        parse_merges(f"a b\n{line}\n".encode(), MERGES)
    assert (
        str(caught.value)
        == f"merges.txt:2: {line!r} is no pair; expected two tokens with one space between them"
    )
