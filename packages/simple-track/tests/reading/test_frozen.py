"""Frozen values: they look plain, refuse changes at any depth, and their copies are plain."""

import copy
import json
import pickle

import orjson
import pytest

from simple_track.errors import ReadOnlyRunError
from simple_track.reading.frozen import frozen, thawed

PLAIN = {"lr": 0.1, "model": {"sizes": [1, [2, {"x": 3}]]}, "tags": ["a", "b"]}
WHY = ("r1", "config", "copy it")


@pytest.fixture
def value():
    return frozen(PLAIN, WHY)


def test_it_equals_the_plain_value_and_is_written_like_it(value):
    assert value == PLAIN
    assert repr(value) == repr(PLAIN)
    assert json.loads(json.dumps(value)) == PLAIN
    assert orjson.loads(orjson.dumps(value)) == PLAIN
    assert isinstance(value, dict)
    assert isinstance(value["tags"], list)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(a=1),
        lambda v: v.__setitem__("lr", 1),
        lambda v: v.pop("lr"),
        lambda v: v.popitem(),
        lambda v: v.clear(),
        lambda v: v.setdefault("new", 1),
        lambda v: v.__delitem__("lr"),
        lambda v: v.__ior__({"a": 1}),
        lambda v: v["model"].update(a=1),
        lambda v: v["model"]["sizes"].append(1),
        lambda v: v["model"]["sizes"][1].__setitem__(0, 5),
        lambda v: v["model"]["sizes"][1][1].update(x=4),
        lambda v: v["tags"].extend("x"),
        lambda v: v["tags"].insert(0, "x"),
        lambda v: v["tags"].remove("a"),
        lambda v: v["tags"].pop(),
        lambda v: v["tags"].clear(),
        lambda v: v["tags"].sort(),
        lambda v: v["tags"].reverse(),
        lambda v: v["tags"].__delitem__(0),
        lambda v: v["tags"].__iadd__(["x"]),
        lambda v: v["tags"].__imul__(2),
    ],
)
def test_every_change_is_refused_and_changes_nothing(value, change):
    with pytest.raises(ReadOnlyRunError, match="its config cannot be changed here; copy it") as caught:
        change(value)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, AttributeError)
    assert value == PLAIN


@pytest.mark.parametrize("copied", [copy.deepcopy, thawed, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_deep_copy_is_plain_at_every_depth(value, copied):
    again = copied(value)
    assert again == PLAIN
    assert type(again) is dict
    again["model"]["sizes"][1].append(4)
    again["tags"] += ["c"]
    assert value == PLAIN


def test_a_shallow_copy_is_plain_at_the_top(value):
    for again in (copy.copy(value), value.copy(), dict(value)):
        again["new"] = 1
        assert type(again) is dict
    assert type(copy.copy(value["tags"])) is list
    assert value["tags"] + ["c"] == ["a", "b", "c"]
