import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Mesh
from simple_track.values.arrays import ValueRangeError, ValueShapeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(corners=st.integers(1, 12), triangles=st.integers(1, 9), colored=st.booleans(), data=st.data())
@quick
def test_a_mesh_comes_back_as_it_was(corners, triangles, colored, data, round_trip):
    vertices = data.draw(arrays(np.float32, (corners, 3), elements=FINITE))
    faces = data.draw(arrays(np.int64, (triangles, 3), elements=st.integers(0, corners - 1)))
    colors = data.draw(arrays(np.uint8, (corners, 3))) if colored else None
    mesh = Mesh(vertices, faces, colors)
    back = round_trip(mesh)
    assert back == mesh
    np.testing.assert_array_equal(back.vertices, vertices)
    np.testing.assert_array_equal(back.faces, faces)


@pytest.mark.parametrize("colored", [True, False])
def test_another_library_reads_the_file(logged_file, colored):
    sphere = trimesh.creation.icosphere(subdivisions=2)
    colors = np.random.default_rng(0).integers(0, 256, (len(sphere.vertices), 3), dtype=np.uint8)
    path = logged_file(Mesh(sphere.vertices, sphere.faces, colors if colored else None))
    assert path.suffix == ".glb"
    read = trimesh.load_mesh(path, process=False)
    np.testing.assert_allclose(read.vertices, sphere.vertices, atol=1e-6)
    np.testing.assert_array_equal(read.faces, sphere.faces)
    assert read.is_watertight
    if colored:
        np.testing.assert_array_equal(read.visual.vertex_colors[:, :3], colors)


def test_what_does_not_fit_is_named():
    corners, face = np.zeros((3, 3)), [[0, 1, 2]]
    with pytest.raises(
        ValueShapeError, match=r"mesh vertices: shape \(3, 2\) does not fit; expected \(V, 3\)"
    ):
        Mesh(corners[:, :2], face)
    with pytest.raises(ValueShapeError, match=r"mesh faces: shape \(1, 4\) does not fit; expected \(F, 3\)"):
        Mesh(corners, [[0, 1, 2, 0]])
    with pytest.raises(ValueRangeError, match=r"mesh faces: int64 from 0 to 3; expected integers in 0…2"):
        Mesh(corners, [[0, 1, 3]])
    with pytest.raises(
        ValueRangeError,
        match="mesh vertices: NaN, an infinity or a larger number; expected finite coordinates",
    ):
        Mesh(corners * np.nan, face)


@given(
    vertices=arrays(np.float64, st.tuples(st.integers(1, 9), st.just(3)), elements=st.floats(-3e38, 3e38)),
    colored=st.booleans(),
)
@quick
def test_coordinates_of_64_bits_come_back_as_they_were(vertices, colored, round_trip):
    mesh = Mesh(vertices, [[0, 0, 0]], np.zeros(vertices.shape, np.uint8) if colored else None)
    assert round_trip(mesh) == mesh
    np.testing.assert_array_equal(round_trip(mesh).vertices, vertices)


@pytest.mark.parametrize("colored", [True, False])
def test_another_library_reads_coordinates_of_64_bits_rounded(logged_file, colored):
    corners = np.array(
        [[500000.123456, 4649776.22, 10.0], [500001.1, 4649776.0, 10.0], [500000.0, 4649777.1, 11.0]]
    )
    path = logged_file(Mesh(corners, [[0, 1, 2]], np.full((3, 3), 7, np.uint8) if colored else None))
    read = trimesh.load_mesh(path, process=False)
    np.testing.assert_array_equal(read.vertices, corners.astype(np.float32))


@pytest.mark.parametrize("vertices", [[[0, 0, 1e39]], [[0, 0, np.inf]], [[0, 0, np.nan]]])
def test_what_gltf_cannot_hold_is_refused(vertices):
    with pytest.raises(ValueRangeError, match=r"finite coordinates up to 3.4e38, as glTF demands"):
        Mesh(np.array(vertices), [[0, 0, 0]])
