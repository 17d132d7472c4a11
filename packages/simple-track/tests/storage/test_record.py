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
from simple_track.storage.record import (
    as_scalar,
    decode,
    encode_event,
    encode_metrics,
    flatten,
    free_name,
    mark_summary,
    number_converter,
    restore_event,
    restore_summary,
)

names = st.text(min_size=1).filter(
    lambda text: not text.startswith("~") and text not in ("step", "timestamp")
)
wide = st.integers(1 - 10**38, 10**38 - 1)
scalars = st.floats() | st.integers(-(2**63), 2**64 - 1) | wide | st.booleans() | st.text()


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


class TextColor(str, enum.Enum):  # noqa: UP042 - programs still have these
    RED = "red"


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
        (2**70, 2**70),
        (10**38 - 1, 10**38 - 1),
        (2**200, float(2**200)),
        (Decimal("0.1"), 0.1),
        (np.longdouble(0.5), 0.5),
        (np.ma.masked_array([3], [False]), 3),
        (enum.IntEnum("Color", "RED").RED, 1),
        (enum.StrEnum("Color", "RED").RED, "red"),
        (TextColor.RED, "red"),
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
        (np.timedelta64(5, "s"), "log a number, a bool, a string, or a media value"),
        (np.datetime64("2026-01-01"), "log its text, or its timestamp()"),
        (np.complex64(1 + 2j), "log a number, a bool, a string, or a media value"),
        (np.ma.masked, "it is masked; leave the name out, or log None"),
        (np.ma.masked_array([3.5], [True]), "it is masked; leave the name out, or log None"),
        ([0.1, 0.2], "log one number for each name, or all by log_histogram, log_plot or a Track.Table"),
        (datetime.datetime(2026, 1, 1), "log its text, or its timestamp()"),
        (np.float32, "log a number, a bool, a string, or a media value"),
        (float, "log a number, a bool, a string, or a media value"),
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


@pytest.mark.parametrize(
    "value",
    [10**38 + 1, Decimal("0.1000000000000000055511151231257827"), Fraction(1, 3)],
    ids=["an integer of 39 digits", "a long decimal", "a third"],
)
def test_a_number_that_a_float_would_round_is_refused(value):
    with pytest.raises(ValueKindError) as caught:
        as_scalar("x", value)
    assert str(caught.value).endswith(
        "; a float of 64 bits would round it; log float(value) where that will do, or its text"
    )


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="here it is no longer than a double")
def test_a_long_double_with_more_bits_is_refused():
    with pytest.raises(ValueKindError, match="would round it"):
        as_scalar("x", np.longdouble(1) / 3)


def test_what_says_by_itself_which_float_it_is_is_taken_at_its_word():
    class Meter:
        def __float__(self):
            return 0.25

    assert same(as_scalar("x", Meter()), 0.25)


def test_none_is_no_value():
    assert dict(flatten({"a": None, "b": {"c": None, "d": 1}})) == {"b/d": 1}


def test_a_name_that_is_taken_gets_a_tilde():
    assert free_name("a", {}, {}) == "a"
    assert free_name("a", {"a": 1}, {"~a": 2}) == "~~a"


def test_integers_beyond_64_bits_are_on_the_line_for_every_reader():
    line = json.loads(encode_metrics(0, {"flops": 2**70, "n": 1}, 0.0))
    assert (line["flops"], line["~nonfinite"]) == (float(2**70), {"flops": str(2**70)})


@pytest.mark.parametrize(
    "text", ["[1]", '"1e3"', '"9999999999999999999999999999999999999999999"', "5", "null"]
)
def test_a_side_key_that_names_no_number_changes_nothing(text):
    line = b'{"a":0.5,"~nonfinite":{"a":' + text.encode() + b"}}"
    assert decode(line) == {"a": 0.5}


plain_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), plain_json, max_size=4))
def test_a_config_comes_back_from_its_event(config):
    event = {"event": "config", "values": config}
    line = encode_event(event)
    json.loads(line)
    assert restore_event(decode(line)) == event


@given(st.dictionaries(names, scalars | st.lists(plain_json, max_size=3)))
def test_a_summary_comes_back_from_its_file_and_its_events(summary):
    def alike(one, other):
        return one == other if isinstance(one, list) else same(one, other)

    back = restore_summary(json.loads(json.dumps(mark_summary(summary))))
    assert back.keys() == summary.keys()
    assert all(alike(back[key], value) for key, value in summary.items())
    for value in summary.values():
        event = restore_event(decode(encode_event({"event": "summary", **mark_summary({"value": value})})))
        assert alike(event["value"], value)


@pytest.mark.parametrize(
    "kind", [np.float16, np.float32, np.float64, np.int8, np.uint8, np.int64, np.uint64, np.bool_]
)
def test_the_hot_path_converts_numpy_as_the_slow_one_does(kind):
    converted = []
    number = number_converter(converted)(kind(1))
    assert same(number, as_scalar("x", kind(1)))
    assert converted == [number]


@pytest.mark.parametrize(
    "value", [np.longdouble(1), np.complex64(1), np.datetime64("2026"), object(), [1], Decimal(1)]
)
def test_the_hot_path_leaves_everything_else_to_the_slow_one(value):
    converted = []
    with pytest.raises((TypeError, KeyError)):
        number_converter(converted)(value)
    assert converted == []
