"""Slotted objects are pickled by field; fields that an older version did not have get their defaults."""

import pickle

import attrs
import pytest

from simple_track.reading.summary import MetricRule
from simple_track.storage.field_state import FieldState
from simple_track.storage.metadata import Metadata


@attrs.define(getstate_setstate=False)
class Point(FieldState):
    x: int
    y: int = 2
    tags: list[str] = attrs.field(factory=list)


def test_every_field_is_pickled():
    point = Point(1, 5, ["a"])
    assert pickle.loads(pickle.dumps(point)) == point


def test_missing_fields_get_their_defaults_each_object_its_own():
    older, other = Point.__new__(Point), Point.__new__(Point)
    older.__setstate__({"x": 1})
    other.__setstate__({"x": 1, "gone": 3})
    assert older == other == Point(1)
    assert older.tags is not other.tags


@pytest.mark.parametrize("kind", [Metadata, MetricRule])
def test_classes_that_are_pickled_with_runs_use_it(kind):
    assert kind.__setstate__ is FieldState.__setstate__
    assert kind.__getstate__ is FieldState.__getstate__
