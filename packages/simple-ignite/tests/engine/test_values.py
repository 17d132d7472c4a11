"""Values on the state: which travel with it, as what, and which are named as left out."""

import enum
import io
import warnings
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite import Engine
from simple_ignite.engine.values import UnsavableError, read_value, write_value
from simple_ignite.errors import IgniteWarning

Point = namedtuple("Point", "x y")
Colour = enum.Enum("Colour", "RED")
Level = enum.IntEnum("Level", "LOW")


def travelled(value):
    """Return what comes out of a checkpoint file in which a value was saved."""
    file = io.BytesIO()
    torch.save(write_value(value), file)
    file.seek(0)
    return read_value(torch.load(file, weights_only=True))


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=True)
        return all(same(k, m) and same(v, w) for (k, v), (m, w) in pairs)
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@pytest.mark.parametrize(
    "value",
    [
        *(np.float32(0.1), np.float64(1 / 3), np.int64(-5), np.uint8(255), np.bool_(True), np.float16(2)),
        *(np.complex64(1 + 2j), np.array(3.5), np.array([], np.int8), np.eye(2, dtype=">f4")),
        np.arange(6).reshape(2, 3)[:, ::2],
        OrderedDict([("b", 1), ("a", [np.int8(1)])]),
        defaultdict(list, {"a": [1, 2]}),
        defaultdict(None, {"a": 1}),
        defaultdict(dict, {"a": {"b": defaultdict(int, c=3)}}),
        Counter("abracadabra"),
        deque([1, 2, 3], maxlen=5),
        {1, 2},
        frozenset({("a", 1)}),
        {"a": {"b": [{"c": (1, (2.5, None))}]}},
        {(1, np.int64(2)): "a key with a number of NumPy"},
        {(frozenset({1}),): 1, 2: 2},
        {np.int64(1): "numpy", True: "bool"},
        {"simple_ignite.kind": "set", "items": [1]},
        [{"simple_ignite.kind": "numpy"}],
        *(b"bytes", b"", {b"": [b""]}, 1j, float("inf"), -0.0, "", None, 10**30),
        {"t": torch.tensor([1.0], dtype=torch.bfloat16)},
    ],
    ids=repr,
)
def test_a_value_travels_as_what_it_is(value):
    assert same(travelled(value), value)


def test_a_defaultdict_still_makes_defaults_and_a_deque_still_forgets():
    made = travelled(defaultdict(list))
    made["new"].append(1)
    assert made == {"new": [1]}
    assert travelled(deque([1], maxlen=1)).maxlen == 1


keys = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.none())
leaves = st.one_of(keys, st.floats(allow_nan=False), st.binary(max_size=3), st.integers(-9, 9).map(np.int16))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(keys, st.tuples(keys, keys)), inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3).map(OrderedDict),
        st.sets(keys, max_size=3),
    ),
    max_leaves=10,
)


@settings(max_examples=50, deadline=None)
@given(values)
def test_what_is_read_is_what_was_written(value):
    assert same(read_value(write_value(value)), value)


@pytest.mark.parametrize(
    ("value", "place", "kind"),
    [
        (object(), "x", "object"),
        ([1, {"a": object()}], "x[1]['a']", "object"),
        (Point(1, 2), "x", "Point"),
        ({"c": Colour.RED}, "x['c']", "Colour"),
        (Level.LOW, "x", "Level"),
        (np.array([object()]), "x", "NumPy value of dtype object"),
        (np.array(["text"]), "x", "NumPy value of dtype <U4"),
        (np.datetime64("2020-01-01"), "x", "NumPy value of dtype datetime64[D]"),
        (defaultdict(lambda: 3), "x", "defaultdict of '<lambda>'"),
        (torch.nn.Parameter(torch.ones(1)), "x", "Parameter"),
        (torch.nn.Linear(1, 1), "x", "Linear"),
    ],
)
def test_what_cannot_travel_is_named_with_its_place(value, place, kind):
    with pytest.raises(UnsavableError) as caught:
        write_value(value, "x")
    assert (caught.value.place, caught.value.kind) == (place, kind)


def test_a_list_in_itself_is_named():
    endless = []
    endless.append(endless)
    with pytest.raises(UnsavableError) as caught:
        write_value(endless, "x")
    assert caught.value.kind == "container that is nested too deeply"


def test_each_value_that_cannot_travel_is_named_once_and_the_others_travel():
    engine = Engine(lambda engine, batch: None)
    engine.state.good, engine.state.bad = {"n": np.float32(2)}, {"model": [object()]}
    engine.state.metrics["odd"] = Point(1, 2)
    with pytest.warns(IgniteWarning) as caught:
        saved = engine.state_dict()
    assert [str(one.message) for one in caught] == [
        "state.metrics['odd'] is not saved with the engine's state (Point)",
        "state.bad['model'][0] is not saved with the engine's state (object)",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        engine.state_dict()
    other = Engine(lambda engine, batch: None)
    other.load_state_dict(saved)
    assert same(other.state.good, {"n": np.float32(2)})
    assert "bad" not in vars(other.state)
