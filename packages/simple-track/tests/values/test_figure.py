import imageio.v3 as imageio
import pytest
from matplotlib.figure import Figure as Canvas

from simple_track.values import Figure
from simple_track.values.arrays import ValueRangeError


@pytest.fixture
def canvas():
    figure = Canvas(figsize=(2, 1))
    figure.subplots().plot([1, 2, 3])
    return figure


def test_a_figure_comes_back(canvas, round_trip):
    figure = Figure(canvas, caption="c")
    assert round_trip(figure) == figure
    assert round_trip(figure).pixels().shape[2] == 4


def test_another_library_reads_the_file(canvas, logged_file):
    path = logged_file(Figure(canvas))
    assert imageio.imread(path).shape == Figure(canvas).pixels().shape


def test_it_is_kept_as_it_was_when_it_was_made(canvas):
    figure = Figure(canvas)
    before = figure.png
    canvas.axes[0].plot([3, 2, 1])
    assert figure.png == before
    assert Figure(canvas) != figure
    assert Figure(canvas.axes[0]) == Figure(canvas)


def test_other_things_are_refused():
    with pytest.raises(ValueRangeError, match="figure: int has no savefig; expected a figure of matplotlib"):
        Figure(3)
