import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.storage.exact_json import NotJsonError, decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.sampled_from(["$float", "$dict", "$int"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(value=JSON)
def test_what_is_encoded_comes_back(value):
    assert decode(orjson.loads(orjson.dumps(encode(value)))) == value


def test_numbers_that_json_has_not_are_kept():
    back = decode(orjson.loads(orjson.dumps(encode({"a": [math.nan, math.inf, -math.inf]}))))
    assert math.isnan(back["a"][0])
    assert back["a"][1:] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "text",
    [
        {"$float": "1.5"},
        {"$float": 1},
        {"$int": "1.5"},
        {"$int": "²"},
        {"$dict": 5},
        {"$float": "nan", "b": 1},
    ],
)
def test_what_only_looks_like_ours_is_left_as_it_is(text):
    assert decode(text) == text


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (np.array(["2026-01-01"], "datetime64[ns]"), r"numpy datetime64\[ns\]"),
        (np.timedelta64(5, "s"), r"numpy timedelta64\[s\]"),
        (np.complex64(1), "numpy complex64"),
        (np.ma.masked_array([1, 2], [True, False]), "a masked array"),
        (1 << 20000, "an integer of 20001 bits"),
    ],
    ids=["datetime", "duration", "complex", "masked", "long"],
)
def test_what_numpy_or_json_would_change_is_refused(value, what):
    with pytest.raises(NotJsonError, match=f"value: {what} cannot be kept as JSON"):
        encode(value)


def test_numpy_is_plain():
    assert encode({"a": np.float32(0.5), "b": np.arange(2), "c": (1,)}) == {"a": 0.5, "b": [0, 1], "c": [1]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"a": [1, object()]},
            "metadata.a[1]: object cannot be kept as JSON; "
            "give a number, text, bool, None, or a list or dict of these.",
        ),
        (
            {1: 2},
            "metadata, key 1: int cannot be kept as JSON; "
            "give a number, text, bool, None, or a list or dict of these.",
        ),
    ],
)
def test_what_has_no_json_form_is_named(value, message):
    with pytest.raises(NotJsonError) as caught:
        encode(value, "metadata")
    assert str(caught.value) == message


def test_text_that_is_no_unicode_is_named():
    with pytest.raises(
        NotJsonError, match=r"metadata\.a: text that is no valid Unicode cannot be kept as JSON"
    ):
        encode({"a": "\ud800"}, "metadata")
