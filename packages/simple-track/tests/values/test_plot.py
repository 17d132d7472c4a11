import json

import numpy as np
import plotly.io
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Plot, Scatter
from simple_track.values.arrays import ValueRangeError, ValueShapeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
SIZE = st.integers(0, 10)


@st.composite
def plots(draw):
    size = draw(SIZE)
    line = arrays(np.float64, size, elements=st.floats())
    names = draw(st.lists(TITLES, min_size=1, max_size=3, unique=True))
    words = st.lists(TITLES, min_size=size, max_size=size)
    return Plot(
        draw(line | words) if size else [], {name: draw(line) for name in names}, draw(TITLES), draw(TITLES)
    )


@given(plot=plots())
@quick
def test_a_plot_comes_back_with_nan_and_infinities(plot, round_trip):
    assert round_trip(plot) == plot


@given(
    points=st.tuples(SIZE, st.sampled_from([2, 3])).flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.floats())
    ),
    data=st.data(),
)
@quick
def test_points_come_back_with_nan_and_infinities(points, data, round_trip):
    labels = data.draw(st.none() | st.lists(TITLES, min_size=len(points), max_size=len(points)))
    scatter = Scatter(points, labels, title="t")
    assert round_trip(scatter) == scatter
    np.testing.assert_array_equal(round_trip(scatter).points, points)


@pytest.mark.parametrize(
    "value",
    [
        Plot([1, 2], [0.5, np.nan], title="loss", xlabel="epoch", ylabel="nats"),
        Plot(["a", "b"], {"train": [1, 2], "val": [3, 4]}),
        Scatter([[0, 1], [1, 0]], ["cat", "dog"]),
        Scatter(np.zeros((3, 3)), [1, 2, 1]),
    ],
)
def test_plotly_opens_the_file(logged_file, value):
    path = logged_file(value)
    assert path.suffixes[-2:] == [".plotly", ".json"]
    figure = plotly.io.read_json(path)  # checks every attribute against Plotly's schema
    assert len(figure.data) == (len(value.lines) if isinstance(value, Plot) else 1)
    json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_lines_may_be_columns_or_named():
    columns = Plot([1, 2, 3], [[1, 4], [2, 5], [3, 6]])
    assert Plot([1, 2, 3], {"y0": [1, 2, 3], "y1": [4, 5, 6]}) == columns


def test_lines_that_do_not_fit_are_named():
    with pytest.raises(ValueShapeError) as caught:
        Plot([1, 2, 3], {"loss": [1, 2]})
    assert str(caught.value) == "plot y 'loss': shape (2,) does not fit; expected (3,), like x."
    with pytest.raises(ValueShapeError, match=r"plot y: shape \(1, 1, 1\)"):
        Plot([1], [[[1]]])


def test_points_that_do_not_fit_are_named():
    with pytest.raises(
        ValueShapeError, match=r"scatter: shape \(4,\) does not fit; expected \(N, 2\) or \(N, 3\)"
    ):
        Scatter([1, 2, 3, 4])
    with pytest.raises(ValueShapeError, match=r"scatter labels: shape \(1,\) does not fit; expected \(2,\)"):
        Scatter([[0, 0], [1, 1]], ["a"])


def test_a_number_that_a_float_would_round_is_refused():
    with pytest.raises(
        ValueRangeError, match="plot x: int64 with 9007199254740993; expected numbers that float64"
    ):
        Plot(np.array([2**53 + 1]), [1])
    with pytest.raises(ValueRangeError, match="scatter: uint64 with 18446744073709551615"):
        Scatter(np.array([[2**64 - 1, 0]], np.uint64))
    assert Plot([2**53, 2**60], [1, 2]).x.tolist() == [2**53, 2**60]


def test_lines_whose_names_are_one_as_text_are_refused():
    with pytest.raises(
        ValueRangeError, match="plot y: two names are '1' as text; expected names that differ"
    ):
        Plot([1], {1: [1], "1": [2]})


def test_a_plot_without_lines_is_refused():
    with pytest.raises(
        ValueShapeError, match=r"plot y: shape \(2, 0\) does not fit; expected at least one line"
    ):
        Plot([1, 2], {})


def test_no_title_is_an_empty_one(round_trip):
    assert round_trip(Plot([1], [1], title=None)).title == ""
    assert round_trip(Scatter([[1, 2]], [None], title=None)).labels == ("",)


def test_a_notebook_draws_lines_and_points():
    shown = Plot([0, 1, 2, 3], {"<a>": [0, np.nan, 1, 2], "b": [1, 1, 1, 1]}, title="<t>")._repr_html_()
    assert shown.count("<polyline") >= 3  # a gap cuts the first line
    assert "&lt;a&gt;" in shown
    assert "&lt;t&gt;" in shown
    assert "<t>" not in shown
    assert "nan" not in shown
    words = Plot(["first", "last"], [1, 2])._repr_html_()
    assert ">first<" in words
    assert ">last<" in words
    points = Scatter([[0, 1], [np.inf, 2], [3, 4]], ["a", "<b>", "a"])._repr_html_()
    assert points.count("<circle") == 2
    assert "&lt;b&gt;" in points
