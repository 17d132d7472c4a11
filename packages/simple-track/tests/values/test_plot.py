import json

import numpy as np
import plotly.io
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Plot, Scatter
from simple_track.values.arrays import ValueShapeError

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
