"""Videos, kept as MP4 with H.264, which every player and browser shows."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.extras import need
from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, is_tensor
from simple_track.values.checks import whole
from simple_track.values.pixels import to_bytes
from simple_track.values.value import Body, Value, ValueFolder

_EXPECTED = "(T, C, H, W), (T, H, W, C) or (T, H, W) with C = 1 or 3, and at least one frame"


@attrs.frozen(init=False)
class Video(Value):
    """A film without sound. It *is* its MP4 file: it is encoded when it is made, and compared by its bytes.

    Args:
        frames: An array or tensor of shape (T, C, H, W), (T, H, W, C) or (T, H, W), with C = 1 (grey) or 3
            (RGB), and with numbers as `Image` takes them; or the path of an MP4 file. Where both could be
            meant it is (T, C, H, W).
        fps: Frames a second.
        caption: A line of text for it.
        lossless: Keep every pixel as it is. Such a file is much larger, and browsers do not play it.

    Attributes:
        data: The MP4 file.
        frame_count: How many frames there are.
        width: In pixels.
        height: In pixels.

    Raises:
        ValueShapeError: The shape is none of these; the message names it.
        ValueRangeError: The numbers lie in no known range, or fps is not positive.
    """

    kind: ClassVar[str] = "video"
    data: bytes = attrs.field(repr=False)
    fps: float
    frame_count: int
    width: int
    height: int
    caption: str = attrs.field(default="", converter=whole)

    def __init__(self, frames: Any, fps: float = 30, caption: str = "", *, lossless: bool = False) -> None:
        if isinstance(frames, str | Path):
            data = Path(frames).read_bytes()
            self.__attrs_init__(data, *_probe(data), caption)
            return
        if not isinstance(fps, int | float) or not 0 < fps <= 1000:
            raise ValueRangeError("video", f"fps is {fps!r}", "frames a second, above 0 and up to 1000")
        rgb = _as_frames(frames)
        count, height, width = rgb.shape[:3]
        self.__attrs_init__(_encode(rgb, fps, lossless=lossless), float(fps), count, width, height, caption)

    def frames(self) -> Array:
        """The frames as they are in the file: uint8, shape (T, H, W, 3), RGB."""
        av = need("av", library="av", extra="media", purpose="a video")
        with av.open(BytesIO(self.data)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return np.stack(frames)[:, : self.height, : self.width]

    def write(self, folder: ValueFolder) -> Body:
        """One MP4 file."""
        facts = attrs.asdict(self, filter=lambda field, _: field.name != "data")
        return folder.save(self.data, "videos", ".mp4") | facts

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The video from its file."""
        made = cls.__new__(cls)
        facts = (body["fps"], body["frame_count"], body["width"], body["height"], body["caption"])
        made.__attrs_init__(folder.load(body), *facts)
        return made


def _as_frames(frames: Any) -> Array:
    """Frames as uint8 of shape (T, H, W, 3)."""
    array = as_array(frames, "video")
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim != 4 or 0 in array.shape:
        raise ValueShapeError("video", array.shape, _EXPECTED)
    if array.shape[1] in (1, 3):
        array = np.moveaxis(array, 1, 3)
    elif array.shape[3] not in (1, 3) or is_tensor(frames):
        raise ValueShapeError("video", array.shape, _EXPECTED)
    return np.ascontiguousarray(np.broadcast_to(to_bytes(array, kind="video"), (*array.shape[:3], 3)))


def _encode(rgb: Array, fps: float, *, lossless: bool) -> bytes:
    av = need("av", library="av", extra="media", purpose="a video")
    with tempfile.TemporaryDirectory() as folder:  # a file, for its index is moved to the front at the end
        path = Path(folder, "video.mp4")
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
            _encode_into(container, av, rgb, fps, lossless=lossless)
        return path.read_bytes()


def _encode_into(container: Any, av: Any, rgb: Array, fps: float, *, lossless: bool) -> None:
    rate = Fraction(fps).limit_denominator(1001)
    stream = container.add_stream("libx264rgb" if lossless else "libx264", rate=rate)
    if not lossless:  # 4:2:0 has one colour for four pixels, so sides must be even: the edge is repeated
        rgb = np.pad(rgb, ((0, 0), (0, rgb.shape[1] % 2), (0, rgb.shape[2] % 2), (0, 0)), mode="edge")
    stream.height, stream.width = rgb.shape[1:3]
    stream.pix_fmt = "rgb24" if lossless else "yuv420p"
    stream.options = {"qp": "0"} if lossless else {"crf": "17"}
    for pixels in rgb:
        container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
    container.mux(stream.encode())


def _probe(data: bytes) -> tuple[float, int, int, int]:
    """Frames a second, frame count, width and height of an MP4 file."""
    av = need("av", library="av", extra="media", purpose="a video file")
    try:
        with av.open(BytesIO(data)) as container:
            if "mp4" not in container.format.name or not container.streams.video:
                raise ValueRangeError("video", f"a file of format {container.format.name}", "an MP4 file")
            stream = container.streams.video[0]
            count = stream.frames or sum(1 for _ in container.decode(stream))
            return float(stream.average_rate), count, stream.width, stream.height
    except av.error.InvalidDataError as error:
        raise ValueRangeError("video", "a file that is no video", "an MP4 file") from error
