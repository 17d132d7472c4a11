import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Histogram
from simple_track.values.arrays import ValueRangeError, ValueShapeError

FLOATS = arrays(np.float64, st.integers(0, 50), elements=st.floats(allow_nan=True, allow_infinity=True))


@given(values=FLOATS, bins=st.integers(1, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_is_counted_once_and_comes_back(values, bins, round_trip):
    histogram = Histogram(values, bins)
    assert histogram.total + histogram.nan + histogram.below + histogram.above == values.size
    assert np.all(np.diff(histogram.edges) > 0)
    assert round_trip(histogram) == histogram


def test_counts_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=1000)
    counts, edges = np.histogram(values, bins=20)
    histogram = Histogram(values, bins=20)
    np.testing.assert_array_equal(histogram.counts, counts)
    np.testing.assert_array_equal(histogram.edges, edges)


def test_counts_from_elsewhere_keep_uneven_edges(round_trip):
    histogram = Histogram.from_counts([1, 2, 3], [0.0, 1.0, 10.0, 100.0], nan=4)
    assert round_trip(histogram) == histogram
    assert round_trip(histogram).edges.tolist() == [0, 1, 10, 100]


def test_a_tensor_of_half_precision_is_counted():
    torch = pytest.importorskip("torch")
    assert Histogram(torch.ones(8, dtype=torch.bfloat16, requires_grad=True), bins=4).total == 8


def test_edges_that_do_not_fit_are_refused():
    with pytest.raises(ValueShapeError) as caught:
        Histogram.from_counts([1, 2], [0.0, 1.0])
    assert str(caught.value) == (
        "histogram: shape (2, 2) does not fit; "
        "expected counts of shape (bins,) and edges of shape (bins + 1,)."
    )


def test_words_are_refused():
    with pytest.raises(ValueRangeError, match=r"histogram: list has dtype <U1; expected an array of numbers"):
        Histogram(["a", "b"])


def test_edges_may_be_given(round_trip):
    histogram = Histogram([-5, 0, 0.5, 1, 2, 9, np.nan, np.inf], bins=[0, 1, 2])
    assert (histogram.counts.tolist(), histogram.below, histogram.above, histogram.nan) == ([2, 2], 1, 2, 1)
    assert round_trip(histogram) == histogram


@pytest.mark.parametrize("bins", [[0, 0], [1], [2, 1], [0, np.inf], 2.5, 0, "many"])
def test_bins_that_make_no_sense_are_refused(bins):
    with pytest.raises(ValueError, match=r"^histogram"):
        Histogram([1.0], bins=bins)


def test_a_number_of_bins_is_named():
    with pytest.raises(ValueRangeError, match=r"^histogram: bins is 0; expected a whole number from 1\.$"):
        Histogram([1.0], bins=0)


def test_a_histogram_does_not_change_with_what_it_was_made_of():
    counts = np.array([1, 2])
    histogram = Histogram.from_counts(counts, [0.0, 1.0, 2.0])
    counts[0] = 100
    assert histogram.counts.tolist() == [1, 2]


@pytest.mark.parametrize("bins", [np.int64(4), np.float32(4), 4.0, np.array(4)])
def test_a_number_of_bins_may_be_of_any_kind(bins):
    assert len(Histogram([1.0, 2.0], bins=bins).counts) == 4


@pytest.mark.parametrize("counts", [[0.5, 1], [np.nan, 1], [-1, 1], [2**63, 1], [np.inf, 1]])
def test_a_density_is_no_count(counts):
    with pytest.raises(
        ValueRangeError, match=r"histogram counts: one is .*; expected whole numbers from 0, not a density"
    ):
        Histogram.from_counts(counts, [0.0, 1.0, 2.0])


@pytest.mark.parametrize("edges", [[0, 1, np.inf], [0, np.nan, 1], [2, 1, 0], [0, 0, 1]])
def test_edges_from_elsewhere_ascend(edges):
    with pytest.raises(ValueRangeError, match="histogram bins: edges"):
        Histogram.from_counts([1, 2], edges)


def test_counts_of_numpy_are_plain_in_the_log(round_trip):
    histogram = Histogram.from_counts(
        np.array([1.0, 2.0], np.float32), np.array([0, 1, 2]), nan=np.int64(3), below=np.uint8(1), above=2.0
    )
    assert round_trip(histogram) == histogram
    assert (histogram.nan, histogram.below, histogram.above) == (3, 1, 2)
    with pytest.raises(ValueRangeError, match="histogram: nan is -1; expected a count from 0"):
        Histogram.from_counts([1], [0.0, 1.0], nan=-1)


def test_a_notebook_draws_bars_and_says_what_is_apart():
    shown = Histogram([0, 1, 1, np.nan, np.inf], bins=2)._repr_html_()
    assert shown.count("<rect") == 2
    assert "3 values; apart: 1 NaN, 1 above" in shown
    assert "<rect" in Histogram([], bins=2)._repr_html_()
