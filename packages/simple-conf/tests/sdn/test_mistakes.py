# ruff: noqa: E501
"""Every kind of syntax error with its exact message; `mistakes.txt` holds the texts and the messages."""

import pickle
from pathlib import Path

import pytest

from simple_conf.errors import ConfError, SdnLimitError, SdnSyntaxError
from simple_conf.sdn import Limits, parse, parse_value
from simple_conf.source import read_source, source_from_bytes

HERE = Path(__file__).parent
MISTAKES = (HERE / "mistakes.txt").read_bytes().decode().split("\n===\n")


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda mistake: mistake.split("\n---\n")[-1].split("\n")[0][6:60]
)
def test_a_mistake_is_shown_with_its_position_and_a_hint(mistake):
    text, _, shown = mistake.rpartition("\n---\n")
    with pytest.raises(SdnSyntaxError) as caught:
        parse(text + "\n", name="f.sdn")
    assert str(caught.value) + "\n" == shown + "\n" * (not shown.endswith("\n"))


def test_there_are_many_kinds_of_mistakes():
    kinds = {mistake.rpartition("\n---\n")[2].split("\n")[0].partition(": ")[2] for mistake in MISTAKES}
    assert len(kinds) >= 100


def test_an_error_carries_its_parts():
    with pytest.raises(ValueError, match="unclosed") as caught:
        parse('a: 1\nb:\n  name: "resnet\n', name="config/train.sdn")
    error = caught.value
    assert isinstance(error, SdnSyntaxError)
    assert isinstance(error, ConfError)
    assert (error.path, error.line, error.column) == ("config/train.sdn", 3, 9)
    assert error.message == "unclosed string"
    assert error.hint == 'close it with " or write the text without quotes'
    assert str(error) == (
        "config/train.sdn:3:9: unclosed string\n"
        '  3 |   name: "resnet\n'
        "    |         ^\n"
        '  hint: close it with " or write the text without quotes'
    )
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.line, again.hint) == (error.line, error.hint)


REJECTED = {
    "doc_layout": 30,
    "game_elements": 4,
    "game_levels.head": 6,
    "relay_power": 7,
    "t32_actions.head": 4,
    "evidence_binary_domains.head": 6,
    "simply_projects.head": 2,
}


@pytest.mark.parametrize("name", REJECTED)
def test_files_of_other_dialects_are_rejected_at_the_right_line(name):
    with pytest.raises(SdnSyntaxError) as caught:
        parse(read_source(HERE / "corpus" / f"{name}.sdn"))
    assert caught.value.line == REJECTED[name]
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#fff", '<value>:1:1: this # could be a comment or text\n  1 | #fff\n    | ^\n  hint: quote the text, as in "#fff"'),
        ("[1, 2", "<value>:1:1: unclosed [\n  1 | [1, 2\n    | ^\n  hint: close it with ]"),
        ("+5", '<value>:1:1: +5 is not a number, but looks like one\n  1 | +5\n    | ^\n  hint: write 5 for the number, or "+5" for the text'),
        ("'a'", "<value>:1:1: a string in single quotes\n  1 | 'a'\n    | ^\n  hint: use double quotes"),
        ("a\nb", "<value>:1:2: a value of more than one line\n  1 | a\n    |  ^\n  hint: put the text in double quotes, with \\n for a newline"),
        ('"a" b', '<value>:1:5: unexpected text after the closing quote\n  1 | "a" b\n    |     ^\n  hint: write \\" for a quote inside, or put the whole value in quotes'),
        ("[1] b", "<value>:1:5: unexpected text after the closing ]\n  1 | [1] b\n    |     ^\n  hint: end the line here, or put the whole value in double quotes"),
    ],
)  # fmt: skip
def test_an_error_in_a_single_value_is_located(text, shown):
    with pytest.raises(SdnSyntaxError) as caught:
        parse_value(text)
    assert str(caught.value) == shown


def test_bytes_that_are_not_utf8_are_named_by_their_offset(tmp_path):
    path = tmp_path / "a.sdn"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: caf\xe9\r\n")
    with pytest.raises(SdnSyntaxError) as caught:
        read_source(path)
    assert str(caught.value) == (
        f"{path}:2:7: byte 0xe9 at byte offset 15 is not UTF-8\n  2 | b: caf\n    |       ^\n  hint: save the file as UTF-8"
    )


def test_a_byte_order_mark_and_crlf_are_read_away():
    assert parse(source_from_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n", "f")).values == {
        "a": 1,
        "b": "x\ny\n",
    }
    assert parse("\ufeffa: 1\r\n").values == {"a": 1}


@pytest.mark.parametrize(
    ("text", "limits", "message"),
    [
        ("a: 12345678", Limits(characters=5), "the text is longer than the limit of 5 characters"),
        ("a: [1, 2, 3]", Limits(values=2), "more than 2 values"),
        ("a: 1\nb: 2\nc: 3", Limits(values=2), "more than 2 values"),
        ("t |a, b|\n  1, 2\n  3, 4", Limits(values=3), "more than 3 values"),
        ("a: [[[1]]]", Limits(depth=2), "nested more than 2 levels deep"),
        ("a:\n b:\n  c:\n   d: 1", Limits(depth=2), "nested more than 2 levels deep"),
    ],
)
def test_limits_are_errors_and_can_be_raised(text, limits, message):
    with pytest.raises(SdnLimitError, match=message):
        parse(text, limits=limits)
    assert parse(text).values


def test_a_file_beyond_the_limit_is_not_read_into_memory(tmp_path):
    path = tmp_path / "large.sdn"
    path.write_text("a: 1\n" * 10)
    with pytest.raises(SdnLimitError, match="larger than the limit of 20 bytes"):
        read_source(path, limit=20)
    assert read_source(path, limit=50).text == "a: 1\n" * 10
