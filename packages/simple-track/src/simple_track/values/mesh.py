"""Triangle meshes, kept as GLB (glTF 2.0 in one file)."""

from __future__ import annotations

import struct
from typing import Any, ClassVar, Self

import attrs
import numpy as np
import orjson

from simple_track.values.arrays import (
    Array,
    ValueRangeError,
    ValueShapeError,
    as_array,
    as_floats,
    frozen,
    same,
)
from simple_track.values.notebook.chart import scatter
from simple_track.values.points import as_colors, as_narrow
from simple_track.values.value import Body, Value, ValueFolder

_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942  # "glTF", "JSON", "BIN\0"
_FLOAT, _UINT8, _UINT32 = 5126, 5121, 5125  # component types of glTF
_VERTICES, _INDICES = 34962, 34963  # buffer targets of glTF


@attrs.frozen(init=False)
class Mesh(Value):
    """Triangles in space.

    Args:
        vertices: Shape (V, 3): x, y, z; glTF has y upwards and counts metres.
        faces: Shape (F, 3): the numbers of each triangle's corners, from 0, counter-clockwise seen from
            outside.
        colors: Colours of the vertices, shape (V, 3), with numbers as `Image` takes them.

    Attributes:
        vertices: Shape (V, 3), float32 where that holds every coordinate exactly, else float64. glTF has only
            float32; the file then has both, and viewers show the rounded ones.
        faces: uint32, shape (F, 3).
        colors: uint8, shape (V, 3), or None.

    Raises:
        ValueShapeError: A shape is another one; the message names it.
        ValueRangeError: A vertex is not finite, or a face names a vertex that is not there.
    """

    kind: ClassVar[str] = "mesh"
    vertices: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    faces: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    colors: Array | None = attrs.field(default=None, eq=attrs.cmp_using(eq=same))

    def __init__(self, vertices: Any, faces: Any, colors: Any = None) -> None:
        corners, triangles = as_floats(vertices, "mesh vertices"), as_array(faces, "mesh faces")
        if corners.ndim != 2 or corners.shape[1] != 3 or not len(corners):
            raise ValueShapeError("mesh vertices", corners.shape, "(V, 3) with at least one vertex")
        if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):
            raise ValueShapeError("mesh faces", triangles.shape, "(F, 3) with at least one face")
        if not (np.abs(corners) <= np.finfo(np.float32).max).all():  # NaN fails too
            expected = "finite coordinates up to 3.4e38, as glTF demands"
            raise ValueRangeError("mesh vertices", "NaN, an infinity or a larger number", expected)
        if triangles.dtype.kind not in "iu" or triangles.min() < 0 or triangles.max() >= len(corners):
            found = f"{triangles.dtype} from {triangles.min()} to {triangles.max()}"
            raise ValueRangeError("mesh faces", found, f"integers in 0…{len(corners) - 1}")
        tint = as_colors(colors, len(corners), "mesh colors")
        self.__attrs_init__(frozen(as_narrow(corners)), frozen(triangles.astype(np.uint32)), tint)

    def _repr_html_(self) -> str:
        title = f"{len(self.vertices)} vertices, {len(self.faces)} faces (x and y)"
        return scatter(self.vertices[:, :2], [0] * len(self.vertices), [], title)

    def write(self, folder: ValueFolder) -> Body:
        """One GLB file."""
        body = folder.save(_to_glb(self), "meshes", ".glb")
        return body | {"vertices": len(self.vertices), "faces": len(self.faces)}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The mesh from its file."""
        return cls(*_from_glb(folder.load(body)))


def _to_glb(mesh: Mesh) -> bytes:
    corners = mesh.vertices.astype("<f4")
    parts = [corners.tobytes(), mesh.faces.astype("<u4").tobytes()]
    bounds = {"min": corners.min(0).tolist(), "max": corners.max(0).tolist()}
    accessors: list[dict[str, Any]] = [
        {"bufferView": 0, "componentType": _FLOAT, "count": len(mesh.vertices), "type": "VEC3", **bounds},
        {"bufferView": 1, "componentType": _UINT32, "count": mesh.faces.size, "type": "SCALAR"},
    ]
    attributes = {"POSITION": 0}
    if mesh.colors is not None:
        rgba = np.full(
            (len(mesh.colors), 4), 255, np.uint8
        )  # four bytes, for glTF wants vertices aligned to four
        rgba[:, :3] = mesh.colors
        parts.append(rgba.tobytes())
        tint = {"componentType": _UINT8, "normalized": True, "count": len(rgba), "type": "VEC4"}
        accessors.append({"bufferView": 2, **tint})
        attributes["COLOR_0"] = 2
    exact: dict[str, Any] = {}
    if mesh.vertices.dtype == np.float64:
        exact = {"extras": {"simple_track": {"vertices": len(parts)}}}
        parts.append(mesh.vertices.astype("<f8").tobytes())
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    views = [
        {
            "buffer": 0,
            "byteOffset": start,
            "byteLength": len(part),
            **({} if exact and n == len(parts) - 1 else {"target": _INDICES if n == 1 else _VERTICES}),
        }
        for n, (start, part) in enumerate(zip(starts, parts, strict=False))
    ]
    tree = {
        "asset": {"version": "2.0", "generator": "simple-track"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 1}], **exact}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": starts[-1]}],
    }
    text, content = orjson.dumps(tree), b"".join(parts)
    chunks = _chunk(_JSON, text + b" " * (-len(text) % 4)) + _chunk(_BIN, content)
    return struct.pack("<III", _MAGIC, 2, 12 + len(chunks)) + chunks


def _from_glb(data: bytes) -> tuple[Array, Array, Array | None]:
    size, _ = struct.unpack_from("<II", data, 12)
    tree = orjson.loads(data[20 : 20 + size])
    content = memoryview(data)[28 + size :]
    parts = [content[v["byteOffset"] : v["byteOffset"] + v["byteLength"]] for v in tree["bufferViews"]]
    mesh = tree["meshes"][0]
    exact = mesh.get("extras", {}).get("simple_track", {}).get("vertices")
    stored = (parts[0], "<f4") if exact is None else (parts[exact], "<f8")
    vertices = np.frombuffer(*stored).reshape(-1, 3)
    faces = np.frombuffer(parts[1], "<u4").reshape(-1, 3)
    colored = "COLOR_0" in mesh["primitives"][0]["attributes"]
    return vertices, faces, np.frombuffer(parts[2], np.uint8).reshape(-1, 4)[:, :3] if colored else None


def _chunk(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", len(content), kind) + content
