import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import PointCloud
from simple_track.values.arrays import ValueRangeError, ValueShapeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)


@given(count=st.integers(0, 12), colored=st.booleans(), data=st.data())
@quick
def test_points_come_back_as_they_were(count, colored, data, round_trip):
    points = data.draw(arrays(np.float32, (count, 3), elements=st.floats(width=32)))
    colors = data.draw(arrays(np.uint8, (count, 3))) if colored else None
    cloud = PointCloud(points, colors)
    back = round_trip(cloud)
    assert back == cloud
    np.testing.assert_array_equal(back.points, points)


@pytest.mark.parametrize("colored", [True, False])
def test_another_library_reads_the_file(logged_file, colored):
    rng = np.random.default_rng(0)
    points, colors = (
        rng.normal(size=(50, 3)).astype(np.float32),
        rng.integers(0, 256, (50, 3), dtype=np.uint8),
    )
    path = logged_file(PointCloud(points, colors if colored else None))
    assert path.suffix == ".ply"
    cloud = trimesh.load(path)
    np.testing.assert_array_equal(np.asarray(cloud.vertices, np.float32), points)
    if colored:
        np.testing.assert_array_equal(cloud.colors[:, :3], colors)


def test_colours_may_be_floats_or_stand_behind_the_points():
    points = np.zeros((2, 3))
    colors = np.array([[0, 0.5, 1], [1, 1, 1]])
    assert PointCloud(points, colors).colors.tolist() == [[0, 128, 255], [255, 255, 255]]
    assert PointCloud(np.hstack([points, colors])) == PointCloud(points, colors)


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueShapeError, match=r"point cloud: shape \(3, 2\) does not fit; expected \(N, 3\)"):
        PointCloud(np.zeros((3, 2)))
    with pytest.raises(
        ValueShapeError, match=r"point cloud colors: shape \(1, 3\) does not fit; expected \(2, 3\)"
    ):
        PointCloud(np.zeros((2, 3)), np.zeros((1, 3)))


@given(points=arrays(np.float64, st.tuples(st.integers(0, 9), st.just(3)), elements=st.floats()))
@quick
def test_coordinates_of_64_bits_come_back_as_they_were(points, round_trip):
    cloud = PointCloud(points)
    np.testing.assert_array_equal(round_trip(cloud).points, points)
    assert round_trip(cloud) == cloud


def test_points_are_no_longer_than_they_have_to_be():
    assert PointCloud(np.array([[0.5, 1, 2]])).points.dtype == np.float32
    assert PointCloud(np.array([[0.1, 1, 2]])).points.dtype == np.float64
    assert PointCloud(np.array([[2**24 + 1, 0, 0]])).points.tolist() == [[2**24 + 1, 0, 0]]


def test_another_library_reads_coordinates_of_64_bits(logged_file):
    points = np.array([[500000.123456, 4649776.22, 10.0]])
    cloud = trimesh.load(logged_file(PointCloud(points, [[1, 2, 3]])))
    np.testing.assert_array_equal(np.asarray(cloud.vertices), points)


def test_an_integer_that_no_float_is_is_refused():
    with pytest.raises(ValueRangeError) as caught:
        PointCloud(np.array([[2**53 + 1, 0, 0]]))
    assert str(caught.value) == (
        "point cloud: int64 with 9007199254740993; expected numbers that float64 holds exactly."
    )
