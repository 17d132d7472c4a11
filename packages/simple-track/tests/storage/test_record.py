"""One line of JSON for each call, exact for every number."""

import datetime
import enum
import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.errors import ValueKindError
from simple_track.storage.record import as_scalar, decode, encode_metrics, flatten

names = st.text(min_size=1).filter(
    lambda text: not text.startswith("~") and text not in ("step", "timestamp")
)
scalars = st.floats() | st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.text()


def same(one, other):
    return type(one) is type(other) and (one == other or (one != one and other != other))


@given(st.dictionaries(names, scalars), st.integers(-(2**63), 2**63 - 1))
def test_what_is_encoded_is_decoded(values, step):
    line = encode_metrics(step, values, 1704902400.123)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    json.loads(line)  # any JSON reader takes it
    back = decode(line)
    assert (back.pop("step"), back.pop("timestamp")) == (step, 1704902400.123)
    assert back.keys() == values.keys()
    assert all(same(back[key], value) for key, value in values.items())


@given(st.dictionaries(names, scalars, min_size=1), st.data())
def test_no_piece_of_a_line_is_taken_for_a_record(values, data):
    line = encode_metrics(3, values, 1.5)[:-1]
    cut = data.draw(st.integers(0, len(line) - 1))
    assert decode(line[:cut]) is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.float16(1.5), 1.5),
        (np.int64(-7), -7),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (np.array([[3]]), 3),
        (np.str_("word"), "word"),
        (Decimal("1.5"), 1.5),
        (Fraction(1, 4), 0.25),
        (2**70, float(2**70)),
        (enum.IntEnum("Color", "RED").RED, 1),
        ("\udc80", "\\udc80"),
    ],
)
def test_numbers_of_every_kind_become_plain(value, plain):
    assert same(as_scalar("x", value), plain)


def test_torch_scalars_are_taken(monkeypatch):
    torch = pytest.importorskip("torch")
    assert as_scalar("x", torch.tensor(0.5)) == 0.5
    assert as_scalar("x", torch.tensor([3])) == 3
    assert as_scalar("x", torch.tensor(1.5, dtype=torch.bfloat16, requires_grad=True)) == 1.5
    with pytest.raises(ValueKindError, match=r"x: cannot log a value of type torch.Tensor of shape \(2,\)"):
        as_scalar("x", torch.zeros(2))


class Pictured:
    """What a figure of matplotlib or a picture of PIL has, to tell it by."""

    def __init__(self, method):
        setattr(self, method, print)


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (None, "leave the name out where there is no value"),
        ([0.1, 0.2], "log one number for each name, or all by log_histogram, log_plot or a Track.Table"),
        (datetime.datetime(2026, 1, 1), "log its text, or its timestamp()"),
        (Pictured("savefig"), "log it by log_figure, or as Track.Media.Figure(…)"),
        (Pictured("tobitmap"), "log it by log_image, or as Track.Media.Image(…)"),
        (Pictured("to_parquet"), "log it as a Track.Table(data=…)"),
    ],
)
def test_what_to_log_instead_is_said(value, advice):
    with pytest.raises(ValueKindError) as caught:
        as_scalar("x", value)
    assert str(caught.value).endswith(f"; {advice}")


@pytest.mark.parametrize("value", [object(), b"bytes", 1j])
def test_what_is_not_a_scalar_names_key_and_type(value):
    with pytest.raises(ValueKindError) as caught:
        as_scalar("train/x", value)
    assert caught.value.key == "train/x"
    assert caught.value.type_name == type(value).__name__
    assert str(caught.value) == (
        f"train/x: cannot log a value of type {type(value).__name__}; "
        "log a number, a bool, a string, or a media value"
    )


@pytest.mark.parametrize(
    "value", [10**400, Decimal("sNaN"), np.datetime64("NaT", "s")], ids=["huge", "signalling", "time"]
)
def test_numbers_that_have_no_value_name_key_and_type(value):
    with pytest.raises(ValueKindError, match="x: cannot log a value of type "):
        as_scalar("x", value)


def test_names_that_no_file_can_hold_are_escaped():
    assert dict(flatten({"\ud800": {"a": 1}})) == {"\\ud800/a": 1}


def test_a_dict_in_a_circle_is_refused():
    circle = {}
    circle["again"] = circle
    with pytest.raises(
        ValueKindError, match="again: cannot log a value of type dict; it is nested deeper than 64"
    ):
        dict(flatten(circle))


def test_nested_names_are_joined():
    assert dict(flatten({"a": {"b": 1, "c": {"d": 2}}, 3: 4})) == {"a/b": 1, "a/c/d": 2, "3": 4}
    with pytest.raises(ValueKindError, match="a/None: cannot take a name of type NoneType; names are text"):
        dict(flatten({"a": {None: 1}}))


def test_lines_of_others_are_not_records():
    for line in (b"", b"[1]", b"3", b"nonsense", b'{"a":1', b"\x00\x00\x00", b"null"):
        assert decode(line) is None
    assert math.isnan(decode(b'{"a":null,"~nonfinite":{"a":"nan"}}')["a"])
