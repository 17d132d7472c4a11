"""Point clouds, kept as binary PLY."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueShapeError, as_array, as_floats, frozen, same
from simple_track.values.notebook.chart import scatter
from simple_track.values.pixels import to_bytes
from simple_track.values.value import Body, Value, ValueFolder

_XYZ = ("x", "y", "z")
_RGB = [("red", "u1"), ("green", "u1"), ("blue", "u1")]
_PLY = {"<f4": "float", "<f8": "double", "u1": "uchar"}


@attrs.frozen(init=False)
class PointCloud(Value):
    """Points in space.

    Args:
        points: Shape (N, 3): x, y, z; or (N, 6) with red, green and blue behind them.
        colors: Shape (N, 3), with numbers as `Image` takes them.

    Attributes:
        points: Shape (N, 3), float32 where that holds every coordinate exactly, else float64.
        colors: uint8, shape (N, 3), or None.

    Raises:
        ValueShapeError: The shape is another one; the message names it.
        ValueRangeError: A coordinate is an integer that float64 would round.
    """

    kind: ClassVar[str] = "point_cloud"
    points: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    colors: Array | None = attrs.field(default=None, eq=attrs.cmp_using(eq=same))

    def __init__(self, points: Any, colors: Any = None) -> None:
        array = as_array(points, "point cloud")
        if array.ndim == 2 and array.shape[1] == 6 and colors is None:
            array, colors = array[:, :3], array[:, 3:]
        if array.ndim != 2 or array.shape[1] != 3:
            raise ValueShapeError("point cloud", array.shape, "(N, 3), or (N, 6) with colours")
        tint = as_colors(colors, len(array), "point cloud colors")
        self.__attrs_init__(frozen(as_narrow(as_floats(array, "point cloud"))), tint)

    def _repr_html_(self) -> str:
        return scatter(self.points[:, :2], [0] * len(self.points), [], f"{len(self.points)} points (x and y)")

    def write(self, folder: ValueFolder) -> Body:
        """One PLY file."""
        return folder.save(_to_ply(self.points, self.colors), "point_clouds", ".ply") | {
            "points": len(self.points)
        }

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The points from their file."""
        return cls(*_from_ply(folder.load(body)))


def as_narrow(points: Array) -> Array:
    """Points as float32 where that changes none of them."""
    with np.errstate(over="ignore"):
        narrow = points.astype(np.float32)
    return narrow if np.array_equal(narrow.astype(np.float64), points, equal_nan=True) else points


def as_colors(colors: Any, count: int, kind: str) -> Array | None:
    """Colours of points as uint8, shape (count, 3); None stays None.

    Raises:
        ValueShapeError: There is not one colour of three numbers for each point.
    """
    if colors is None:
        return None
    array = as_array(colors, kind)
    if array.shape != (count, 3):
        raise ValueShapeError(kind, array.shape, f"({count}, 3), one for each point")
    return frozen(to_bytes(array, kind=kind) if count else array.astype(np.uint8))


def _fields(coordinate: str, *, colored: bool) -> list[tuple[str, str]]:
    return [(axis, coordinate) for axis in _XYZ] + (_RGB if colored else [])


def _to_ply(points: Array, colors: Array | None) -> bytes:
    fields = _fields(f"<f{points.dtype.itemsize}", colored=colors is not None)
    rows = np.empty(len(points), dtype=fields)
    for n, name in enumerate(_XYZ):
        rows[name] = points[:, n]
    if colors is not None:
        for n, (name, _) in enumerate(_RGB):
            rows[name] = colors[:, n]
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(points)}"]
    header += [f"property {_PLY[type_]} {name}" for name, type_ in fields]
    return "\n".join([*header, "end_header\n"]).encode() + rows.tobytes()


def _from_ply(data: bytes) -> tuple[Array, Array | None]:
    header, _, content = data.partition(b"end_header\n")
    colored = b"property uchar red" in header
    coordinate = "<f8" if b"property double x" in header else "<f4"
    rows = np.frombuffer(content, dtype=_fields(coordinate, colored=colored))
    points = np.stack([rows[name] for name in _XYZ], axis=1)
    return points, np.stack([rows[name] for name, _ in _RGB], axis=1) if colored else None
