"""Values of a state: what is saved comes back as it was, and what cannot be saved is named."""

import datetime
import enum
import io
import pathlib
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite import Engine
from simple_ignite.engine.values import UnsavableError, read_value, write_value
from simple_ignite.errors import IgniteWarning

Point = namedtuple("Point", "x y")


def saved(value):
    """Return a value after it was saved to a file that holds plain values and tensors, and read back."""
    file = io.BytesIO()
    torch.save(write_value(value), file)
    file.seek(0)
    return read_value(torch.load(file, weights_only=True))


def same(one, other):
    """Whether two values are equal and of the same types, in every container."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
keys = plain | st.tuples(plain, st.frozensets(plain)) | st.frozensets(st.integers())
values = st.recursive(
    plain | st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 3)),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.lists(inner).map(deque)
        | st.dictionaries(keys, inner)
        | st.dictionaries(keys, inner).map(OrderedDict)
        | st.dictionaries(keys, st.integers()).map(Counter)
        | st.dictionaries(keys, inner).map(lambda items: defaultdict(list, items))
        | st.sets(plain)
        | st.binary().map(bytearray)
    ),
    max_leaves=12,
)


@given(values)
def test_containers_come_back_as_they_were(value):
    assert same(saved(value), value)


@pytest.mark.parametrize(
    "value",
    [
        ((), ((),), (1, (2, [3]))),
        {(1, "a"): (2, [(3,)])},
        {frozenset({1, 2}): {"a"}, (1, (b"", frozenset())): b""},
        deque([1, 2], maxlen=2),
        defaultdict(int, a=1),
        Counter("abca"),
        range(2, 10, 3),
        bytearray(b"ab"),
        slice(1, None, 2),
        torch.Size([2, 3]),
        torch.device("cpu"),
        torch.bfloat16,
        np.float32(0.5),
        np.arange(6).reshape(2, 3)[:, ::-1],
        np.array(["ab", "c"]),
        np.zeros((2, 0)),
        np.datetime64("2026-01-01"),
        pathlib.Path("runs/1"),
        {"simple_ignite.kind": "set", "items": [1]},
    ],
)
def test_plain_values_of_the_standard_library_numpy_and_torch_come_back(value):
    assert same(saved(value), value)


def test_a_counter_still_counts():
    again = saved(Counter("aab"))
    again.update("b")
    assert again.most_common() == [("a", 2), ("b", 2)]


@pytest.mark.parametrize(
    ("value", "place", "kind"),
    [
        ({"a": [1, Point(1, 2)]}, "['a'][1]", "Point"),
        (enum.Enum("Colour", "RED").RED, "", "Colour"),
        ([object()], "[0]", "object"),
        ((datetime.timedelta(hours=1),), "[0]", "timedelta"),
        ({"x": lambda: None}, "['x']", "function"),
        (defaultdict(lambda: 0), "", "defaultdict of <lambda>"),
        (np.array([object()]), "", "NumPy value of dtype object"),
    ],
)
def test_what_cannot_be_restored_is_named_with_its_place(value, place, kind):
    with pytest.raises(UnsavableError) as caught:
        write_value(value)
    assert (caught.value.place, caught.value.kind) == (place, kind)


def test_a_container_that_holds_itself_is_named():
    value = []
    value.append(value)
    with pytest.raises(UnsavableError, match="nested too deeply"):
        write_value(value)


def test_tuples_on_the_state_travel_and_a_named_tuple_is_reported():
    trainer = Engine(lambda engine, batch: None)
    trainer.state.best = (3, {"loss": (0.5,)})
    trainer.state.point = Point(1, 2)
    with pytest.warns(IgniteWarning, match=r"state\.point is not saved with the engine's state \(Point\)"):
        state = trainer.state_dict()
    again = Engine(lambda engine, batch: None)
    again.load_state_dict(state)
    assert again.state.best == (3, {"loss": (0.5,)})
    assert not hasattr(again.state, "point")
