import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf.errors import ConfError, KeyPathError
from simple_conf.keypath import format_path, parse_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("lr", ("lr",)),
        ("train.layers[0].width", ("train", "layers", 0, "width")),
        ('"a.b".c', ("a.b", "c")),
        ('a."b c"[2][-1]', ("a", "b c", 2, -1)),
        ("[0].name", (0, "name")),
        ("src/app.x-y_z.0", ("src/app", "x-y_z", "0")),
        ('"é\\n\\""', ('é\n"',)),
    ],
)
def test_a_path_comes_apart(text, path):
    assert parse_path(text) == path


@given(st.lists(st.text() | st.integers(-5, 10**17)))
def test_what_is_formatted_reads_back(path):
    assert parse_path(format_path(path)) == tuple(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a..b", "a key is missing in path 'a..b', at column 3\n  a..b\n    ^"),
        ("a.", "a key is missing in path 'a.', at column 3\n  a.\n    ^"),
        (".a", "a key is missing in path '.a', at column 1\n  .a\n  ^"),
        ("a[x]", "expected a whole number in [ ] in path 'a[x]', at column 2\n  a[x]\n   ^"),
        ("a[0]b", "expected a dot or [ in path 'a[0]b', at column 5\n  a[0]b\n      ^"),
        ('"a', "the quoted key is not closed in path '\"a', at column 1\n  \"a\n  ^"),
        ('"\\q"', 'the quoted key has an unknown escape in path \'"\\\\q"\', at column 1\n  "\\q"\n  ^'),
        ("a b", "expected a dot or [ in path 'a b', at column 2\n  a b\n   ^"),
        (
            "a.=b",
            "'=' cannot be part of a key: put the key in double quotes in path 'a.=b', at column 3\n  a.=b\n    ^",  # noqa: E501
        ),
    ],
)
def test_a_bad_path_says_where(text, message):
    with pytest.raises(KeyPathError) as caught:
        parse_path(text)
    assert str(caught.value) == message
    assert caught.value.text == text
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ConfError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
