import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from simple_track.errors import TrackError, ValueKindError
from simple_track.track import Track
from simple_track.values import (
    Audio,
    Box,
    ConfusionMatrix,
    Figure,
    Histogram,
    Html,
    Image,
    Images,
    Mesh,
    Plot,
    PointCloud,
    PrCurve,
    Scatter,
    Table,
    Text,
    Video,
    is_value,
    read_value,
    write_value,
)
from simple_track.values.media import KINDS
from simple_track.values.value import DamagedValueError


@pytest.mark.parametrize("value", [Histogram([1.0]), Image(np.zeros((2, 2))), Table(["a"]), Text("")])
def test_values_are_known(value):
    assert is_value(value)


@pytest.mark.parametrize("other", [1, 1.0, "a", None, [1], [], {"a": 1}, np.zeros(3), object()])
def test_other_things_are_not(other):
    assert not is_value(other)


@pytest.mark.parametrize(
    "value",
    [
        Image(np.zeros((2, 2)), caption="\ud800", boxes=[Box(0, 0, 1, 1, label="\ud800")]),
        Plot(["\ud800"], {"\ud800": [1]}, title="\ud800"),
        Table(["\ud800"], [["\ud800"], [None]]),
    ],
    ids=lambda value: value.kind,
)
def test_text_that_is_no_unicode_does_not_stop_anything(value, round_trip):
    assert round_trip(value) == value


def test_an_unknown_kind_is_named_with_its_key(run_layout):
    with pytest.raises(ValueKindError) as caught:
        write_value(object(), key="train/thing", step=0, layout=run_layout)
    assert str(caught.value).startswith("train/thing: cannot log a value of type object")


def test_a_kind_of_a_later_version_is_named(run_layout):
    with pytest.raises(ValueKindError, match="cannot log a value of type hologram; this version reads"):
        read_value({"kind": "hologram"}, run_layout)


@pytest.mark.parametrize("body", [None, 5, "text", [], {}, {"kind": 5}, {"kind": None}])
def test_a_body_that_names_no_kind_is_called_damage(body, run_layout):
    with pytest.raises(DamagedValueError) as caught:
        read_value(body, run_layout)
    assert str(caught.value).startswith(
        f"{run_layout.history}: an event has {body!r} where a value should be."
    )


@pytest.mark.parametrize("kind", [*sorted(KINDS), "table"])
@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"file": 5},
        {"file": "media/x"},
        {"file": "media/x", "sha256": 5},
        {"items": 5},
        {"items": [5]},
        {"counts": "x", "range": 1, "nan": 0, "below": 0, "above": 0},
        {"counts": [1], "edges": [0], "nan": 0, "below": 0, "above": 0},
    ],
)
def test_a_body_that_lacks_something_is_called_damage(kind, rest, run_layout):
    with pytest.raises(TrackError):
        read_value({"kind": kind, **rest}, run_layout)


@pytest.mark.parametrize("kind", [*sorted(KINDS), "table"])
def test_a_file_of_another_kind_is_named(kind, run_layout):
    if kind in {"histogram", "images"}:
        return  # those have none
    body = write_value(Text("{}"), key="a", step=0, layout=run_layout) | {"kind": kind, "caption": ""}
    body |= {"sample_rate": 1, "fps": 1, "frame_count": 1, "width": 1, "height": 1, "types": {}, "rows": 0}
    try:
        read_value(body, run_layout)  # a text is also HTML, and any file a film that nobody has looked into
    except DamagedValueError as error:
        assert str(error).startswith(str(run_layout.resolve(body["file"])))  # noqa: PT017


def test_importing_values_imports_nothing_heavy():
    code = (
        "import sys, simple_track.values\n"
        "heavy = {'PIL', 'av', 'pyarrow', 'pandas', 'matplotlib', 'torch', 'polars', 'duckdb'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"


def test_every_kind_goes_through_a_run_and_comes_back(tmp_path):
    rng = np.random.default_rng(0)
    values = {
        "histogram": Histogram(rng.normal(size=100)),
        "image": Image(rng.random((4, 5, 3))),
        "images": Images(rng.random((2, 4, 5))),
        "video": Video(rng.random((2, 3, 8, 8))),
        "audio": Audio(rng.random(50), 8000),
        "html": Html("<b>a</b>"),
        "plot": Plot([1, 2], [3, 4], title="t"),
        "scatter": Scatter(rng.random((3, 2)), ["a", "b", "a"]),
        "figure": Figure(Canvas(figsize=(1, 1))),
        "point_cloud": PointCloud(rng.random((3, 3))),
        "mesh": Mesh(np.eye(3), [[0, 1, 2]]),
        "text": Text("a"),
        "table": Table(["a"], [[1]]),
        "confusion_matrix": ConfusionMatrix(["a", "b"], ["b", "b"]),
        "pr_curve": PrCurve([0, 1], [0.1, 0.9]),
    }
    assert {value.kind for value in values.values()} == {*KINDS, "table"}
    with Track.run("demo", dir=tmp_path, system=False) as run:
        run.log({"loss": 0.5, "deep": values}, step=3)
    view = Track.load(run.id, dir=tmp_path)
    for name, value in values.items():
        assert view.media(f"deep/{name}") == [(3, value)]


def test_the_methods_of_a_run_log_the_same_values(tmp_path):
    rng = np.random.default_rng(0)
    pixels, film, points = rng.random((4, 5, 3)), rng.random((2, 3, 8, 8)), rng.random((3, 3))
    canvas = Canvas(figsize=(1, 1))
    with Track.run("demo", dir=tmp_path, system=False) as run:
        run.log_histogram("histogram", pixels, bins=8)
        run.log_image("image", pixels, caption="c", masks={"m": np.ones((4, 5), int)}, boxes=[[0, 0, 1, 1]])
        run.log_images("images", [pixels, pixels], captions=["first", None])
        run.log_video("video", film, fps=5)
        run.log_audio("audio", points[0], 8000)
        run.log_html("html", "<p>")
        run.log_plot("plot", [1, 2], [[3, 4], [5, 6]], title="t")
        run.log_scatter("scatter", points, labels=[1, 2, 1])
        run.log_figure("figure", canvas)
        run.log_point_cloud("point_cloud", points, colors=points)
        run.log_mesh("mesh", points, [[0, 1, 2]])
        run.log_text("text", "a")
        run.log_table("table", Table(["a"], [[1]]))
    expected = {
        "histogram": Histogram(pixels, bins=8),
        "image": Image(pixels, "c", {"m": np.ones((4, 5), int)}, [[0, 0, 1, 1]]),
        "images": Images([pixels, pixels], captions=["first", None]),
        "video": Video(film, fps=5),
        "audio": Audio(points[0], 8000),
        "html": Html("<p>"),
        "plot": Plot([1, 2], [[3, 4], [5, 6]], title="t"),
        "scatter": Scatter(points, [1, 2, 1]),
        "figure": Figure(canvas),
        "point_cloud": PointCloud(points, points),
        "mesh": Mesh(points, [[0, 1, 2]]),
        "text": Text("a"),
        "table": Table(["a"], [[1]]),
    }
    view = Track.load(run.id, dir=tmp_path)
    for name, value in expected.items():
        assert [found for _, found in view.media(name)] == [value]
