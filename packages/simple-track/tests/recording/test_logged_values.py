"""What a call of run.log takes, and under which names it keeps it."""

import dataclasses
import enum
import math
import warnings
from decimal import Decimal

import numpy as np
import pytest

from simple_track import Track, ValueKindError


@pytest.fixture
def run(root):
    with Track.run(project="demo", system=False) as run:
        yield run


def records(run):
    return [
        {key: value for key, value in record.items() if key not in ("step", "timestamp")}
        for record in Track.load(run.id).history().records()
    ]


def test_none_leaves_a_name_out(run):
    run.log({"a": None, "b": 1, "c": {"d": None, "e": 2}})
    run.log({"image": None, "a": 3})
    assert records(run) == [{"b": 1, "c/e": 2}, {"a": 3}]
    assert dict(run.summary) == {"b": 1, "c/e": 2, "a": 3}


def test_a_call_with_nothing_but_none_is_a_call_with_nothing(run):
    run.log({})
    run.log({"a": None})
    run.log({"a": 1})
    lines = Track.load(run.id).layout.metrics.read_text().splitlines()
    assert [line.partition(',"timestamp')[0] for line in lines] == [
        '{"step":0',
        '{"step":1',
        '{"step":2,"a":1',
    ]


def test_values_whose_flat_names_meet_are_all_kept(run):
    text = Track.Media.Text
    run.log({"a": {"b": 1}, "a/b": 2, "c/d": text("one"), "c": {"d": text("two")}})
    run.log({"e/f": 3, "e": {"f": text("three")}, "step": 4, "~step": 5})
    assert records(run) == [{"a/b": 1, "~a/b": 2}, {"e/f": 3, "~step": 4, "~~step": 5}]
    found = {key: run.media(key)[0][1].text for key in ("c/d", "~c/d", "~e/f")}
    assert found == {"c/d": "one", "~c/d": "two", "~e/f": "three"}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float16(0.1), float(np.float16(0.1))),
        (np.int64(-5), -5),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.float64("nan"), math.nan),
        (np.float32("inf"), math.inf),
        (np.longdouble(0.5), 0.5),
        (enum.IntEnum("Kind", "ONE").ONE, 1),
    ],
)
@pytest.mark.parametrize("beside", [{}, {"other": 1.5}, {"other": "text"}])
def test_a_number_of_numpy_is_kept_alone_and_in_company(run, value, plain, beside):
    run.log({"x": value, **beside})
    (record,) = records(run)
    assert type(record["x"]) is type(plain)
    assert record["x"] == plain or math.isnan(plain)
    assert type(run.summary["x"]) in (type(plain), type(value))


def test_many_small_integers_do_not_overflow(run):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.log({"a": np.uint8(200), "b": np.uint8(100), "c": np.int64(2**62), "d": np.int64(2**62)})
    assert records(run) == [{"a": 200, "b": 100, "c": 2**62, "d": 2**62}]


@dataclasses.dataclass
class Money:
    amount: int

    def __radd__(self, other):
        return other


class Pairs(dict):
    def __radd__(self, other):
        return other


@pytest.mark.parametrize(
    "value", [Money(1), np.complex64(1j), np.timedelta64(3, "s"), np.datetime64("2026", "ns")]
)
def test_what_only_the_encoder_knows_is_no_scalar(run, value):
    with pytest.raises(ValueKindError, match="price: cannot log a value of type"):
        run.log({"price": value, "loss": 0.5})
    assert records(run) == []
    run.log({"loss": 0.5})
    assert records(run) == [{"loss": 0.5}]


def test_a_mapping_that_can_be_added_up_is_flattened(run):
    run.log({"a": Pairs(b=1)})
    assert records(run) == [{"a/b": 1}]


def test_after_a_refused_number_of_numpy_nothing_is_left_of_it(run):
    with pytest.raises(ValueKindError):
        run.log({"a": np.float64(1.0), "b": object()})
    run.log({"c": np.float64(2.0)})
    run.log({"d": 3.0})
    assert records(run) == [{"c": 2.0}, {"d": 3.0}]
    assert dict(run.summary) == {"c": 2.0, "d": 3.0}


def test_numbers_that_floats_round_are_exact_or_refused(run):
    run.log({"flops": 84 * 10**21, "seed": 2**64 - 1})
    assert records(run) == [{"flops": 84 * 10**21, "seed": 2**64 - 1}]
    assert dict(run.summary) == {"flops": 84 * 10**21, "seed": 2**64 - 1}
    with pytest.raises(ValueKindError, match="a float of 64 bits would round it"):
        run.log({"x": Decimal(1) / 3})


def test_values_that_are_made_already_are_logged_as_they_are(root):
    media = Track.Media
    image, sound = media.Image(np.zeros((4, 4)), caption="made"), media.Audio(np.zeros(5), 8000)
    with Track.run("demo", system=False) as run:
        run.log_image("image", image)
        run.log_histogram("histogram", media.Histogram([1, 2, 3], bins=5))
        run.log_text("text", media.Text("x"))
        run.log_html("html", media.Html("<p>x"))
        run.log_audio("audio", sound)
        with pytest.raises(ValueError, match="image"):
            run.log_image("image", image, caption="another")
        with pytest.raises(ValueError, match="image"):
            run.log_image("image", sound)
    view = Track.load(run.id)
    assert view.media("image")[0][1].caption == "made"
    assert len(view.media("image")) == 1
    assert len(view.media("histogram")[0][1].counts) == 5
    assert view.media("text")[0][1].text == "x"
    assert view.media("audio")[0][1].sample_rate == 8000
