"""NaN and infinities in nested values are texts in a file, and numbers again when it is read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.storage.nonfinite import as_text, restored

keys = st.text(max_size=4) | st.sampled_from(["a/b", "~", "~1", "0", ""])
trees = st.recursive(
    st.none()
    | st.integers()
    | st.sampled_from([math.nan, math.inf, -math.inf, 1.5, "nan", "inf"])
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def frozen(value):
    """A form in which NaN equals NaN, and no text equals a number."""
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return [frozen(item) for item in value]
    return (type(value).__name__, repr(value))


@given(st.dictionaries(keys, trees, max_size=4))
def test_every_number_comes_back_and_every_text_stays_one(tree):
    before = frozen(tree)
    texts, places = as_text(tree)
    assert "float('nan')" not in repr(texts)
    assert not any(isinstance(leaf, float) and not math.isfinite(leaf) for leaf in leaves(texts))
    assert frozen(restored(texts, places)) == before == frozen(tree)


def leaves(value):
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value


def test_finite_values_are_not_copied():
    tree = {"a": [1, 2.5, "inf"]}
    assert as_text(tree) == (tree, [])
    assert as_text(tree)[0] is tree


@pytest.mark.parametrize(
    "places", [["/a/5"], ["/b"], ["/a/x"], ["/a"], [""], ["a"], [5], ["/a/0/b"], ["/a/-1"]]
)
def test_a_place_that_a_hand_has_changed_is_passed_over(places):
    tree = {"a": ["inf"]}
    assert restored(tree, places) == {"a": ["inf"]}


def test_the_file_is_not_changed_by_reading():
    tree = {"a": {"b": ["inf"]}}
    assert restored(tree, ["/a/b/0"]) == {"a": {"b": [math.inf]}}
    assert tree == {"a": {"b": ["inf"]}}
