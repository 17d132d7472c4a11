"""One value from a short text: the shortcut for words gives what SDN gives."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import SdnSyntaxError
from simple_conf.literal import PLAIN_LETTERS, WORDS, read_value
from simple_conf.sdn import parse_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("  ", None),
        ("word", "word"),
        (" a/b-c_d ", "a/b-c_d"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("nil", None),
        ("5e-4", 5e-4),
        ("-1", -1),
        ("[1, a]", [1, "a"]),
        ('"true"', "true"),
    ],
)
def test_a_text_is_read_as_sdn(text, value):
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)


@pytest.mark.parametrize("text", ["[1", "{a: 1", ".5"])
def test_what_is_not_sdn_is_an_error(text):
    with pytest.raises(SdnSyntaxError):
        read_value(text)


@given(st.text(sorted(PLAIN_LETTERS), min_size=1, max_size=6) | st.sampled_from(sorted(WORDS)))
def test_the_shortcut_for_words_gives_what_sdn_gives(text):
    def value(read):
        try:
            return read(text)
        except SdnSyntaxError:
            return SdnSyntaxError

    assert value(read_value) == value(parse_value)


def test_a_word_is_read_without_loading_the_parser():
    code = (
        "import sys; from simple_conf.literal import read_value; read_value('resnet'); "
        "print('simple_conf.sdn' in sys.modules); read_value('1'); print('simple_conf.sdn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
